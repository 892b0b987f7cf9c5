using Weir.Privacy.Rules;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class ExchangeFastPathTests
{
    [Theory]
    [InlineData("allow_http_url\nskip_compression")]
    [InlineData("include debug")]
    [InlineData("include debug\ninclude weir\nsample 99")]
    public void Switches_and_masking_everything_list_no_details_and_allocate_nothing(string text)
    {
        var masked = 0;
        var rules = new ExchangeRules(Setup.Parse(text), Setup.Context(), _ => masked++);
        var call = new Call("POST", "/a?b=c").RequestHeader("Accept", "*/*").RequestBody("body").ResponseBody("body");
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 100; i++) rules.Apply(call.Exchange);
        }));
        Assert.Equal(text.Contains("weir", StringComparison.Ordinal), masked > 0);
        Assert.True(rules.Counters.Kept >= 100);
    }

    [Fact]
    public void Session_fields_are_copied_from_what_was_masked()
    {
        var call = new Call().RequestHeader("Cookie", $"sid={Setup.Secret}");
        new ExchangeRules(Setup.Parse("include debug\ninclude weir"), Setup.Context(), MaskFirstHeader).Apply(call.Exchange);
        Assert.Equal([new SessionField("sid", "***")], call.Exchange.SessionFields);
    }

    [Fact]
    public void Beside_other_rules_everything_is_masked_after_stop_rules_and_before_the_others()
    {
        var call = new Call().RequestHeader("X-A", Setup.Secret).RequestHeader("X-B", "b");
        var rules = new ExchangeRules(
            Setup.Parse($"include weir\n/request_header:x-a/ stop_unless /{Setup.Secret}/\n/request_header:x-a/ replace /\\*/, /+/\n/request_header:x-b/ remove"),
            Setup.Context(), MaskFirstHeader);
        Assert.Equal(RuleOutcome.Kept, rules.Apply(call.Exchange));
        Assert.Equal("X-A=sid=+++", Call.Headers(call.Record().GetProperty("request")));
    }

    [Fact]
    public void A_name_lookup_is_masked_too()
    {
        var masked = 0;
        var call = new Call();
        call.Exchange.Dns.Present = true;
        Assert.Equal(RuleOutcome.Kept, new ExchangeRules(Setup.Parse("include weir\n/.*/ stop"), Setup.Context(), _ => masked++).Apply(call.Exchange));
        Assert.Equal(1, masked);
    }

    [Fact]
    public void Sampling_comes_before_masking()
    {
        var masked = 0;
        var context = new RuleContext(new StandInMasker(), () => 0, () => 50);
        Assert.Equal(RuleOutcome.SampledOut, new ExchangeRules(Setup.Parse("include weir\nsample 50"), context, _ => masked++).Apply(new Call().Exchange));
        Assert.Equal(0, masked);
    }

    [Fact]
    public void Without_a_masker_of_exchanges_every_detail_is_masked_on_its_own()
    {
        var call = new Call("POST", $"/{Setup.Secret}?a={Setup.Secret}").RequestHeader("X-A", Setup.Secret).RequestBody(Setup.Secret)
            .ResponseHeader("X-B", Setup.Secret).ResponseBody(Setup.Secret);
        ExchangeRulesTests.Apply(call, "include weir");
        Assert.DoesNotContain(Setup.Secret, call.Json(), StringComparison.Ordinal);
        Assert.Contains("***", call.Json(), StringComparison.Ordinal);
    }

    private static void MaskFirstHeader(Exchange exchange) => exchange.Request.Headers[0] = exchange.Request.Headers[0] with
    {
        Value = exchange.Request.Text.Append("sid=***"u8),
    };
}
