using Weir.Privacy.Redaction;
using Weir.Privacy.Rules;

namespace Weir.Probe.Tests;

/// <summary>Rules are prepared for a worker only where they would do something.</summary>
public class GuardTests
{
    [Theory]
    [InlineData("include weir", true, false)]
    [InlineData("include weir\nallow_http_url", true, false)]
    [InlineData("allow_http_url\nskip_compression", true, false)]
    [InlineData("include weir", false, true)]
    [InlineData("include weir\nsample 50", true, true)]
    [InlineData("include weir\ncopy_session_field /.*/", true, true)]
    [InlineData("/request_body/ mask_sensitive", true, true)]
    [InlineData("/request_body/ remove", true, true)]
    public void Rules_that_leave_everything_to_redaction_are_not_applied(string text, bool redacts, bool applies)
    {
        Assert.True(RuleSet.TryParse(text, RuleSource.Literal, out var rules, out _));
        var guard = new ExchangeGuard(new PrivacyOptions(rules, redacts ? RedactionOptions.Default : null), keepsPackets: false);
        Assert.Equal(applies, guard.AppliesRules);
    }
}
