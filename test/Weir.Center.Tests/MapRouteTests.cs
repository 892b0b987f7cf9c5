using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Map;
using Weir.Records;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Center.Tests;

/// <summary><c>/api/v1/map</c>: who calls whom, in numbers.</summary>
public class MapRouteTests
{
    private const string Minute = "/api/v1/map?from=2026-01-31T12:00:00Z&to=2026-01-31T12:01:00Z";

    [Fact]
    public async Task Calls_are_edges_with_rate_errors_latency_and_bytes()
    {
        await using var center = await TestCenter.Start();
        await Store(center, Enumerable.Range(0, 60).Select(n => Call(n, n < 6 ? 503 : n < 9 ? 404 : 200)));
        var map = await center.Json(Minute);
        Assert.Equal((60, 60), (map.GetProperty("calls").GetInt32(), map.GetProperty("looked").GetInt32()));
        Assert.Equal(JsonValueKind.Null, map.GetProperty("reachedBackTo").ValueKind);
        Assert.Equal(["service/shop/orders", "workload/shop/web"], map.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetString()));
        var edge = Assert.Single(map.GetProperty("edges").EnumerateArray().ToList());
        Assert.Equal(("workload/shop/web", "service/shop/orders"), (edge.GetProperty("from").GetString(), edge.GetProperty("to").GetString()));
        Assert.Equal((60, 6, 3, 0), (Count(edge, "calls"), Count(edge, "errors"), Count(edge, "clientErrors"), Count(edge, "unanswered")));
        Assert.Equal(1, edge.GetProperty("perSecond").GetDouble());
        // Each takes as many milliseconds as its number.
        Assert.Equal((29, 56), (edge.GetProperty("p50Ms").GetDouble(), edge.GetProperty("p95Ms").GetDouble()));
        Assert.Equal(60 * 9, Count(edge, "responseBytes"));
        Assert.Equal("HTTP/1.1", edge.GetProperty("protocols")[0].GetString());
    }

    [Fact]
    public async Task The_filters_of_a_place_take_just_its_calls()
    {
        await using var center = await TestCenter.Start();
        const string Odd = "a \"quoted\" \\ <b>name</b> é";
        await Store(center,
        [
            Call(1), Call(2, to: ("shop", "users", null)), Call(3, from: ("other", null, "web")), Call(4, from: ("shop", null, Odd)), Call(5, to: null, host: "api.example.com"),
            Call(6, to: null, host: "10.0.0.9:8080"), Call(7, from: null), Call(8, from: null, process: "curl"),
        ]);
        var map = await center.Json(Minute);
        var nodes = map.GetProperty("nodes").EnumerateArray().ToDictionary(node => node.GetProperty("id").GetString()!);
        Assert.Equal(
            ["address//10.0.0.7", "address//10.0.0.9:8080", "host//api.example.com", "process//curl", "service/shop/orders", "service/shop/users", "workload/other/web", $"workload/shop/{Odd}", "workload/shop/web"],
            nodes.Keys.Order(StringComparer.Ordinal));
        foreach (var edge in map.GetProperty("edges").EnumerateArray())
        {
            var where = $"({nodes[edge.GetProperty("from").GetString()!].GetProperty("source").GetString()}) && ({nodes[edge.GetProperty("to").GetString()!].GetProperty("destination").GetString()})";
            var found = (await center.Json("/api/v1/exchanges?where=" + Uri.EscapeDataString(where))).GetProperty("items").GetArrayLength();
            Assert.True(Count(edge, "calls") == found, $"{where}: {found}");
        }
    }

    [Fact]
    public async Task What_calls_under_the_name_of_its_workload_is_the_service_that_it_is_called_as()
    {
        await using var center = await TestCenter.Start();
        await Store(center, [Call(1, to: ("shop", "orders", "orders-deployment")), Call(2, from: ("shop", null, "orders-deployment"), to: ("shop", "users", null))]);
        var map = await center.Json(Minute);
        var node = map.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("name").GetString() == "orders");
        Assert.Equal(["service/shop/orders>service/shop/users", "workload/shop/web>service/shop/orders"], Edges(map));
        // As a caller it is still found under the name that its calls have.
        Assert.Contains("src.workload.name == \"orders-deployment\"", node.GetProperty("source").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, (await center.Json("/api/v1/exchanges?where=" + Uri.EscapeDataString(node.GetProperty("source").GetString()!))).GetProperty("items").GetArrayLength());

        // A workload of two services is neither.
        await Store(center, [Call(3, to: ("shop", "billing", "orders-deployment"))]);
        Assert.Contains("workload/shop/orders-deployment>service/shop/users", Edges(await center.Json(Minute)));
    }

    [Fact]
    public async Task A_process_that_calls_is_the_one_that_listens()
    {
        await using var center = await TestCenter.Start();
        var (called, calls) = (Call(1, to: null), Call(2, from: null, to: null));
        (called.Server.ProcessName, called.Server.ProcessId, called.Node) = ("python3", 17, "node-1");
        (calls.Client.ProcessName, calls.Client.ProcessId, calls.Node) = ("python3", 17, "node-1");
        await Store(center, [called, calls]);
        Assert.Equal(["process//python3:8080>address//10.0.0.9:8080", "workload/shop/web>process//python3:8080"], Edges(await center.Json(Minute)));
    }

    [Fact]
    public async Task A_namespace_and_a_filter_narrow_the_map()
    {
        await using var center = await TestCenter.Start();
        await Store(center, [Call(1), Call(2, from: ("other", null, "web"), to: ("other", "api", null)), Call(3, 500)]);
        Assert.Equal(["workload/other/web>service/other/api"], Edges(await center.Json(Minute + "&namespace=other")));
        var failed = await center.Json(Minute + "&where=" + Uri.EscapeDataString("status_code >= 500"));
        Assert.Equal(1, Count(Assert.Single(failed.GetProperty("edges").EnumerateArray().ToList()), "calls"));
        var empty = await center.Json("/api/v1/map?to=2020-01-02&from=2020-01-01");
        Assert.Equal((0, 0), (empty.GetProperty("nodes").GetArrayLength(), empty.GetProperty("edges").GetArrayLength()));
    }

    [Theory]
    [InlineData("where=statuscode%20==%201", "where")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-01-31&to=2026-01-30", "from")]
    public async Task What_is_not_understood_is_refused_with_the_parameter_that_is_wrong(string query, string parameter)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/map?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(parameter, (await TestCenter.Body(response)).GetProperty("parameter").GetString());
    }

    [Fact]
    public async Task Of_many_strangers_those_with_the_fewest_calls_are_put_together()
    {
        await using var center = await TestCenter.Start();
        await Store(center, Enumerable.Range(0, 900).Select(n =>
        {
            var call = Call(n, from: null);
            call.Client.Ip = Weir.Packets.IpAddress.FromV4([10, 1, (byte)(n % 450 / 200), (byte)(n % 450 % 200)]);
            return call;
        }).Append(Call(900)));
        var map = await center.Json(Minute);
        Assert.Equal(401, map.GetProperty("nodes").GetArrayLength());
        var others = map.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("kind").GetString() == "others");
        Assert.Equal(("others/src", 52), (others.GetProperty("id").GetString(), others.GetProperty("members").GetInt32()));
        Assert.Equal(901, map.GetProperty("edges").EnumerateArray().Sum(edge => Count(edge, "calls")));
        Assert.Contains(map.GetProperty("nodes").EnumerateArray(), node => node.GetProperty("id").GetString() == "workload/shop/web");
    }

    [Fact]
    public async Task More_calls_than_are_looked_at_are_estimated_from_an_even_share()
    {
        await using var center = await TestCenter.Start();
        // Two thirds in the first half of the minute, to one service; the rest later, to another.
        await Store(center, Enumerable.Range(0, 300).Select(n => Call(n, ms: n < 200 ? n * 150 : n * 200, to: ("shop", n < 200 ? "orders" : "users", null))));
        var (sample, seen) = (new CallSample(), new Dictionary<string, double>());
        sample.Read(
            center.Host.Store, null, Calls.EpochNs, Calls.EpochNs + 60_000_000_000, 100, new Frozen(),
            (call, weight) => seen[call.Server.Service!] = seen.GetValueOrDefault(call.Server.Service!) + weight, CancellationToken.None);
        Assert.Equal((300, Calls.EpochNs), (sample.Calls, sample.FromNs));
        Assert.InRange(sample.Looked, 100, 100 + 48);
        Assert.Equal((200, 100), (Math.Round(seen["orders"]), Math.Round(seen["users"])));
    }

    [Fact]
    public async Task Where_patience_ends_only_what_was_looked_at_is_told()
    {
        await using var center = await TestCenter.Start();
        await Store(center, Enumerable.Range(0, 60).Select(n => Call(n, ms: n * 1000, to: ("shop", "orders", null))));
        var (sample, looked) = (new CallSample(), 0);
        sample.Read(center.Host.Store, null, Calls.EpochNs, Calls.EpochNs + 60_000_000_000, 1000, new Hasty(), (_, _) => looked++, CancellationToken.None);
        Assert.InRange(sample.Looked, 1, 59);
        Assert.Equal((looked, looked), (sample.Looked, sample.Calls));
        Assert.True(sample.FromNs > Calls.EpochNs);
    }

    [SkippableFact]
    public async Task ClickHouse_tells_the_same_map()
    {
        Skip.If(ClickHouseServer.Missing is not null, ClickHouseServer.Missing);
        using var server = new ClickHouseServer();
        server.Start();
        await using var shared = await TestCenter.Start(options => options with { ClickHouse = ClickHouseServer.Options(server.Address) });
        await using var own = await TestCenter.Start();
        foreach (var center in (TestCenter[])[shared, own])
            await Store(center, Enumerable.Range(0, 50).Select(n => Call(n, status: n % 10 == 0 ? 500 : 200, to: ("shop", n % 2 == 0 ? "orders" : "users", null))));
        Assert.Equal((await own.Json(Minute)).GetRawText(), (await shared.Json(Minute)).GetRawText());
    }

    private static async Task Store(TestCenter center, IEnumerable<Exchange> calls)
    {
        var before = center.Host.Store.Count;
        var count = 0;
        foreach (var call in calls)
        {
            center.Host.Ingest.Write(call);
            count++;
        }

        await TestCenter.Until(() => center.Host.Store.Count == before + count);
    }

    /// <param name="n">Number; it takes as many milliseconds.</param>
    /// <param name="status">The answer.</param>
    /// <param name="from">Namespace, service and workload of the caller; null for an address.</param>
    /// <param name="to">The same of the server.</param>
    /// <param name="host">Asked for.</param>
    /// <param name="process">Of the caller.</param>
    /// <param name="ms">When, after noon; the number where it is left out.</param>
    private static Exchange Call(
        int n, int status, (string, string?, string?)? from, (string, string?, string?)? to, string host = "orders:8080", string? process = null, int? ms = null)
    {
        var exchange = Calls.Make(n, status);
        var startedNs = Calls.EpochNs + ((ms ?? n) * 1_000_000L);
        exchange.Request.Host = exchange.Request.Text.Append(Encoding.ASCII.GetBytes(host));
        (exchange.Request.FirstByteNs, exchange.Request.LastByteNs) = (startedNs, startedNs);
        (exchange.Response.FirstByteNs, exchange.Response.LastByteNs) = (startedNs, startedNs + (n % 1000 * 1_000_000L));
        exchange.Client.ProcessName = process;
        if (from is { } caller) (exchange.Client.Namespace, exchange.Client.Service, exchange.Client.Workload) = caller;
        if (to is { } server) (exchange.Server.Namespace, exchange.Server.Service, exchange.Server.Workload) = server;
        return exchange;
    }

    private static Exchange Call(int n, int status = 200) => Call(n, status, ("shop", null, "web"), ("shop", "orders", null));

    private static Exchange Call(int n, (string, string?, string?)? from, (string, string?, string?)? to, string host = "orders:8080") => Call(n, 200, from, to, host);

    private static Exchange Call(int n, (string, string?, string?)? from, string? process = null) => Call(n, 200, from, ("shop", "orders", null), process: process);

    private static Exchange Call(int n, (string, string?, string?)? to, string host = "orders:8080", int? ms = null, int status = 200) => Call(n, status, ("shop", null, "web"), to, host, ms: ms);

    private static int Count(JsonElement edge, string name) => edge.GetProperty(name).GetInt32();

    private static IEnumerable<string> Edges(JsonElement map) =>
        map.GetProperty("edges").EnumerateArray().Select(edge => $"{edge.GetProperty("from").GetString()}>{edge.GetProperty("to").GetString()}").Order(StringComparer.Ordinal);

    private sealed class Frozen : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }

    /// <summary>Each look at it is a second later.</summary>
    private sealed class Hasty : TimeProvider
    {
        private long _seconds;

        public override long GetTimestamp() => _seconds++ * TimestampFrequency;
    }
}
