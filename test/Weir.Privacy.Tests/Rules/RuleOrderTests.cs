using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class RuleOrderTests
{
    private static readonly LogDetail s_one = new("request_header:x-tag", "one");
    private static readonly LogDetail s_two = new("request_header:x-tag", "two");
    private static readonly LogDetail s_body = new("response_body", "blue whale\nred whale\ndone");

    [Fact]
    public void Stop_rules_see_values_before_any_other_rule() => Assert.Equal(
        RuleOutcome.Stopped, Outcome("/.*/ remove\n/.*/ replace /./, //\n/response_body/ stop_if_found /whale/"));

    [Theory]
    [InlineData("/request_header:x-tag/ stop_unless_found /o/", RuleOutcome.Stopped)]
    [InlineData("/request_header:x-tag/ stop_unless_found /e/", RuleOutcome.Kept)]
    [InlineData("/request_header:x-tag/ stop_unless_found /o/\n/response_body/ stop_unless_found /shark/", RuleOutcome.Kept)]
    public void Stop_unless_counts_details_as_the_reference_does(string rules, RuleOutcome expected) => Assert.Equal(expected, Outcome(rules));

    [Fact]
    public void Removing_comes_before_replacing() => Assert.Equal(
        "blue fish\nred fish\ndone",
        Setup.Apply("/response_body/ remove_if_found /fish/\n/response_body/ replace /whale/, /fish/", s_body).Single().Value);

    [Fact]
    public void Masking_sees_what_was_sent_and_other_rules_what_was_masked() => Assert.Equal(
        "<***>",
        Setup.Apply($"/a/ replace /.+/, /<$0>/\n/a/ replace /{Setup.Secret}/, /unmasked/\n/.*/ mask_sensitive", new LogDetail("a", Setup.Secret)).Single().Value);

    [Fact]
    public void Replacements_work_on_one_another_in_the_order_of_the_text() => Assert.Equal(
        "c", Setup.Apply("/a/ replace /a/, /b/\n/a/ replace /b/, /c/", new LogDetail("a", "a")).Single().Value);

    [Theory]
    [InlineData("/response_body/ replace /.*/, //", "\n\n")]
    [InlineData("/response_body/ replace /(\\w+) whale/, /<$1>/", "<blue>\n<red>\ndone")]
    [InlineData("/response_body/ replace /whale/, /$0_x/", "blue whale_x\nred whale_x\ndone")]
    [InlineData("/response_body/ replace /(?<w>whale)/, /${w}s \\$\\x/", "blue whales $x\nred whales $x\ndone")]
    [InlineData("/response_body/ replace /(w)(h)/, /$21/", "blue h1ale\nred h1ale\ndone")]
    [InlineData("/response_body/ replace /(?=whale)/, /!/", "blue !whale\nred !whale\ndone")]
    public void Replacement_texts_are_Java_s(string rules, string expected) => Assert.Equal(expected, Setup.Apply(rules, s_body).Single().Value);

    [Fact]
    public void A_star_matches_the_nothing_after_the_text_too() => Assert.Equal(
        "ZZ", Setup.Apply("/a/ replace /.*/, /Z/", new LogDetail("a", "x")).Single().Value);

    [Fact]
    public void Values_that_become_empty_are_removed()
    {
        Assert.Equal([s_two], Setup.Apply("/request_header:x-tag/ replace /one/, //", s_one, s_two));
        Setup.Apply("/request_header:x-tag/ replace /.+/, //", out var outcome, s_one);
        Assert.Equal(RuleOutcome.Empty, outcome);
    }

    [Theory]
    [InlineData(0, RuleOutcome.Kept)]
    [InlineData(9, RuleOutcome.Kept)]
    [InlineData(10, RuleOutcome.SampledOut)]
    [InlineData(99, RuleOutcome.SampledOut)]
    public void Sampling_keeps_what_falls_below_the_percentage(int chance, RuleOutcome expected)
    {
        var context = new RuleContext(new StandInMasker(), () => 0, () => chance);
        Assert.Equal(expected, Setup.Parse("sample 10").Apply([s_one], context));
    }

    [Fact]
    public void Tags_stay_with_their_details() => Assert.Equal(
        7, Setup.Apply("/a/ replace /x/, /y/", new LogDetail("b", "x", 3), new LogDetail("a", "x", 7))[1].Tag);

    [Fact]
    public void Outcomes_are_counted()
    {
        var context = Setup.Context();
        var rules = Setup.Parse("/a/ stop\n/b/ remove");
        rules.Apply([new LogDetail("a", "1")], context);
        rules.Apply([new LogDetail("b", "1")], context);
        rules.Apply([new LogDetail("c", "1")], context);
        Assert.Equal((1, 1, 1), (context.Counters.Stopped, context.Counters.Empty, context.Counters.Kept));
    }

    private static RuleOutcome Outcome(string rules)
    {
        Setup.Apply(rules, out var outcome, s_one, s_two, s_body);
        return outcome;
    }
}
