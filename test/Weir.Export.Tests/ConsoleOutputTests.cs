using System.Text;
using Weir.Records;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

public sealed class ConsoleOutputTests
{
    private static string Print(Exchange exchange, bool colour = false, int width = 0)
    {
        var stream = new MemoryStream();
        using (var output = new ConsoleOutput(stream, colour, width)) output.OpenLane().Write(exchange);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [Fact]
    public void A_call_is_one_line_with_all_columns() => Assert.Equal(
        "12:00:00.123  10.0.0.7:51324        → 10.0.0.9:8080          GET     orders:8080/api/v2/orders/17?page=2" +
        "               200    12.5 ms      0 B ↑     9 B ↓\n",
        Print(TestExchange.GetOk()));

    [Fact]
    public void An_incomplete_call_says_why()
    {
        var exchange = TestExchange.Get();
        exchange.Complete = false;
        exchange.Anomalies.Add(Anomaly.ResponseMissingReset);
        Assert.Matches("---          -      0 B ↑       - ↓  ✗ response_missing_reset\n$", Print(exchange));
    }

    [Fact]
    public void Colour_only_when_wanted()
    {
        Assert.DoesNotContain("\e", Print(TestExchange.GetOk()), StringComparison.Ordinal);
        Assert.Contains("\e[32m200\e[0m", Print(TestExchange.GetOk(), colour: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_stand_under_each_other_whatever_the_names()
    {
        var named = TestExchange.GetOk();
        named.Server.Service = "a-service-with-a-very-long-name";
        var wide = TestExchange.Get("/商品/カタログ", "");
        wide.Request.Path = wide.Request.Text.Append("/商品"u8);
        var at = Print(TestExchange.GetOk()).IndexOf("GET", StringComparison.Ordinal);
        Assert.Equal(at, Print(named).IndexOf("GET", StringComparison.Ordinal));
        Assert.Contains("…:8080", Print(named), StringComparison.Ordinal);
        Assert.Equal(
            Print(TestExchange.Get("/ab12", "")).IndexOf("---", StringComparison.Ordinal) - 2,
            Print(wide).IndexOf("---", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(140)]
    [InlineData(160)]
    public void A_long_target_is_cut_to_the_terminal(int width)
    {
        var line = Print(TestExchange.GetOk(), width: width).TrimEnd('\n');
        Assert.Equal(width, line.Length);
        var exchange = TestExchange.Get("/" + new string('x', 500), "");
        var cut = Print(exchange, width: width).TrimEnd('\n');
        Assert.Equal(width, cut.Length);
        Assert.Contains("xxx…  ---", cut, StringComparison.Ordinal);
    }

    [Fact]
    public void No_captured_byte_reaches_the_terminal_as_a_control()
    {
        for (var value = 0; value < 256; value++)
        {
            var exchange = TestExchange.Get($"/a{(char)value}b", $"q={(char)value}");
            exchange.Request.Method = TestExchange.Text(exchange.Request, $"G{(char)value}T");
            exchange.Client.Service = $"s{(char)value}";
            var line = Print(exchange);
            Assert.Equal(1, line.Count(static c => c == '\n'));
            Assert.DoesNotContain(line.TrimEnd('\n'), char.IsControl);
        }
    }

    [Theory]
    [InlineData("\u001b[2J", "\\x1b[2J")]
    [InlineData("\u009b31m", "\\x9b31m")]
    [InlineData("\u202Eevil", "\\u{202e}evil")]
    [InlineData("\u2066x", "\\u{2066}x")]
    [InlineData("\u2028x", "\\u{2028}x")]
    [InlineData("grün", "grün")]
    public void Escapes_are_visible(string text, string expected)
    {
        var line = new StringBuilder();
        TerminalText.Append(line, text);
        Assert.Equal(expected, line.ToString());
    }

    [Fact]
    public void Random_bytes_never_exceed_the_columns_given()
    {
        var random = new Random(4);
        for (var i = 0; i < 5000; i++)
        {
            var bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            var limit = random.Next(1, 30);
            Assert.InRange(TerminalText.Append(new StringBuilder(), bytes, limit), 0, limit);
        }
    }
}
