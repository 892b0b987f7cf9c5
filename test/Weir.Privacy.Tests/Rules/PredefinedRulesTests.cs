using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

/// <summary>
/// Each leak of the reference's sets, proven, and the corrected set that closes it: the table of docs/formats/logging-rules.md.
/// </summary>
public class PredefinedRulesTests
{
    private const string Mail = "ann@corp.example";
    private const string Card = "4111-1111-1111-1111";

    public static TheoryData<string, string, string> LeaksOfStandard => new()
    {
        { "a parameter", "request_param:mail", Mail },
        { "digits in a parameter", "request_param:pan", Card },
        { "an address in the path", "request_url", $"http://h/users/{Mail}" },
        { "an encoded address in the path", "request_url", "http://h/users/ann%40corp.example" },
        { "the query that Node and Python keep", "request_url", $"http://h/p?mail={Mail}" },
        { "an authorization header", "request_header:authorization", "Bearer synthetic" },
        { "a proxy's authorization header", "request_header:proxy-authorization", "Basic c3ludGhldGlj" },
        { "the old cookie header", "request_header:cookie2", "sid=synthetic" },
        { "a header as it was spelled", "request_header:Cookie", "sid=synthetic" },
        { "a response header as it was spelled", "response_header:Set-Cookie", "sid=synthetic" },
        { "an address in a referrer", "request_header:referer", $"http://h/?mail={Mail}" },
        { "an address in a redirect", "response_header:location", $"http://h/?mail={Mail}" },
        { "an address in a session field", "session_field:user", Mail },
        { "the end of a long domain", "response_body", "ann@mail.corp.example.org" },
        { "an apostrophe in an address", "response_body", "ann.o'hara@corp.example" },
        { "an address without a dot", "response_body", "root@localhost" },
        { "a card in groups", "response_body", "4111 1111 1111 1111" },
    };

    public static TheoryData<string, string, string> LeaksOfStrict => new()
    {
        { "a query without a path", "request_url", "?mail=ann" },
        { "credentials in the address", "request_url", "http://ann:synthetic@h/p" },
        { "the rest after a line break", "request_url", "http://h/p;a\nsynthetic" },
        { "a header whose name begins alike", "request_header:user-agent-token", "synthetic" },
        { "a response header whose name begins alike", "response_header:content-type-x", "synthetic" },
        { "a header as it was spelled", "Request_Header:Cookie", "sid=synthetic" },
        { "a session field", "session_field:sid", "synthetic" },
        { "a custom field", "custom_field:user", "synthetic" },
    };

    [Theory]
    [MemberData(nameof(LeaksOfStandard))]
    public void The_standard_set_leaks_and_the_corrected_one_does_not(string what, string key, string value)
    {
        Assert.Contains(Telling(value), Apply("include standard", key, value), StringComparison.Ordinal);
        Assert.False(Apply("include weir_standard", key, value).Contains(Telling(value), StringComparison.Ordinal), what);
    }

    [Theory]
    [MemberData(nameof(LeaksOfStrict))]
    public void The_strict_set_leaks_and_the_corrected_one_does_not(string what, string key, string value)
    {
        var telling = value.Contains("ann", StringComparison.Ordinal) ? "ann" : "synthetic";
        Assert.Contains(telling, Apply("include strict", key, value), StringComparison.Ordinal);
        Assert.False(Apply("include weir_strict", key, value).Contains(telling, StringComparison.Ordinal), what);
    }

    [Fact]
    public void The_corrected_strict_set_keeps_what_the_reference_means_to_keep()
    {
        LogDetail[] kept =
        [
            new("request_method", "PUT"), new("request_url", "http://shop.example:8080/cart/7"), new("response_code", "201"),
            new("request_header:user-agent", "probe/1"), new("response_header:content-type", "text/plain"),
            new("response_header:content-length", "27"), new("now", "1700000000123"), new("interval", "42"),
        ];
        Assert.Equal(kept, Setup.Apply("include weir_strict", kept));
    }

    [Fact]
    public void The_corrected_standard_set_leaves_ordinary_text_alone()
    {
        LogDetail[] kept =
        [
            new("request_url", "http://10.0.0.255:8080/cart/123456789"), new("request_header:accept", "*/*"),
            new("response_header:date", "Sat, 31 Jan 2026 12:00:00 GMT"), new("response_body", "blue whale, 1234567 of 8"), new("now", "1700000000123"),
        ];
        Assert.Equal(kept, Setup.Apply("include weir_standard", kept));
    }

    [Fact]
    public void Rules_of_the_Go_logger_s_strict_set_are_inverted()
    {
        const string Go = "/request_header:(user-agent).*|response_header:((content-length)|(content-type)).*/ remove";
        LogDetail[] message = [new("request_header:cookie", "sid=synthetic"), new("request_header:user-agent", "probe/1")];
        Assert.Equal([message[0]], Setup.Apply(Go, message));
        Assert.Equal([message[1]], Setup.Apply("include strict", message));
        Assert.Equal([message[1]], Setup.Apply("include weir_strict", message));
    }

    [Fact]
    public void Debug_copies_session_fields_and_weir_does_not()
    {
        Assert.True(Setup.Parse("include debug").CopiesSessionField("sid"));
        Assert.False(Setup.Parse("include weir").CopiesSessionFields);
    }

    [Fact]
    public void The_weir_set_masks_in_every_place_and_keeps_the_rest()
    {
        string[] keys =
        [
            "request_url", "request_body", "request_header:any", "request_param:any", "response_header:any", "response_body", "session_field:any",
            "something_new",
        ];
        var masked = Setup.Apply("include weir", [.. keys.Select(key => new LogDetail(key, $"before {Setup.Secret} after"))]);
        Assert.Equal(keys.Select(key => new LogDetail(key, "before *** after")), masked);
    }

    private static string Apply(string rules, string key, string value) =>
        string.Join('\n', Setup.Apply(rules, new LogDetail(key, value)).Select(detail => detail.Value));

    /// <summary>The part whose presence is the leak.</summary>
    private static string Telling(string value) => value switch
    {
        _ when value.Contains("synthetic", StringComparison.Ordinal) => "synthetic",
        _ when value.Contains("c3ludGhldGlj", StringComparison.Ordinal) => "c3ludGhldGlj",
        "ann@mail.corp.example.org" => "example.org",
        "ann.o'hara@corp.example" => "ann.o",
        "root@localhost" => "root@",
        "4111 1111 1111 1111" => "4111 1111",
        Card => "4111",
        _ => "ann",
    };
}
