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

    private static async Task<List<JsonElement>> Items(TestCenter center) =>
        [.. (await center.Json("/api/v1/exchanges?limit=1000")).GetProperty("items").EnumerateArray()];
}
