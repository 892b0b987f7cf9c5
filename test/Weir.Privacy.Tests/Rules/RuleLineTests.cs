using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class RuleLineTests
{
    [Theory]
    [InlineData("/a/ remove # c", "^a$")]
    [InlineData("  /a/   remove", "^a$")]
    [InlineData(@"/a\\/b/ remove", @"^a\/b$")]
    [InlineData(@"!a\!! remove", "^a!$")]
    [InlineData("~a|b~ remove", "^a|b$")]
    [InlineData("/a # b/remove#c", "^a # b$")]
    public void A_scope_is_unescaped_and_anchored(string line, string scope) =>
        Assert.Equal(new LogRule(RuleVerb.Remove, scope), Parse(line));

    [Theory]
    [InlineData(" sample 7#x", "7")]
    [InlineData("sample 007", "7")]
    [InlineData("sample 99", "99")]
    public void Percentages_are_numbers(string line, string percent) =>
        Assert.Equal(new LogRule(RuleVerb.Sample, null, percent), Parse(line));

    [Theory]
    [InlineData("/a/ replace /b/,\t/c/", "b", "c")]
    [InlineData("/a/ replace /b,c/, /d/", "b,c", "d")]
    [InlineData("/a/ replace /b/, //", "b", "")]
    [InlineData("|a| replace /b\\/c/, |d|", "b/c", "d")]
    public void Replacements_have_a_pattern_and_a_text(string line, string pattern, string text) =>
        Assert.Equal(new LogRule(RuleVerb.Replace, "^a$", pattern, text), Parse(line));

    [Fact]
    public void Masking_is_a_verb_of_its_own() => Assert.Equal(new LogRule(RuleVerb.MaskSensitive, "^.*$"), Parse("/.*/ mask_sensitive # why"));

    [Theory]
    [InlineData("/.*/ mask_sensitive /a/")]
    [InlineData("mask_sensitive")]
    [InlineData("sample 99999999999999999999x")]
    [InlineData("/a/ remove\u2028")]
    [InlineData("# c\u0085")]
    public void What_has_no_rule_s_shape_is_an_invalid_rule(string line) => Assert.Equal($"Invalid rule: {line}", Error(line).Message);

    [Theory]
    [InlineData("sample 0", "Invalid sample percent: 0")]
    [InlineData("sample 123", "Invalid sample percent: 123")]
    [InlineData("/*! stop", "Invalid expression (/*!) in rule: /*! stop")]
    [InlineData("/*/ stop", "Invalid regex (/*/) in rule: /*/ stop")]
    [InlineData("/boo", "Invalid rule: /boo")]
    [InlineData("!!! stop", "Unescaped separator (!) in rule: !!! stop")]
    [InlineData("/a/ remove # /b/ remove", "Unescaped separator (/) in rule: /a/ remove # /b/ remove")]
    public void Errors_have_the_words_of_the_reference(string line, string message) => Assert.Equal(message, Error(line).Message);

    [Fact]
    public void A_lone_brace_is_refused_with_advice()
    {
        var error = Error("/a{/ remove");
        Assert.Equal("Invalid regex (/a{/) in rule: /a{/ remove", error.Message);
        Assert.Contains("\\{", error.Detail, StringComparison.Ordinal);
    }

    private static LogRule? Parse(string line) => RuleLineParser.TryParse(line, out var rule, out var error)
        ? rule
        : throw new InvalidOperationException(error.ToString());

    private static RuleError Error(string line) =>
        RuleLineParser.TryParse(line, out _, out var error) ? throw new InvalidOperationException("valid") : error;
}
