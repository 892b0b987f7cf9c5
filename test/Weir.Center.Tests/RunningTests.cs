using System.Text.Json;
using Weir.Center.Hosting;
using Weir.Center.Live;
using Weir.Records;

namespace Weir.Center.Tests;

/// <summary>Calls that last, as the center shows and stores them.</summary>
public class RunningTests
{
    private const string Route = "/api/v1/exchanges/stream";

    [Fact]
    public async Task The_store_has_the_final_row_in_the_place_of_the_running_one()
    {
        await using var center = await TestCenter.Start();
        center.Host.Ingest.Write(Running(3, told: 1));
        await TestCenter.Until(() => center.Host.Store.Count == 1);
        Assert.True((await center.Json($"/api/v1/exchanges/{Calls.Id(3)}")).GetProperty("inProgress").GetBoolean());
        center.Host.Ingest.Write(Final(3));
        await TestCenter.Until(async () => (await center.Json("/api/v1/status")).GetProperty("ingest").GetProperty("replaced").GetInt64() == 1);
        var record = await center.Json($"/api/v1/exchanges/{Calls.Id(3)}");
        Assert.False(record.TryGetProperty("inProgress", out _));
        Assert.True(record.GetProperty("complete").GetBoolean());
        Assert.Equal(1, center.Host.Store.Count);
    }

    [Fact]
    public async Task The_live_stream_sends_an_update_when_a_call_it_showed_is_no_longer_wanted()
    {
        await using var center = await TestCenter.Start(o => o with { Live = new LiveLimits { FlushMs = 10 } });
        using var wanted = new ServerSentEvents(await (await center.Get(Route)).Content.ReadAsStreamAsync());
        using var running = new ServerSentEvents(await (await center.Get(Route + "?where=in_progress")).Content.ReadAsStreamAsync());
        await wanted.Next();
        await running.Next();
        center.Host.Ingest.Write(Running(3, told: 1));
        center.Host.Ingest.Write(Calls.Make(4));
        center.Host.Ingest.Write(Final(3));
        Assert.Equal(["exchange 3 running", "exchange 4", "exchange 3"], [await Line(wanted), await Line(wanted), await Line(wanted)]);
        // Call 4 was never shown to the second reader; the end of 3 has to be, or its page would show it running for ever.
        Assert.Equal(["exchange 3 running", "update 3"], [await Line(running), await Line(running)]);
    }

    [Fact]
    public async Task Running_calls_that_a_killed_center_left_are_over_when_the_next_begins()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        // A center that is never stopped, as after kill -9: the rows are there, nobody ends them.
        var killed = CenterHost.Create(TestCenter.Options(directory));
        await killed.StartAsync(CancellationToken.None);
        killed.Ingest.Write(Running(3, told: 1));
        killed.Ingest.Write(Calls.Make(4));
        await TestCenter.Until(() => killed.Store.Count == 2);
        var next = CenterHost.Create(TestCenter.Options(directory));
        await next.StartAsync(CancellationToken.None);
        using (var http = new HttpClient { BaseAddress = new Uri(next.Address) })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", TestCenter.Token(next));
            var record = JsonDocument.Parse(await http.GetStringAsync($"/api/v1/exchanges/{Calls.Id(3)}")).RootElement;
            Assert.False(record.TryGetProperty("inProgress", out _));
            Assert.False(record.GetProperty("complete").GetBoolean());
            Assert.Equal(["end_unknown"], record.GetProperty("anomalies").EnumerateArray().Select(one => one.GetString()));
            var whole = JsonDocument.Parse(await http.GetStringAsync($"/api/v1/exchanges/{Calls.Id(4)}")).RootElement;
            Assert.True(whole.GetProperty("complete").GetBoolean());
        }

        await next.DisposeAsync();
        await killed.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<string> Line(ServerSentEvents events)
    {
        while (await events.Next() is { } next)
        {
            if (next.Name is null) continue;
            var json = JsonDocument.Parse(next.Data!).RootElement;
            var number = json.GetProperty("request").GetProperty("path").GetString()!["/orders/".Length..];
            return $"{next.Name} {number}{(json.TryGetProperty("inProgress", out _) ? " running" : "")}";
        }

        return "the stream ended";
    }

    private static Exchange Running(int n, int told)
    {
        var exchange = Calls.Make(n);
        exchange.InProgress = true;
        exchange.Complete = false;
        exchange.ProgressReports = told;
        return exchange;
    }

    private static Exchange Final(int n)
    {
        var exchange = Calls.Make(n);
        exchange.ProgressReports = 1;
        return exchange;
    }
}
