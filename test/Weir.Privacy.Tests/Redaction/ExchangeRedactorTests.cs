using System.Text;
using Weir.Privacy.Redaction;
using Weir.Privacy.Tests.Detection;
using Weir.Records;
using Weir.Testing;
using Weir.Testing.Sensitive;
using Xunit;

namespace Weir.Privacy.Tests.Redaction;

public class ExchangeRedactorTests
{
    [Theory]
    [InlineData("""{"card":"4111111111111111"}""", """{"card":"411111******1111"}""")]
    [InlineData("""{"card":4111111111111111,"n":1}""", """{"card":0,"n":1}""")]
    [InlineData("""{"pin":8841}""", """{"pin":0}""")]
    [InlineData("""{"user":{"email":"ada@example.com","id":17}}""", """{"user":{"email":"***email***","id":17}}""")]
    [InlineData("""{"password":"","token":null,"secret":false}""", """{"password":"","token":null,"secret":false}""")]
    [InlineData("""{"secret":{"value":"abc-synthetic"}}""", """{"secret":{"value":"***secret***"}}""")]
    [InlineData("""["call +49 151 12345678 now"]""", """["call ***phone*** now"]""")]
    [InlineData("""{"a":"x\u0040y.example"}""", """{"a":"***email***"}""")]
    [InlineData("""{"pass\u0077ord":"hidden-synthetic"}""", """{"pass\u0077ord":"***password***"}""")]
    [InlineData("""{"ada@example.com":{"n":1}}""", """{"***email***":{"n":1}}""")]
    public void Masked_json_stays_json(string body, string expected) => Assert.Equal(expected, Scans.Body(body).BodyText());

    [Fact]
    public void Places_are_paths_with_collapsed_indices()
    {
        var exchange = Scans.Body("""{"items":[{"card":"4111111111111111"},{"card":"5555555555554444"}],"user":{"email":"a@example.com"}}""");
        Assert.Equal(
            [new SensitiveData("payment_card", "response.body.items[*].card", 2), new SensitiveData("email", "response.body.user.email", 1)],
            exchange.Sensitive);
    }

    [Fact]
    public void A_place_does_not_repeat_what_was_hidden_in_its_name()
    {
        var exchange = Scans.Body("""{"ada@example.com":{"phone":"+4915112345678"}}""");
        Assert.Contains(new SensitiveData("phone", "response.body.*.phone", 1), exchange.Sensitive);
    }

    [Fact]
    public void Header_values_go_and_names_and_schemes_stay()
    {
        var exchange = Scans.Request(request =>
        {
            Scans.Header(request, "Authorization", "Bearer synthetic.value.17");
            Scans.Header(request, "Proxy-Authorization", "synthetic-without-scheme");
            Scans.Header(request, "Cookie", "sid=abc17; theme=dark");
            Scans.Header(request, "X-Api-Key", "synthetic-17");
            Scans.Header(request, "Accept", "application/json");
        });
        Assert.Equal(
            ["Bearer ***authorization***", "***authorization***", "sid=***cookie***; theme=***cookie***", "***api_key***", "application/json"],
            exchange.Request.Headers.Select(field => exchange.Request.Text(field.Value)));
        Assert.Contains(new SensitiveData("cookie", "request.headers[cookie]", 2), exchange.Sensitive);
    }

    [Fact]
    public void Cookie_attributes_stay()
    {
        var exchange = SeededPlaces.Clean();
        Scans.Header(exchange.Response, "Set-Cookie", "sid=abc17; Path=/; Max-Age=60; HttpOnly");
        new ExchangeRedactor().Redact(exchange);
        Assert.Equal("sid=***cookie***; Path=/; Max-Age=60; HttpOnly", exchange.Response.Text(exchange.Response.Headers[0].Value));
    }

    [Fact]
    public void A_query_stays_a_query()
    {
        var exchange = Scans.Request(request => request.Query = Scans.Text(request, "page=2&access_token=synthetic17&mail=a%40example.com&X-Amz-Signature=0f1e2d"));
        Assert.Equal("page=2&access_token=***token***&mail=***email***&X-Amz-Signature=***signed_url***", exchange.Request.Text(exchange.Request.Query));
        Assert.Contains(new SensitiveData("token", "request.query[access_token]", 1), exchange.Sensitive);
    }

    [Fact]
    public void A_path_is_masked_by_segments()
    {
        var exchange = Scans.Request(request => request.Path = Scans.Text(request, "/users/ada%40example.com/reset/token/a1b2c3d4e5f6a7b8c9/x"));
        Assert.Equal("/users/***email***/reset/token/***token***/x", exchange.Request.Text(exchange.Request.Path));
    }

    [Fact]
    public void Credentials_before_the_host_go()
    {
        var exchange = Scans.Request(request => request.Host = Scans.Text(request, "user:synthetic@shop.example:80"));
        Assert.Equal("***url_credentials***@shop.example:80", exchange.Request.Text(exchange.Request.Host));
    }

