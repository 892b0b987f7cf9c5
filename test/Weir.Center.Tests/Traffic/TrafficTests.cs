using System.Net;
using System.Text.Json;
using Google.Protobuf;
using Weir.Center.Hosting;
using Weir.Center.Probes;
using Weir.Export.Center;
using Weir.Records.Traffic;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;
using Weir.Storage.Traffic;
using TrafficPeer = Weir.Records.Traffic.TrafficPeer;
using static Weir.Center.Tests.Traffic.Reports;

namespace Weir.Center.Tests.Traffic;

/// <summary>Byte counters on their way from a probe through the store to the API.</summary>
public sealed class TrafficTests
{
    private static readonly TrafficPeer s_cart = new("shop", "cart-1", "cart", "");
    private static readonly TrafficPeer s_orders = new("shop", "orders-1", "orders", "orders");

    [Fact]
    public async Task A_report_that_comes_again_is_counted_once()
    {
        await using var center = await Start();
        using var channel = new RpcChannel("127.0.0.1", center.Host.ProbeEndpoint!.Port);
        await using var call = channel.Start(CenterMethods.Deliver);
        await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1" } });
        Assert.True((await call.Read())!.Welcome.TakesTraffic);
        var batch = Batch(Of("node-1", Minute, Count("10.0.0.1", "10.0.0.2", 1000, 3)));
        for (var turn = 0; turn < 3; turn++)
        {
            await call.Write(new FromProbe { Traffic = batch });
            var receipt = (await call.Read())!.Receipt;
            Assert.Equal((Receipt.Types.Outcome.Stored, batch.Id), (receipt.Outcome, receipt.Id));
        }

        await call.Write(new FromProbe { Traffic = Batch(Of("node-1", Minute + 10, Count("10.0.0.1", "10.0.0.2", 10))) });
        Assert.Equal(Receipt.Types.Outcome.Stored, (await call.Read())!.Receipt.Outcome);
        var answer = await center.Json("/api/v1/traffic?group_by=source,destination");
        Assert.Equal((1010, 4), (answer.GetProperty("bytes").GetInt64(), answer.GetProperty("packets").GetInt64()));
        var status = (await center.Json("/api/v1/status")).GetProperty("traffic");
        Assert.Equal((2, 2), (status.GetProperty("reports").GetInt64(), status.GetProperty("repeated").GetInt64()));
    }

