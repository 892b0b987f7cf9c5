using Weir.Privacy.Rules;
using Weir.Records;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class ExchangeRulesTests
{
    [Fact]
    public void A_message_is_listed_as_the_reference_lists_it()
    {
        var call = new Call("PUT", "/cart/7;v=1?Coupon=X+9&mail=ann%40corp.example", status: 201)
            .RequestHeader("User-Agent", "probe/1").RequestHeader("X-Tag", "one").RequestHeader("X-Tag", "two")
            .RequestHeader("Cookie", "SID=\"abc\"; theme=dark").RequestBody("a body")
            .ResponseHeader("Content-Type", "text/plain").ResponseBody("fine");
        var details = new Weir.Privacy.Rules.Exchanges.ExchangeDetails(Setup.Parse("include debug"), RuleLimits.Default);
        details.Read(call.Exchange);
        Assert.Equal(
            [
                "request_method=PUT", "request_url=http://shop.example:8080/cart/7;v=1", "response_code=201", "request_body=a body",
                "request_header:user-agent=probe/1", "request_header:x-tag=one", "request_header:x-tag=two",
                "request_header:cookie=SID=\"abc\"; theme=dark", "request_param:coupon=X 9", "request_param:mail=ann@corp.example",
                "response_header:content-type=text/plain", "response_body=fine", "session_field:sid=abc", "session_field:theme=dark",
                "now=1700000000042", "interval=42",
            ],
            details.Details.Select(detail => $"{detail.Key}={detail.Value}"));
    }

    [Fact]
    public void Rules_that_change_nothing_leave_the_record_as_it_was()
    {
        var call = new Call("GET", "/a%20b%2F?x=%7e&&flag&y=").RequestHeader("Empty", "").ResponseBody("ok");
        var before = call.Json();
        Assert.Equal(RuleOutcome.Kept, Apply(call, "/nothing/ remove"));
        Assert.Equal(before, call.Json());
    }

    [Fact]
    public void Removed_headers_are_gone_and_changed_ones_keep_their_spelling()
    {
        var call = new Call().RequestHeader("Cookie", "sid=abc").RequestHeader("X-Tag", "one").RequestHeader("x-tag", "two").ResponseHeader("Set-Cookie", "sid=def");
        Apply(call, "/.*:(set-)?cookie/ remove\n/request_header:x-tag/ replace /t/, /T/");
        Assert.Equal("X-Tag=one, x-tag=Two", Call.Headers(call.Record().GetProperty("request")));
        Assert.Equal("", Call.Headers(call.Record().GetProperty("response")));
    }

    [Fact]
    public void Trailers_are_headers_to_rules()
    {
        var call = new Call();
        call.Response.Trailers.Add(new HeaderField(call.Response.Text.Append("X-Sum"u8), call.Response.Text.Append("123"u8)));
        Apply(call, "/response_header:x-sum/ remove");
        Assert.Empty(call.Response.Trailers);
    }

    [Theory]
    [InlineData("/request_param:token/ remove", "a=1&b=2%20")]
    [InlineData("/request_param:.*/ remove", "")]
    [InlineData("/request_param:token/ replace /.+/, /*~ é/", "a=1&token=*~+%C3%A9&b=2%20")]
    [InlineData("/request_param:b/ remove_if /2 /", "a=1&token=s%2Bt")]
    [InlineData("/request_param:token/ remove_unless /s\\+t/", "a=1&token=s%2Bt&b=2%20")]
    public void Parameters_of_the_query_go_or_change_and_the_others_stay_as_sent(string rules, string query)
    {
        var call = new Call(target: "/?a=1&token=s%2Bt&b=2%20");
        Apply(call, rules);
        Assert.Equal(query, call.Record().GetProperty("request").GetProperty("query").GetString());
    }

    [Fact]
    public void A_parameter_without_equals_sign_is_seen_by_rules_for_values()
    {
        var call = new Call(target: $"/?a=1&{Setup.Secret}");
        Apply(call, "include weir");
        Assert.Equal("a=1&***", call.Record().GetProperty("request").GetProperty("query").GetString());
    }

    [Fact]
    public void A_name_with_a_line_break_does_not_escape_its_scope()
    {
        var call = new Call(target: "/?pass%0Aword=x&a=1");
        Apply(call, "/request_param:pass.*/ remove");
        Assert.Equal("a=1", call.Record().GetProperty("request").GetProperty("query").GetString());
    }

    [Fact]
    public void Parameters_beyond_the_limit_are_one()
    {
        var call = new Call(target: "/?" + string.Join('&', Enumerable.Range(0, 1500).Select(i => $"p{i}=v{i}")));
        Apply(call, "/request_param:/ remove");
        Assert.EndsWith("&p999=v999", call.Record().GetProperty("request").GetProperty("query").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/request_url/ remove", null, "")]
    [InlineData("/request_url/ replace /([^\\?;]+).*/, /$1/", "shop.example:8080", "/users/ann@corp.example/caf%C3%A9")]
    [InlineData("/request_url/ replace /[^\\/]+@[^\\/;]+/, /{who}/", "shop.example:8080", "/users/%7Bwho%7D/caf%C3%A9;v=1")]
    [InlineData("/request_url/ replace /shop/, /x/", "x.example:8080", "/users/ann@corp.example/caf%C3%A9;v=1")]
    [InlineData("/request_url/ replace /.+/, /gone away/", null, "gone%20away")]
    public void The_address_is_seen_decoded_and_written_back_encoded(string rules, string? host, string path)
    {
        var call = new Call(target: "/users/ann%40corp.example/caf%C3%A9;v=1");
        Apply(call, rules);
        var request = call.Record().GetProperty("request");
        Assert.Equal(path, request.GetProperty("path").GetString());
        Assert.Equal(host, request.TryGetProperty("host", out var value) ? value.GetString() : null);
    }

    [Fact]
    public void An_endpoint_name_does_not_outlive_the_path_it_was_made_of()
    {
        var call = new Call(target: "/users/ann");
        call.Exchange.Endpoint = "/users/ann";
        Apply(call, "/request_url/ replace /ann/, /x/");
        Assert.Null(call.Exchange.Endpoint);
    }

    [Fact]
    public void Method_code_and_reason_can_go()
    {
        var call = new Call("DELETE");
        Apply(call, "/request_method|response_code/ remove");
        Assert.Equal("", call.Record().GetProperty("request").GetProperty("method").GetString());
        Assert.Equal(0, call.Response.Status);
        Assert.DoesNotContain("Fine", call.Json(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/.*/ stop", RuleOutcome.Stopped)]
    [InlineData("/response_code/ stop_if /200/", RuleOutcome.Stopped)]
    [InlineData("/.*/ remove", RuleOutcome.Empty)]
    [InlineData("sample 99", RuleOutcome.Kept)]
    public void The_outcome_says_whether_to_log(string rules, RuleOutcome expected) => Assert.Equal(expected, Apply(new Call(), rules));

    [Fact]
    public void Time_can_be_looked_at_but_stays()
    {
        var call = new Call();
        Assert.Equal(RuleOutcome.Kept, Apply(call, "/now|interval/ remove\n/interval/ stop_unless /42/"));
        Assert.Equal(42, call.Record().GetProperty("durationMs").GetDouble());
    }

    [Fact]
    public void Copied_session_fields_outlive_the_cookie_they_come_from()
    {
        var call = new Call().RequestHeader("cookie", "SID=abc; theme=dark; x=");
        Apply(call, "copy_session_field /sid|theme/\n/request_header:cookie/ remove\n/session_field:theme/ replace /d/, /D/");
        Assert.Equal([new SessionField("sid", "abc"), new SessionField("theme", "Dark")], call.Exchange.SessionFields);
        Assert.DoesNotContain("abc", call.Json(), StringComparison.Ordinal);
        call.Exchange.Clear();
        Assert.Empty(call.Exchange.SessionFields);
    }

    [Fact]
    public void A_value_that_took_too_long_is_told_on_the_record()
    {
        var call = new Call().ResponseBody(new string('a', 1 << 16) + "!");
        var rules = Setup.Parse(@"/response_body/ remove_if_found /(?=a)(a+)+$x/", new RuleSource { Limits = new RuleLimits { PatternMilliseconds = 10 } });
        new ExchangeRules(rules, Setup.Context()).Apply(call.Exchange);
        Assert.Contains("rule_limit_reached", call.Json(), StringComparison.Ordinal);
        Assert.Equal(0, call.Response.Body.Length);
    }

    [Fact]
    public void A_name_lookup_is_left_alone()
    {
        var call = new Call();
        call.Exchange.Dns.Present = true;
        Assert.Equal(RuleOutcome.Kept, Apply(call, "/.*/ stop"));
    }

    [Fact]
    public void A_response_alone_is_a_message_too()
    {
        var call = new Call().ResponseBody("x");
        call.Exchange.HasRequest = false;
        call.Request.Clear();
        Assert.Equal(RuleOutcome.Kept, Apply(call, "/response_body/ remove"));
        Assert.Equal(0, call.Response.Body.Length);
    }

    internal static RuleOutcome Apply(Call call, string rules) => new ExchangeRules(Setup.Parse(rules), Setup.Context()).Apply(call.Exchange);
}
