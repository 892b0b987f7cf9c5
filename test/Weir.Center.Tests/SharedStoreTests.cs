using System.Text.Json;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests;

/// <summary>Several centers over one ClickHouse server.</summary>
public class SharedStoreTests
{
    [SkippableFact]
    public async Task Every_center_shows_what_any_of_them_stored_and_each_call_once()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var store = ClickHouseServer.Options(server.Address);
        await using var one = await TestCenter.Start(options => options with { ClickHouse = store });
        await using var other = await TestCenter.Start(options => options with { ClickHouse = store });
        one.Ingest(0, 30);
        other.Ingest(20, 30);
        foreach (var center in (TestCenter[])[one, other])
        {
            await TestCenter.Until(async () => (await Items(center)).Count == 50);
            Assert.Equal(50, (await Items(center)).Select(static item => item.GetProperty("id").GetString()).Distinct().Count());
            var overview = await center.Json("/api/v1/exchanges/overview?from=2026-01-31T11:00:00Z&to=2026-01-31T13:00:00Z&fields=method");
            Assert.Equal((50, 50), (overview.GetProperty("matched").GetInt32(), overview.GetProperty("fieldsCounted").GetInt32()));
            var id = (await Items(center))[0].GetProperty("id").GetString();
            Assert.Equal(id, (await center.Json($"/api/v1/exchanges/{id}")).GetProperty("id").GetString());
            Assert.Equal("ok", await (await center.Get("/readyz")).Content.ReadAsStringAsync());
        }

        var storage = (await other.Json("/api/v1/status")).GetProperty("storage");
        Assert.Equal(50, storage.GetProperty("exchanges").GetInt64());
        Assert.True(storage.GetProperty("bytes").GetInt64() > 0);
    }

    [SkippableFact]
    public async Task A_server_that_is_away_for_a_while_costs_no_call()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        await using var center = await TestCenter.Start(options => options with { ClickHouse = ClickHouseServer.Options(server.Address) });
        center.Ingest(0, 20);
        await TestCenter.Until(async () => (await Items(center)).Count == 20);
        server.Kill();
        center.Ingest(20, 30);
        await TestCenter.Until(() => center.IngestCounters().GetProperty("storeFailures").GetInt64() > 0);
        Assert.Equal(503, (int)(await center.Get("/api/v1/exchanges")).StatusCode);
        Assert.Equal(503, (int)(await center.Get("/readyz")).StatusCode);
        server.Start();
        await TestCenter.Until(async () => (await center.Get("/readyz")).IsSuccessStatusCode && (await Items(center)).Count == 50);
        Assert.Equal(0, center.IngestCounters().GetProperty("dropped").GetProperty("store_refused").GetInt64());
    }

    [SkippableFact]
    public async Task What_any_center_takes_is_shown_on_every_centers_stream_once()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        var store = ClickHouseServer.Options(server.Address);
        await using var one = await TestCenter.Start(options => options with { ClickHouse = store });
        await using var other = await TestCenter.Start(options => options with { ClickHouse = store });
        using var first = await Stream(one, "");
        using var second = await Stream(other, "");
        using var some = await Stream(other, "?where=" + Uri.EscapeDataString("status_code == 501 && response.headers['content-type'] == 'application/json'"));
        one.Ingest(0, 300);
        other.Ingest(200, 300);
        one.Host.Ingest.Write(Calls.Make(1000, status: 501));
        foreach (var stream in (ServerSentEvents[])[first, second])
            Assert.Equal(Enumerable.Range(0, 500).Append(1000).Select(n => Calls.Id(n).ToString()), (await Take(stream, 501)).Order(StringComparer.Ordinal));
        Assert.Equal([Calls.Id(1000).ToString()], await Take(some, 1));

        // The server is away for a while: what is taken then is shown once it is back, and nothing twice.
        server.Kill();
        one.Ingest(2000, 50);
        await TestCenter.Until(() => one.IngestCounters().GetProperty("storeFailures").GetInt64() > 0);
        server.Start();
        Assert.Equal(Enumerable.Range(2000, 50).Select(n => Calls.Id(n).ToString()), await Take(second, 50));
        other.Ingest(3000, 1);
        Assert.Equal([Calls.Id(2000).ToString()], (await Take(first, 51)).Order(StringComparer.Ordinal).Take(1));
        var live = (await other.Json("/api/v1/status")).GetProperty("live");
        Assert.Equal((0, 0), (live.GetProperty("missedOfOtherCenters").GetInt64(), live.GetProperty("dropped").GetInt64()));
    }

    private static async Task<ServerSentEvents> Stream(TestCenter center, string query)
    {
        var events = new ServerSentEvents(await (await center.Get("/api/v1/exchanges/stream" + query)).Content.ReadAsStreamAsync());
        Assert.NotNull((await events.Next())!.Comment);
        return events;
    }

    /// <summary>Ids of the next calls; nothing may have been dropped between.</summary>
    private static async Task<List<string>> Take(ServerSentEvents events, int count)
    {
        var ids = new List<string>();
        while (ids.Count < count)
        {
            var next = await events.Next() ?? throw new InvalidOperationException("the stream ended");
            if (next.Name is null) continue;
            Assert.Equal("exchange", next.Name);
            ids.Add(next.Id!);
        }

        return ids;
    }

    private static async Task<List<JsonElement>> Items(TestCenter center) =>
        [.. (await center.Json("/api/v1/exchanges?limit=1000")).GetProperty("items").EnumerateArray()];
}