    [Theory]
    [InlineData("""{"a":1,"card":"41111111111""")]
    [InlineData("""{"a":1,"card":41111111111""")]
    [InlineData("""{"a":1,"note":"ghp_Syn7he""")]
    [InlineData("""{"a":1,"note":"eyJhbGciOiJIUzI1NiIsInR5cCI6Ik""")]
    [InlineData("""{"a":1,"note":"ada.lovelace@exam""")]
    [InlineData("""{"a":1,"password":"hunter2-synth""")]
    [InlineData("""{"a":1,"iban":"DE8937040044""")]
    [InlineData("""{"a":1,"note":"DE89 3704 0044""")]
    [InlineData("""{"a":1,"key":"-----BEGIN RSA PRIVATE KEY-----\nMIIESyn7hetic""")]
    public void Half_a_secret_at_the_limit_is_hidden(string body)
    {
        var exchange = Scans.Body(body, cut: true);
        Assert.Contains("***", exchange.BodyText().Replace("\"card\":0", "***", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain(body[^7..], exchange.BodyText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_of_a_body_hides_its_password()
    {
        const string Body = """{"user":"ada","password":"hunter2-synthetic","n":1}""";
        var secret = Body.IndexOf("hunter2", StringComparison.Ordinal);
        for (var length = secret + 1; length <= Body.Length; length++)
        {
            var shown = Scans.Body(Body[..length], cut: true).BodyText();
            Assert.DoesNotContain("\"h", shown, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("application/zip", "PK\u0003\u0004synthetic")]
    [InlineData("application/grpc", "\u0001\0\0\0\u0004abcd")]
    public void What_nobody_can_look_into_is_withheld(string type, string body)
    {
        var exchange = Scans.Body(Encoding.Latin1.GetBytes(body), type);
        Assert.Equal(0, exchange.Response.Body.Length);
        Assert.True(exchange.Response.BodyTruncated);
        Assert.True(exchange.Anomalies.Contains(Anomaly.BodyWithheld));
    }

    [Fact]
    public void A_coding_that_is_none_does_not_hide_a_text()
    {
        var exchange = SeededPlaces.Clean();
        Scans.Header(exchange.Response, "Content-Encoding", "utf-8");
        exchange.Response.Body.Append("plain words"u8);
        new ExchangeRedactor().Redact(exchange);
        Assert.Equal("plain words", exchange.BodyText());
    }

    [Fact]
    public void Binary_formats_keep_their_lengths()
    {
        byte[] body = [0x0A, 15, .. "ada@example.com"u8, 0x10, 0x2A];
        var exchange = Scans.Body(body, "application/x-protobuf");
        Assert.Equal([0x0A, 15, .. "***************"u8, 0x10, 0x2A], exchange.Response.Body.Span.ToArray());
    }

    [Fact]
    public void A_revealed_class_is_told_and_stays_readable()
    {
        Assert.True(RedactionOptions.TryParseReveal("email,financial", [], out var revealed, out _));
        var exchange = Scans.Body("""{"m":"ada@example.com","c":"4111111111111111","password":"ada@example.com"}""", options: new RedactionOptions(revealed, []));
        Assert.Equal("""{"m":"ada@example.com","c":"4111111111111111","password":"***password***"}""", exchange.BodyText());
        Assert.Equal(["email", "password", "payment_card"], exchange.Classes());
    }

    [Fact]
    public void An_exchange_in_progress_stays_as_it_is_and_its_copy_is_masked()
    {
        var exchange = SeededPlaces.Clean();
        exchange.InProgress = true;
        Scans.Header(exchange.Response, "Content-Type", "application/json");
        exchange.Response.Body.Append("""{"password":"hunter2"""u8);
        var shown = new ExchangeRedactor().Redact(exchange);
        Assert.Equal("""{"password":"hunter2""", exchange.BodyText());
        Assert.Equal("""{"password":"***password***""", shown.BodyText());
        Assert.NotSame(exchange, shown);
    }

    [Fact]
    public void Entries_on_an_exchange_are_bounded()
    {
        var body = "{" + string.Join(',', Enumerable.Range(0, 500).Select(i => $"\"k{(char)('a' + (i % 26))}{i:x}x\":\"ada{i}@example.com\"")) + "}";
        var exchange = Scans.Body(body);
        Assert.Equal(64, exchange.Sensitive.Count);
        Assert.Equal(500, exchange.Sensitive.Sum(found => found.Count));
        Assert.DoesNotContain("@example.com", exchange.BodyText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clean_exchange_costs_no_allocation()
    {
        var exchange = SeededPlaces.Clean();
        exchange.Request.Query = Scans.Text(exchange.Request, "page=2&sort=name");
        Scans.Header(exchange.Request, "Accept", "application/json");
        Scans.Header(exchange.Response, "Content-Type", "application/json");
        exchange.Response.Body.Append("""{"items":[{"id":17,"name":"cup","at":"2026-01-31T12:00:00Z","total":12.50}],"next":null}"""u8);
        var redactor = new ExchangeRedactor();
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 100; i++) redactor.Redact(exchange);
        }));
        Assert.Empty(exchange.Sensitive);
    }

    [Fact]
    public void Finding_something_in_a_plain_body_costs_no_allocation()
    {
        var exchanges = new Exchange[100];
        var redactor = new ExchangeRedactor();
        Assert.Equal(0, SteadyState.AllocatedBytes(
            () =>
            {
                for (var i = 0; i < exchanges.Length; i++)
                {
                    exchanges[i] = SeededPlaces.Clean();
                    exchanges[i].Sensitive.EnsureCapacity(8);
                    Scans.Header(exchanges[i].Request, "Authorization", "Bearer synthetic.17");
                    exchanges[i].Response.Body.Append("""{"email":"ada@example.com","card":"4111111111111111"}"""u8);
                }

                return exchanges;
            },
            all =>
            {
                foreach (var exchange in all) redactor.Redact(exchange);
            }));
    }
}
