using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

/// <summary>Patterns that backtrack without end, on bodies that make them. What matters is that they end, and on which side.</summary>
public class RuleBudgetTests
{
    private static readonly RuleLimits s_brief = new() { PatternMilliseconds = 20 };
    private static readonly string s_body = new string('a', 1 << 20) + "!" + Setup.Secret;

    /// <summary>Look-ahead keeps them off the linear engine; without it they would simply finish.</summary>
    public static TheoryData<string> Evil => new(@"(?=a)(a+)+$x", @"(?=a)(a|aa)+$x", @"(?=a)(a|a)*b$", @"(?=a)(.*a){25}$x", @"(a*)*\1\1b");

    [Theory]
    [MemberData(nameof(Evil))]
    public void A_removal_that_cannot_be_decided_removes(string pattern)
    {
        foreach (var verb in new[] { "remove_if_found", "remove_unless_found" })
        {
            var (outcome, details, context) = Run($"/body/ {verb} /{pattern}/");
            Assert.Equal(RuleOutcome.Kept, outcome);
            Assert.Equal([new LogDetail("other", "1")], details);
            Assert.Equal(1, context.Counters.ValuesRemovedByLimit);
        }
    }

    [Theory]
    [MemberData(nameof(Evil))]
    public void A_replacement_that_cannot_be_finished_removes(string pattern)
    {
        var (_, details, context) = Run($"/body/ replace /{pattern}|never/, /x/");
        Assert.Equal([new LogDetail("other", "1")], details);
        Assert.Equal(1, context.Counters.ValuesRemovedByLimit);
    }

    [Theory]
    [MemberData(nameof(Evil))]
    public void A_stop_rule_that_cannot_be_decided_drops(string pattern)
    {
        foreach (var verb in new[] { "stop_if_found", "stop_unless_found" })
        {
            var (outcome, _, context) = Run($"/body/ {verb} /{pattern}/");
            Assert.Equal(RuleOutcome.TimedOut, outcome);
            Assert.Equal(1, context.Counters.TimedOut);
        }
    }

    [Fact]
    public void Patterns_that_the_linear_engine_takes_finish_on_a_large_body()
    {
        var rules = Setup.Parse("/body/ remove_if /(a+)+/\n/body/ remove_if /(a|aa)*b/\n/body/ remove_if_found /(x+x+)+y/");
        List<LogDetail> details = [new("body", s_body)];
        Assert.Equal(RuleOutcome.Kept, rules.Apply(details, Setup.Context()));
        Assert.Single(details);
    }

    [Fact]
    public void A_scope_that_cannot_be_decided_counts_as_in_scope()
    {
        var key = new string('a', 40_000);
        List<LogDetail> details = [new(key, "1"), new("b", "2")];
        var source = new RuleSource { Limits = s_brief };
        Assert.Equal(RuleOutcome.Kept, Setup.Parse(@"/(?=a)(a+)+c/ mask_sensitive", source).Apply(details, Setup.Context()));
        Assert.Equal([new LogDetail("b", "2")], details);
    }

    [Fact]
    public void A_message_on_which_all_rules_together_take_too_long_is_dropped()
    {
        var now = 0L;
        var context = new RuleContext(new StandInMasker(), () => now += 30, () => 0, new RuleLimits { MessageMilliseconds = 100 });
        Assert.Equal(RuleOutcome.TimedOut, Setup.Parse("/a/ remove_if /x/\n/a/ replace /y/, /z/").Apply([new("b", "1"), new("c", "2"), new("d", "3")], context));
    }

    [Fact]
    public void A_replacement_cannot_multiply_a_value_without_end()
    {
        var rules = Setup.Parse($"/body/ replace /a/, /{new string('x', 1000)}/");
        List<LogDetail> details = [new("body", s_body), new("other", "1")];
        Assert.Equal(RuleOutcome.Kept, rules.Apply(details, Setup.Context()));
        Assert.Equal([new LogDetail("other", "1")], details);
    }

    private static (RuleOutcome Outcome, List<LogDetail> Details, RuleContext Context) Run(string text)
    {
        List<LogDetail> details = [new("body", s_body), new("other", "1")];
        var context = Setup.Context();
        return (Setup.Parse(text, new RuleSource { Limits = s_brief }).Apply(details, context), details, context);
    }
}
