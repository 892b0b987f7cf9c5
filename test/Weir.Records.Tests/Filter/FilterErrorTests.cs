using System.Text;
using Weir.Records.Filter;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Filter;

public sealed class FilterErrorTests
{
    [Theory]
    [InlineData("", 1, "empty")]
    [InlineData("   ", 4, "empty")]
    [InlineData("methud == 'GET'", 1, "did you mean method?")]
    [InlineData("method == 'GET' && pth == '/'", 20, "did you mean path?")]
    [InlineData("src.pod.nam == 'x'", 1, "did you mean src.pod.name?")]
    [InlineData("statuscode == 200", 1, "did you mean status_code?")]
    [InlineData("zzzzzzzz == 1", 1, "Unknown field zzzzzzzz")]
    [InlineData("path.startswith('/')", 6, "did you mean startsWith?")]
    [InlineData("method = 'GET'", 8, "use == to compare")]
    [InlineData("complete & http", 10, "use && for and")]
    [InlineData("complete | http", 10, "use || for or")]
    [InlineData("complete and http", 10, "and is written &&")]
    [InlineData("method == GET", 11, "Unknown field GET")]
    [InlineData("method == 200", 11, "Cannot compare a string with a whole number")]
    [InlineData("status_code == '200'", 16, "Cannot compare")]
    [InlineData("complete > true", 1, "no order")]
    [InlineData("complete && status_code", 13, "&& joins")]
    [InlineData("!method", 2, "! needs")]
    [InlineData("method", 1, "A filter must be true or false")]
    [InlineData("method == 'GET", 11, "no closing quote")]
    [InlineData("method == 'G\\q'", 13, "escape")]
    [InlineData("(complete", 10, "Expected )")]
    [InlineData("complete)", 9, "Expected && or ||")]
    [InlineData("complete &&", 12, "the filter ends")]
    [InlineData("status_code in 200", 16, "in needs a list or a map")]
    [InlineData("status_code in ['a']", 1, "The list holds a string")]
    [InlineData("status_code in [1, 'a']", 20, "one type")]
    [InlineData("status_code in [method]", 17, "values only")]
    [InlineData("status_code.contains('2')", 1, "contains needs a string")]
    [InlineData("path.contains(2)", 15, "looks for a string")]
    [InlineData("path.contains()", 6, "needs an argument")]
    [InlineData("path.matches('(')", 14, "not a regular expression")]
    [InlineData("path.matches('(?=a)')", 14, "look-around")]
    [InlineData("path.matches('(a{500}){500}')", 14, "repeats")]
    [InlineData("path.matches(method)", 14, "written out")]
    [InlineData("'response_gapp' in anomalies", 1, "did you mean response_gap?")]
    [InlineData("1 in anomalies", 1, "Only a string")]
    [InlineData("request.headers == ''", 1, "only be used with in")]
    [InlineData("request.headers[1] == ''", 17, "header name in quotes")]
    [InlineData("path['a'] == ''", 1, "Only a map")]
    [InlineData("timestamp > timestamp('soon')", 23, "ISO 8601")]
    [InlineData("timestamp > 5", 13, "Cannot compare a timestamp")]
    [InlineData("99999999999999999999 == 1", 1, "too large")]
    [InlineData("-method == 1", 1, "before a number only")]
    [InlineData("complete == true == true", 18, "Expected && or ||")]
    [InlineData("complete #", 10, "Unexpected character #")]
    [InlineData("complete\u0007", 9, "U+0007")]
    public void An_error_names_its_column(string filter, int column, string message)
    {
        Assert.False(ExchangeFilter.TryCompile(filter, out _, out var error));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(column, error.Column);
        Assert.True(error.Length >= 1);
    }

    [Fact]
    public void An_error_is_drawn_under_its_place()
    {
        const string Filter = "http && pth == '/'";
        Assert.False(ExchangeFilter.TryParse(Filter, out _, out var error));
        Assert.Equal("Unknown field pth; did you mean path?\n  http && pth == '/'\n          ^^^", error.Render(Filter));
    }

    [Fact]
    public void Length_and_depth_are_bounded()
    {
        Assert.False(ExchangeFilter.TryParse(new string('(', 100) + "true" + new string(')', 100), out _, out var deep));
        Assert.Contains("64 deep", deep.Message, StringComparison.Ordinal);
        Assert.False(ExchangeFilter.TryParse(new string('!', 4000) + "true", out _, out deep));
        Assert.Contains("64 deep", deep.Message, StringComparison.Ordinal);
        Assert.False(ExchangeFilter.TryParse(new string(' ', 5000), out _, out var longer));
        Assert.Contains("4096", longer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a{1000}", true)]
    [InlineData("a{1001}", false)]
    [InlineData("(a{50}){50}", false)]
    public void Repetitions_of_a_pattern_are_bounded(string pattern, bool taken)
    {
        Assert.Equal(taken, ExchangeFilter.TryParse($"path.matches('{pattern}')", out _, out var error));
        if (!taken) Assert.Contains("more than 1000 times", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_chain_compiles()
    {
        var chain = string.Join("||", Enumerable.Repeat("http", 680));
        Assert.True(ExchangeFilter.TryCompile(chain, out var predicate, out _));
        Assert.True(predicate(TestExchange.GetOk()));
    }

    [Fact]
    public void Random_filters_never_throw()
    {
        string[] words =
        [
            "method", "path", "status_code", "==", "!=", "<", "in", "[", "]", "(", ")", "'GET'", "200", "1.5", "&&", "||", "!",
            ".contains(", ".matches(", ".size()", "request.headers", "['host']", "anomalies", "timestamp", "size(", "-", ",",
            "true", "src.pod.name", "src.", "'[a-z]+'", "\"", "\\", "é", "http", "complete",
        ];
        var random = new Random(9);
        var exchange = TestExchange.GetOk();
        var accepted = 0;
        for (var i = 0; i < 60_000; i++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(1, 9); left > 0; left--)
            {
                if (random.Next(30) == 0) text.Append((char)random.Next(0x10000));
                text.Append(words[random.Next(words.Length)]);
                if (random.Next(2) == 0) text.Append(' ');
            }

            var filter = text.ToString();
            if (ExchangeFilter.TryCompile(filter, out var predicate, out var error))
            {
                predicate(exchange);
                accepted++;
            }
            else
            {
                Assert.InRange(error.Column, 1, filter.Length + 1);
                Assert.NotEmpty(error.Render(filter));
            }
        }

        Assert.True(accepted > 100);
    }
}
