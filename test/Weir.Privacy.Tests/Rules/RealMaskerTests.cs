using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

/// <summary>Weir's own set with the masker that the commands use: what the reference's sets let through does not get out.</summary>
public class RealMaskerTests
{
    public static TheoryData<string, string, string> Secrets => new()
    {
        { "request_param:mail", "ann@corp.example", "ann@" },
        { "request_param:pan", "4111-1111-1111-1111", "1111-1111" },
        { "request_param:password", "synthetic", "synthetic" },
        { "request_url", "http://h/users/ann@corp.example", "ann@" },
        { "request_url", "http://h/users/ann%40corp.example", "ann%40" },
        { "request_url", "http://ann:synthetic@h/p", "synthetic" },
        { "request_header:authorization", "Bearer synthetic-token-0123456789", "synthetic" },
        { "request_header:proxy-authorization", "Basic c3ludGhldGljOnN5bnRoZXRpYw==", "c3lud" },
        { "request_header:Cookie", "sid=synthetic", "synthetic" },
        { "response_header:set-cookie", "sid=synthetic; Path=/", "synthetic" },
        { "request_header:referer", "http://h/?mail=ann@corp.example", "ann@" },
        { "response_header:location", "http://h/?access_token=synthetic-token-0123456789", "synthetic" },
        { "request_body", """{"user":{"password":"synthetic"}}""", "synthetic" },
        { "response_body", "pan 4111 1111 1111 1111\nto ann@mail.corp.example.org", "4111 1111" },
        { "response_body", "to ann@mail.corp.example.org", "corp.example.org" },
        { "session_field:sid", "synthetic-0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Secrets_are_masked_in_every_place(string key, string value, string telling)
    {
        List<LogDetail> details = [new(key, value)];
        Assert.Equal(RuleOutcome.Kept, Setup.Parse("include weir").Apply(details, Context()));
        Assert.DoesNotContain(telling, details.Single().Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_secret_stays()
    {
        LogDetail[] message =
        [
            new("request_method", "PUT"), new("request_url", "http://shop.example:8080/cart/7"), new("response_code", "201"),
            new("request_header:accept", "*/*"), new("request_param:page", "2"), new("response_header:content-type", "text/plain"),
            new("response_body", "blue whale\nred whale"), new("now", "1700000000123"), new("interval", "42"),
        ];
        List<LogDetail> details = [.. message];
        Assert.Equal(RuleOutcome.Kept, Setup.Parse("include weir").Apply(details, Context()));
        Assert.Equal(message, details);
    }

    [Theory]
    [InlineData("include weir", true)]
    [InlineData("include weir", false)]
    [InlineData("include weir_standard\ncopy_session_field /.*/", true)]
    public void No_secret_is_left_anywhere_on_a_record(string rules, bool wholeExchange)
    {
        var call = new Call("POST", "/users/ann@corp.example?password=synthetic&page=2")
            .RequestHeader("Authorization", "Bearer synthetic-token-0123456789").RequestHeader("Cookie", "sid=synthetic").RequestHeader("Accept", "*/*")
            .RequestHeader("Content-Type", "application/json").RequestBody("""{"password":"synthetic","color":"blue"}""")
            .ResponseHeader("Set-Cookie", "sid=synthetic").ResponseHeader("Content-Type", "application/json").ResponseBody("""{"email":"ann@corp.example"}""");
        var redactor = new ExchangeRedactor();
        new ExchangeRules(Setup.Parse(rules), Context(), wholeExchange ? exchange => redactor.Redact(exchange) : null).Apply(call.Exchange);
        Assert.DoesNotContain("synthetic", call.Json(), StringComparison.Ordinal);
        Assert.DoesNotContain("ann@", call.Json(), StringComparison.Ordinal);
        Assert.DoesNotContain("synthetic", string.Concat(call.Exchange.SessionFields), StringComparison.Ordinal);
        Assert.Contains("page=2", call.Json(), StringComparison.Ordinal);
        Assert.Contains("blue", call.Json(), StringComparison.Ordinal);
        Assert.Contains("*/*", call.Json(), StringComparison.Ordinal);
    }

    private static RuleContext Context() => new(new TextMasker(), () => 0, () => 0);
}
