using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class RuleSetTests
{
    [Theory]
    [InlineData(null, 2)]
    [InlineData("", 2)]
    [InlineData(" \t\r\n", 2)]
    [InlineData("# c", 0)]
    [InlineData("include debug\ninclude debug", 4)]
    [InlineData("include debug\r\nsample 5", 3)]
    [InlineData("\n\ninclude standard\n\n", 3)]
    [InlineData("include weir", 1)]
    [InlineData("include weir_standard", 4)]
    [InlineData("include weir_strict", 4)]
    [InlineData("include weir\ninclude debug", 3)]
    public void Includes_add_their_rules(string? text, int rules) => Assert.Equal(rules, Setup.Parse(text).Rules.Count);

    [Theory]
    [InlineData("include  debug")]
    [InlineData("include\tdebug")]
    [InlineData("include Debug")]
    [InlineData("include debug # c")]
    [InlineData("include weird")]
    public void An_include_has_one_spelling(string text) => Assert.Equal($"Invalid rule: {text}", Setup.Error(text).Message);

    [Fact]
    public void Errors_tell_the_line() => Assert.Equal(
        "line 3: Invalid rule: nope", Setup.Error("# first\n/a/ remove\nnope\nnope again").ToString());

    [Fact]
    public void Errors_within_an_included_default_tell_the_line_of_the_include() => Assert.Equal(
        2, Setup.Error("# first\ninclude default", new RuleSource { Default = "allow_http_url\nnope" }).Line);

    [Theory]
    [InlineData("\f")]
    [InlineData("\v")]
    public void A_form_feed_is_white_space_and_ends_no_line(string space)
    {
        Assert.Equal(new LogRule(RuleVerb.Remove, "^a$"), Assert.Single(Setup.Parse($"/a/{space}remove").Rules));
        Assert.Equal(2, Setup.Parse($"/a/{space}remove\n/b/ stop").Rules.Count);
    }

    [Theory]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    public void Line_ends_of_Unicode_are_none_here(string separator) =>
        Assert.Equal($"Invalid rule: /a/ remove{separator}/b/ stop", Setup.Error($"/a/ remove{separator}/b/ stop").Message);

    [Fact]
    public void The_second_sample_is_one_too_many()
    {
        var error = Setup.Error("sample 10\n\nsample 20");
        Assert.Equal(("Multiple sample rules", 3), (error.Message, error.Line));
    }

    [Fact]
    public void The_default_replaces_its_include_to_the_letter() => Assert.Equal(
        "sample 42\n\nskip_submission\n", Setup.Parse("include default\nskip_submission\n", new RuleSource { Default = "sample 42\n" }).Text);

    [Fact]
    public void A_default_may_include_others_but_not_itself() => Assert.Equal(
        3, Setup.Parse("", new RuleSource { Default = "include default\ninclude debug\nsample 3" }).Rules.Count);

    [Fact]
    public void A_file_is_named_at_the_start_and_loaded_by_the_caller()
    {
        string? asked = null;
        var source = new RuleSource
        {
            ReadFile = path =>
            {
                asked = path;
                return "include debug\nsample 34";
            },
        };
        Assert.Equal(34, Setup.Parse("file:///etc/rules.txt \n", source).SamplePercent);
        Assert.Equal("/etc/rules.txt", asked);
    }

    [Theory]
    [InlineData("file://~/missing.txt", "Failed to load rules: ~/missing.txt")]
    [InlineData("include debug\nfile://x", "Invalid rule: file://x")]
    public void Files_that_are_not_there_or_not_first_are_errors(string text, string message) => Assert.Equal(message, Setup.Error(text).Message);

    [Fact]
    public void Switches_are_told()
    {
        var rules = Setup.Parse("allow_http_url\nskip_compression\nskip_submission");
        Assert.True(rules.AllowHttpUrl && rules.SkipCompression && rules.SkipSubmission);
        Assert.False(rules.ActsOnDetails || rules.Removes || rules.CopiesSessionFields);
        Assert.Null(rules.SamplePercent);
    }

    [Theory]
    [InlineData("include weir", true)]
    [InlineData("include debug\ninclude weir\nsample 5", true)]
    [InlineData("/.*/ mask_sensitive\n/request_.*/ mask_sensitive", true)]
    [InlineData("/request_.*/ mask_sensitive", false)]
    [InlineData("include weir\n/a/ remove", false)]
    [InlineData("include debug", false)]
    public void Masking_everything_and_nothing_else_is_known(string text, bool expected) =>
        Assert.Equal(expected, Setup.Parse(text).IsMaskEverythingAlone);

    [Theory]
    [InlineData("/b/ replace /(x)/, /$2/", "No group 2")]
    [InlineData("/b/ replace /x/, /$&/", "Illegal group reference")]
    [InlineData("/b/ replace /x/, /c$/", "Illegal group reference: group index is missing")]
    [InlineData("/b/ replace /x/, /${n}/", "No group with name {n}")]
    [InlineData("/b/ replace /x/, /${n/", "named capturing group is missing trailing '}'")]
    public void Replacements_are_checked_when_rules_are_loaded(string text, string message) => Assert.Equal(message, Setup.Error(text).Message);

    [Fact]
    public void Texts_lines_and_numbers_of_rules_are_limited()
    {
        var source = new RuleSource { Limits = new RuleLimits { MaxTextChars = 100, MaxLineChars = 40, MaxRules = 2 } };
        Assert.Contains("too long", Setup.Error(new string('#', 101), source).Message, StringComparison.Ordinal);
        Assert.Contains("line is too long", Setup.Error($"/{new string('a', 40)}/ remove", source).Message, StringComparison.Ordinal);
        Assert.Contains("too many", Setup.Error("/a/ stop\n/a/ stop\n/a/ stop", source).Message, StringComparison.Ordinal);
    }
}
