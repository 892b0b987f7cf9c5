using System.Globalization;
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
            var lane = output.OpenLane();
            for (var i = 0; i < 500; i++) lane.Write(TestExchange.GetOk("line one\nline two"));
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
    public void Lines_leave_at_a_flush_or_when_there_are_many()
    {
        var stream = new MemoryStream();
        using var output = new JsonLinesOutput(stream, "test");
        var lane = output.OpenLane();
        lane.Write(TestExchange.GetOk());
        Assert.Equal(0, stream.Length);
        lane.Flush();
        var one = (int)stream.Length;
        Assert.True(one > 0);
        for (var bytes = 0; bytes < BatchingOutput.BatchBytes; bytes += one) lane.Write(TestExchange.GetOk());
        Assert.InRange(stream.Length, BatchingOutput.BatchBytes, BatchingOutput.BatchBytes + (2 * one));
    }

    [Fact]
    public void Lines_of_several_workers_are_whole_and_in_order_for_each()
    {
        const int Lanes = 4;
        const int Lines = 2_000;
        var stream = new MemoryStream();
        using (var output = new JsonLinesOutput(stream, "test"))
        {
            var workers = Enumerable.Range(0, Lanes).Select(worker => new Thread(() =>
            {
                var lane = output.OpenLane();
                for (var i = 0; i < Lines; i++)
                {
                    lane.Write(TestExchange.GetOk($"{worker} {i}"));
                    if (i % 7 == 0) lane.Flush();
                }

                lane.Flush();
            })).ToList();
            workers.ForEach(worker => worker.Start());
            workers.ForEach(worker => worker.Join());
        }

        var next = new int[Lanes];
        foreach (var line in Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            var body = json.RootElement.GetProperty("response").GetProperty("body").GetString()!.Split(' ');
            Assert.Equal(next[int.Parse(body[0], CultureInfo.InvariantCulture)]++, int.Parse(body[1], CultureInfo.InvariantCulture));
        }

        Assert.All(next, count => Assert.Equal(Lines, count));
    }

    [Fact]
    public void A_summary_has_no_bodies()
    {
        var stream = new MemoryStream();
        using (var output = new JsonLinesOutput(stream, "test", detail: ExchangeDetail.Summary)) output.OpenLane().Write(TestExchange.GetOk());
        using var json = JsonDocument.Parse(stream.ToArray());
        Assert.False(json.RootElement.GetProperty("response").TryGetProperty("body", out _));
    }
}
