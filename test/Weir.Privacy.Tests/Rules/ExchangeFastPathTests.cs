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
        var masker = new CountingMasker();
        var rules = new ExchangeRules(Setup.Parse(text), Setup.Context(), masker);
        var call = new Call("POST", "/a?b=c").RequestHeader("Accept", "*/*").RequestBody("body").ResponseBody("body");
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 100; i++) rules.Apply(call.Exchange);
        }));
        Assert.Equal(text.Contains("weir", StringComparison.Ordinal), masker.Calls > 0);
        Assert.True(rules.Counters.Kept >= 100);
    }

    [Fact]
    public void Session_fields_are_copied_before_and_masked_like_everything_else()
    {
        var call = new Call().RequestHeader("Cookie", $"sid={Setup.Secret}");
        new ExchangeRules(Setup.Parse("include debug\ninclude weir"), Setup.Context(), new CountingMasker()).Apply(call.Exchange);
        Assert.Equal([new SessionField("sid", "***")], call.Exchange.SessionFields);
    }

    [Fact]
    public void Sampling_comes_before_masking()
    {
        var masker = new CountingMasker();
        var context = new RuleContext(new StandInMasker(), () => 0, () => 50);
        Assert.Equal(RuleOutcome.SampledOut, new ExchangeRules(Setup.Parse("include weir\nsample 50"), context, masker).Apply(new Call().Exchange));
        Assert.Equal(0, masker.Calls);
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

    private sealed class CountingMasker : IExchangeMasker
    {
        public int Calls { get; private set; }

        public void Mask(Exchange exchange) => Calls++;
    }
}