    [Fact]
    public async Task What_is_no_report_is_refused_and_counted()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { MaxBatchBytes = 4000, MaxTextBytes = 20_000 } });
        using var channel = new RpcChannel("127.0.0.1", center.Host.ProbeEndpoint!.Port);
        await using var call = channel.Start(CenterMethods.Deliver);
        await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1" } });
        await call.Read();
        var good = Of("node-1", Minute, Count("10.0.0.1", "10.0.0.2", 1000));
        var missing = TrafficMessages.Write(good);
        missing.Rows[0].Source = 99;
        foreach (var wrong in (ByteString[])
        [
            ByteString.CopyFromUtf8("not a zlib stream"), ByteString.CopyFrom(new byte[4500]), Zip(new byte[30_000]), Zip([0xFF, 0xFF]),
            Zip(missing.ToByteArray()), Zip(new Rpc.Center.V1.TrafficReport { Probe = "x", StartUnixNs = 5, IntervalNs = 0 }.ToByteArray()),
        ])
        {
            var batch = Batch(good);
            batch.Report = wrong;
            await call.Write(new FromProbe { Traffic = batch });
            Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        }

        Assert.Equal(6, (await center.Json("/api/v1/status")).GetProperty("traffic").GetProperty("dropped").GetProperty("traffic_invalid").GetInt64());
        Assert.Equal(0, (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task A_real_probe_output_delivers_counters_and_they_survive_a_restart_of_the_center()
    {
        var folder = Directory.CreateTempSubdirectory("weir-traffic-").FullName;
        var options = TestCenter.Options(folder) with { Probes = new ProbePort { Listen = new IPEndPoint(IPAddress.Loopback, 0) } };
        await using (var host = CenterHost.Create(options))
        {
            await host.StartAsync(CancellationToken.None);
            using var output = new CenterOutput(new CenterOutputOptions
            {
                Probe = "node-1", Centers = [new CenterAddress("127.0.0.1", host.ProbeEndpoint!.Port)], SpoolRoot = Path.Combine(folder, "spool"),
            });
            for (var i = 0; i < 20; i++) output.Write(Of("node-1", Minute + (10 * i), Count("10.0.0.1", "10.0.0.2", 100, 2)));
        }

        await using var again = CenterHost.Create(options);
        await again.StartAsync(CancellationToken.None);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", TestCenter.Token(again));
        var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{again.Address}/api/v1/traffic"))).RootElement;
        Assert.Equal((2000, 40), (answer.GetProperty("bytes").GetInt64(), answer.GetProperty("packets").GetInt64()));
        await again.StopAsync();
        await again.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Counters_are_grouped_by_every_field_and_the_rest_is_told_together()
    {
        await using var center = await Start();
        Fill(center);
        async Task<string> Groups(string query) => string.Join(" ", (await center.Json($"/api/v1/traffic?{query}")).GetProperty("groups").EnumerateArray().Select(group =>
            $"{string.Join("+", group.GetProperty("values").EnumerateObject().Select(value => value.Value.GetString()))}={group.GetProperty("bytes").GetInt64()}/{group.GetProperty("packets").GetInt64()}"));
        Assert.Equal("10.0.0.1=1300/13 fd00::2=500/5 =60/1", await Groups("group_by=source"));
        Assert.Equal("10.0.0.1+10.0.0.2=1300/13", await Groups("group_by=source,destination&top=1"));
        Assert.Equal("eth0=1560/16 tun0=300/3", await Groups("group_by=device"));
        Assert.Equal("node-1=1560/16 second=300/3", await Groups("group_by=node"));
        Assert.Equal("tcp=1300/13 icmpv6=500/5 non-ip=60/1", await Groups("group_by=protocol"));
        Assert.Equal("in=1360/14 out=500/5", await Groups("group_by=direction"));
        // Of either end: a counter between two pods is there for both.
        Assert.Equal("shop/cart-1=1000/10 shop/orders-1=1000/10", await Groups("group_by=pod"));
        Assert.Equal("shop/orders=1000/10", await Groups("group_by=service"));
        Assert.Equal("shop/cart=1000/10 shop/orders=1000/10", await Groups("group_by=workload"));
        Assert.Equal("=860/9 shop/cart-1=1000/10".Split(' ').Order(), (await Groups("group_by=source_pod")).Split(' ').Order());
        Assert.Equal("tcp=1000/10", await Groups("group_by=protocol&pod=shop/cart-1"));
        Assert.Equal("10.0.0.1=300/3", await Groups("group_by=source&node=second&protocol=tcp&direction=in"));
        Assert.Equal("fd00::2=500/5", await Groups("group_by=source&device=eth0&source=fd00::2&destination=fd00::1"));
        Assert.Equal("", await Groups("group_by=source&service=shop/none"));

        var top = await center.Json("/api/v1/traffic?group_by=source&top=1");
        Assert.Equal((1860, 19), (top.GetProperty("bytes").GetInt64(), top.GetProperty("packets").GetInt64()));
        var others = top.GetProperty("others");
        Assert.Equal((2, 560, 6), (others.GetProperty("groups").GetInt64(), others.GetProperty("bytes").GetInt64(), others.GetProperty("packets").GetInt64()));
    }

    [Fact]
    public async Task Steps_are_those_of_the_store_or_multiples_and_their_sums_are_the_whole()
    {
        await using var center = await Start();
        Fill(center);
        var from = Minute * 1000;
        var answer = await center.Json($"/api/v1/traffic?from={from}&to={from + 300_000}&step=60&group_by=source");
        Assert.Equal(60, answer.GetProperty("stepSeconds").GetInt64());
        // Reports of ten seconds are put together by minutes.
        Assert.Equal([(Minute * 1000, 1560), ((Minute + 60) * 1000, 300)], Steps(answer));
        Assert.Equal([(Minute * 1000, 1000), ((Minute + 60) * 1000, 300)], Steps(answer.GetProperty("groups")[0]));
        answer = await center.Json($"/api/v1/traffic?from={from}&to={from + 60_000}&step=1m");
        Assert.Equal([(Minute * 1000, 1560)], Steps(answer));
        answer = await center.Json("/api/v1/traffic?from=-7d");
        Assert.True(answer.GetProperty("stepSeconds").GetInt64() % 60 == 0 && Steps(answer).Count is 1 or 2);
        Assert.Equal(1860, answer.GetProperty("bytes").GetInt64());
    }

    [Theory]
    [InlineData("from=soon", "from")]
    [InlineData("to=12:00", "to")]
    [InlineData("from=-1m&to=-2m", "from")]
    [InlineData("step=7", "step")]
    [InlineData("step=0", "step")]
    [InlineData("step=1x", "step")]
    [InlineData("step=60&from=-30d", "step")]
    [InlineData("step=9999999999999999999", "step")]
    [InlineData("top=0", "top")]
    [InlineData("top=101", "top")]
    [InlineData("group_by=colour", "group_by")]
    [InlineData("group_by=source;--", "group_by")]
    [InlineData("group_by=node,device,direction,protocol,source,destination,pod", "group_by")]
    public async Task What_is_not_understood_is_told_with_its_parameter(string query, string parameter)
    {
        await using var center = await Start();
        using var response = await center.Get($"/api/v1/traffic?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(parameter, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("parameter").GetString());
    }

    private static void Fill(TestCenter center)
    {
        center.Host.Traffic.Write(Of("node-1", Minute, Count("10.0.0.1", "10.0.0.2", 600, 6, from: s_cart, to: s_orders)));
        center.Host.Traffic.Write(Of("node-1", Minute + 10, Count("10.0.0.1", "10.0.0.2", 400, 4, from: s_cart, to: s_orders), Count("fd00::2", "fd00::1", 500, 5, direction: "out", protocol: "icmpv6")));
        center.Host.Traffic.Write(Of("node-1", Minute + 50, Count("", "", 60, 1, protocol: "non-ip")));
        center.Host.Traffic.Write(Of("second", Minute + 60, Count("10.0.0.1", "10.0.0.2", 300, 3, device: "tun0")));
    }

    private static List<(long, long)> Steps(JsonElement of) =>
        [.. of.GetProperty("steps").EnumerateArray().Select(step => (step.GetProperty("start").GetInt64(), step.GetProperty("bytes").GetInt64()))];

    private static ByteString Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(packed, System.IO.Compression.CompressionLevel.Fastest)) zlib.Write(bytes);
        return ByteString.CopyFrom(packed.ToArray());
    }

    private static Task<TestCenter> Start(Func<ProbePort, ProbePort>? change = null)
    {
        var port = new ProbePort { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        return TestCenter.Start(options => options with { Probes = change?.Invoke(port) ?? port });
    }
}
