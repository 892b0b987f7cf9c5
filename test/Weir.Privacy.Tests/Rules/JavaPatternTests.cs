using Weir.Privacy.Rules;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

/// <summary>What <c>java.util.regex</c> says, by its documentation and by OpenJDK's behaviour.</summary>
public class JavaPatternTests
{
    [Theory]
    [InlineData("a{")]
    [InlineData("{")]
    [InlineData("a{x}")]
    [InlineData("a{,3}")]
    [InlineData("a{2")]
    [InlineData("a{3,2}")]
    [InlineData("a**")]
    [InlineData("(?<n>a)(?<n>b)")]
    [InlineData("(?'n'a)")]
    [InlineData("(?#c)")]
    [InlineData("(?(1)a|b)")]
    [InlineData("[]")]
    [InlineData("\\b{g}")]
    [InlineData("[&&]")]
    [InlineData("(?i)*a")]
    [InlineData("(?i)+a")]
    [InlineData("(?i)?a")]
    [InlineData("[b-a]")]
    [InlineData("[a-\\d]")]
    [InlineData("[a")]
    [InlineData("\\y")]
    [InlineData("\\")]
    [InlineData("\\k<n>")]
    [InlineData("\\x1")]
    [InlineData("\\p{Nonsense}")]
    [InlineData("(?x)a")]
    [InlineData("a)")]
    [InlineData("(a")]
    public void What_Java_refuses_or_Weir_cannot_express_is_refused(string pattern) => Assert.False(Create(pattern, whole: false, out _));

    [Theory]
    [InlineData(".", "\r", false)]
    [InlineData(".", "\u2028", false)]
    [InlineData("(?s).", "\r", true)]
    [InlineData("(?s:.)x", "\nx", true)]
    [InlineData("(?s:a).", "a\n", false)]
    [InlineData("\\d", "\u0663", false)]
    [InlineData("\\w", "é", false)]
    [InlineData("\\s", "\u00A0", false)]
    [InlineData("\\h", "\u00A0", true)]
    [InlineData("[\\D]", "\u0663", true)]
    [InlineData("(?i)ABC", "abc", true)]
    [InlineData("a(?i:B)c", "abC", false)]
    [InlineData("[a-z&&[^b]]", "b", false)]
    [InlineData("[a-z&&[^b]]", "c", true)]
    [InlineData("\\b{1,2}a", "a", true)]
    [InlineData("[a&&]", "a", true)]
    [InlineData("[a&&]", "b", false)]
    [InlineData("[&&a]", "a", true)]
    [InlineData("[&&a]", "&", false)]
    [InlineData("[^&&a]", "&", true)]
    [InlineData("(?i){2}A", "a", true)]
    [InlineData("[^a-z&&b]", "b", false)]
    [InlineData("[^a-z&&b]", "a", true)]
    [InlineData("[a[bc]]", "c", true)]
    [InlineData("[]a]", "]", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[a^]", "^", true)]
    [InlineData("[.$({]", "{", true)]
    [InlineData("\\Qa.b*\\E+", "a.b**", true)]
    [InlineData("a*+a", "aaa", false)]
    [InlineData("a++b", "aab", true)]
    [InlineData("a{2}{3}", "aa", true)]
    [InlineData("{2}", "", true)]
    [InlineData("\\x41\\u0042\\x{43}\\0104", "ABCD", true)]
    [InlineData("\\p{Lu}\\pL\\p{Alpha}\\P{Digit}", "ÉéaX", true)]
    [InlineData("\\p{Alpha}", "é", false)]
    [InlineData("(a)\\1", "aa", true)]
    [InlineData("(a)\\2", "aa", false)]
    [InlineData("(?<x>a)(b)\\2\\k<x>", "abba", true)]
    [InlineData("\\R", "\r\n", true)]
    [InlineData("(?<=a)b|ab", "ab", true)]
    [InlineData("\ud83d\ude00+", "\ud83d\ude00\ud83d\ude00", true)]
    [InlineData("^a|b$", "a", true)]
    [InlineData("^a|b$", "axb", false)]
    public void Whole_texts_match_as_in_Java(string pattern, string text, bool expected)
    {
        Assert.True(Create(pattern, whole: true, out var created), pattern);
        Assert.Equal(expected ? PatternOutcome.Yes : PatternOutcome.No, created.Matches(text));
    }

    [Theory]
    [InlineData("a$", "a\r\n", true)]
    [InlineData("a$", "a\u0085", true)]
    [InlineData("a$", "a\nb", false)]
    [InlineData("a\\r$", "a\r\n", false)]
    [InlineData("(?m)a$", "a\rb", true)]
    [InlineData("(?m)^b", "a\r\nb", true)]
    [InlineData("(?m)^$", "a\n", false)]
    [InlineData("a\\Z", "a\n", true)]
    [InlineData("a\\z", "a\n", false)]
    public void Line_ends_are_Java_s(string pattern, string text, bool expected)
    {
        Assert.True(Create(pattern, whole: false, out var created), pattern);
        Assert.Equal(expected ? PatternOutcome.Yes : PatternOutcome.No, created.Matches(text));
    }

    [Fact]
    public void Groups_are_numbered_by_their_opening_even_when_some_have_names() => Assert.Equal(
        "b-a", Setup.Apply("/k/ replace /(?<first>a)(b)/, /$2-${first}/", new LogDetail("k", "ab")).Single().Value);

    [Fact]
    public void Groups_within_groups_are_limited() => Assert.False(Create(new string('(', 5000) + new string(')', 5000), whole: false, out _));

    [Fact]
    public void Patterns_without_look_around_run_in_linear_time()
    {
        Assert.True(Create("^(a+)+$", whole: true, out var scope));
        Assert.True(scope.IsLinear);
        Assert.True(Create("(?!a)b", whole: false, out var find));
        Assert.False(find.IsLinear);
    }

    private static bool Create(string text, bool whole, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RulePattern? pattern) =>
        RulePattern.TryCreate(text, whole, Setup.Patient, out pattern, out _);
}
