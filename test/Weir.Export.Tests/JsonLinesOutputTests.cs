using System.Text;
using System.Text.Json;
using Weir.Records;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

public sealed class JsonLinesOutputTests
{
    [Fact]
    public void Each_exchange_is_one_line_that_reads_back()
    {
        var stream = new MemoryStream();
        using (var output = new JsonLinesOutput(stream, "test"))
        {
            for (var i = 0; i < 500; i++) output.Write(TestExchange.GetOk("line one\nline two"));
        }

        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal(501, lines.Length);
        Assert.Equal("", lines[500]);
        var exchange = new Exchange();
        foreach (var line in lines[..500])
        {
            Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(line), exchange, out var error), error);
        }
    }

    [Fact]
    public void Lines_leave_at_once_when_asked_and_else_at_flush()
    {
        var eager = new MemoryStream();
        var lazy = new MemoryStream();
        using var each = new JsonLinesOutput(eager, "eager", FlushPolicy.EachRecord);
        using var full = new JsonLinesOutput(lazy, "lazy");
        each.Write(TestExchange.GetOk());
        full.Write(TestExchange.GetOk());
        Assert.True(eager.Length > 0);
        Assert.Equal(0, lazy.Length);
        full.Flush();
        Assert.Equal(eager.Length, lazy.Length);
    }

    [Fact]
    public void A_summary_has_no_bodies()
    {
        var stream = new MemoryStream();
        using (var output = new JsonLinesOutput(stream, "test", detail: ExchangeDetail.Summary)) output.Write(TestExchange.GetOk());
        using var json = JsonDocument.Parse(stream.ToArray());
        Assert.False(json.RootElement.GetProperty("response").TryGetProperty("body", out _));
    }
}
