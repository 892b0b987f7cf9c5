using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Center.Live;

namespace Weir.Center.Tests;

public class StreamTests
{
    private const string Route = "/api/v1/exchanges/stream";

    [Fact]
    public async Task A_stream_begins_at_once_and_shows_calls_as_they_finish()
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get(Route);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoStore);
        using var events = await Events(response);
        Assert.NotNull((await events.Next())!.Comment);
        center.Ingest(5, 1);
        var call = (await events.Next())!;
        Assert.Equal("exchange", call.Name);
        Assert.Equal(Calls.Id(5).ToString(), call.Id);
        using var json = JsonDocument.Parse(call.Data!);
        Assert.Equal("/orders/5", json.RootElement.GetProperty("request").GetProperty("path").GetString());
        Assert.False(json.RootElement.GetProperty("response").TryGetProperty("body", out _));
    }

    [Fact]
    public async Task A_filter_chooses_what_a_stream_shows()
    {
        await using var center = await TestCenter.Start();
        using var events = await Events(await center.Get(Route + "?where=" + Uri.EscapeDataString("status_code == 500")));
        await events.Next();
        center.Ingest(0, 10);
        center.Host.Ingest.Write(Calls.Make(10, status: 500));
        Assert.Equal(Calls.Id(10).ToString(), (await events.Next())!.Id);
    }

    [Fact]
    public async Task A_wrong_filter_is_refused_with_its_place()
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get(Route + "?where=nonsense");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await TestCenter.Body(response);
        Assert.Equal((1, 8), (problem.GetProperty("column").GetInt32(), problem.GetProperty("length").GetInt32()));
        Assert.Equal(0, (await center.Json("/api/v1/status")).GetProperty("live").GetProperty("subscribers").GetInt32());
    }

    [Fact]
    public async Task Several_readers_see_every_call_in_order()
    {
        await using var center = await TestCenter.Start();
        var readers = new List<ServerSentEvents>();
        for (var i = 0; i < 5; i++)
        {
            readers.Add(await Events(await center.Get(Route)));
            await readers[^1].Next();
        }

        center.Ingest(0, 200);
        foreach (var reader in readers)
        {
            for (var n = 0; n < 200; n++) Assert.Equal(Calls.Id(n).ToString(), (await reader.Next())!.Id);
            reader.Dispose();
        }

        Assert.Equal(1000, (await center.Json("/api/v1/status")).GetProperty("live").GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task A_slow_reader_is_told_how_much_it_missed()
    {
        const int Sent = 5000;
        await using var center = await TestCenter.Start(o => o with { Live = new LiveLimits(MaxBufferedBytes: 8192) });
        using var events = await Events(await center.Get(Route));
        await events.Next();
        center.Ingest(0, Sent);
        var (shown, missed) = (0, 0);
        while (shown + missed < Sent)
        {
            var next = (await events.Next())!;
            if (next.Name == "exchange") shown++;
            else missed += JsonDocument.Parse(next.Data!).RootElement.GetProperty("count").GetInt32();
        }

        Assert.True(shown > 0 && missed > 0);
        Assert.Equal(missed, (await center.Json("/api/v1/status")).GetProperty("live").GetProperty("dropped").GetInt32());
    }

    [Fact]
    public async Task A_reader_that_stalls_holds_up_neither_capture_nor_others()
    {
        await using var center = await TestCenter.Start(o => o with { Live = new LiveLimits(MaxBufferedBytes: 64 << 10) });
        using var stalled = new TcpClient { ReceiveBufferSize = 4096 };
        await stalled.ConnectAsync(IPAddress.Loopback, center.Http.BaseAddress!.Port);
        await stalled.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {Route} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TestCenter.Token(center.Host)}\r\n\r\n"));
        await TestCenter.Until(async () => (await Live(center, "subscribers")) == 1);
        using var events = await Events(await center.Get(Route + "?where=" + Uri.EscapeDataString("status_code == 500")));
        await events.Next();
        center.Ingest(0, 3000);
        center.Host.Ingest.Write(Calls.Make(3000, status: 500));
        Assert.Equal(Calls.Id(3000).ToString(), (await events.Next())!.Id);
        Assert.True(await Live(center, "dropped") > 0);
    }

    [Fact]
    public async Task Silence_is_filled_with_comments()
    {
        await using var center = await TestCenter.Start(o => o with { Live = new LiveLimits(FlushMs: 10, HeartbeatMs: 30) });
        using var events = await Events(await center.Get(Route));
        for (var i = 0; i < 3; i++) Assert.NotNull((await events.Next())!.Comment);
    }

    [Fact]
    public async Task More_streams_than_allowed_are_refused_until_one_ends()
    {
        await using var center = await TestCenter.Start();
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < 64; i++)
        {
            open.Add(await center.Get(Route));
            Assert.Equal(HttpStatusCode.OK, open[^1].StatusCode);
        }

        using (var refused = await center.Get(Route))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        }

        open[0].Dispose();
        await TestCenter.Until(async () =>
        {
            var again = await center.Get(Route);
            open.Add(again);
            return again.StatusCode == HttpStatusCode.OK;
        });
        foreach (var response in open) response.Dispose();
        await TestCenter.Until(async () => await Live(center, "subscribers") == 0);
    }

    [Fact]
    public async Task Stopping_ends_the_streams()
    {
        await using var center = await TestCenter.Start();
        using var events = await Events(await center.Get(Route));
        await events.Next();
        var stopping = center.Host.StopAsync();
        Assert.Null(await events.Next());
        await stopping;
    }

    [Fact]
    public async Task Head_asks_for_no_stream()
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Send(HttpMethod.Head, Route);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await TestCenter.Until(async () => await Live(center, "subscribers") == 0);
    }

    private static async Task<long> Live(TestCenter center, string counter) =>
        (await center.Json("/api/v1/status")).GetProperty("live").GetProperty(counter).GetInt64();

    private static async Task<ServerSentEvents> Events(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new ServerSentEvents(await response.Content.ReadAsStreamAsync());
    }
}
