using System.Net;
using Weir.Center.Probes;
using Weir.Center.Traffic;
using Weir.Center.Wakizashi;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;
using Weir.Rpc.Wakizashi;
using Weir.Rpc.Wakizashi.V1;

namespace Weir.Center.Tests.Traffic;

/// <summary>Probes of wakizashi at a center, spoken for by hand.</summary>
public sealed class WakizashiTests
{
    [Fact]
    public async Task Records_are_counted_while_the_stream_is_open_and_its_end_is_answered()
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(TransmitMethods.Transmit);
        for (var i = 0; i < 3; i++) await call.Write(Record("10.0.0.1", "10.0.0.2", 100));
        await call.Write(Record("fd00::1", "FD00:0::2", 1000));
        await TestCenter.Until(async () => (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64() == 1300);
        await call.Write(Record("10.0.0.1", "10.0.0.2", 7));
        await call.Complete();
        var reply = (await call.Read())!;
        Assert.Equal((true, "connection close"), (reply.Res, reply.Detail));
        Assert.Null(await call.Read());
        var groups = (await center.Json("/api/v1/traffic?group_by=node,source,destination")).GetProperty("groups").EnumerateArray()
            .Select(group => string.Join(" ", group.GetProperty("values").EnumerateObject().Select(value => value.Value.GetString()).Append(group.GetProperty("bytes").GetRawText())));
        Assert.Equal(["10.9.0.1 fd00::1 fd00::2 1000", "10.9.0.1 10.0.0.1 10.0.0.2 307"], groups);
    }

    [Fact]
    public async Task Records_that_say_nothing_are_counted_and_the_others_kept()
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(TransmitMethods.Transmit);
        foreach (var wrong in (TransmitRequest[])
        [
            new(), Record("nobody", "10.0.0.2", 1), Record("10.0.0.1", "", 1), Record("10.0.0.1", "10.0.0.2", ulong.MaxValue), Record("10.0.0.1", "10.0.0.2", 1, at: 0),
            Record("10.0.0.1", "10.0.0.2", 1, at: ulong.MaxValue), Record("10.0.0.1", "10.0.0.2", 1, probe: new string('x', 300)),
        ]) await call.Write(wrong);
        await call.Write(Record("10.0.0.1", "10.0.0.2", 5));
        await call.Complete();
        Assert.True((await call.Read())!.Res);
        Assert.Equal(5, (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64());
        Assert.Equal(7, (await center.Json("/api/v1/status")).GetProperty("traffic").GetProperty("dropped").GetProperty("traffic_invalid").GetInt64());
    }

    [Fact]
    public async Task What_a_probe_had_sent_before_it_broke_off_counts()
    {
        await using var center = await Start(port => port with { Limits = WakizashiLimits.Default with { FlushTime = TimeSpan.FromMinutes(5) } });
        using (var channel = Connect(center))
        {
            await using var call = channel.Start(TransmitMethods.Transmit);
            for (var i = 0; i < 10; i++) await call.Write(Record("10.0.0.1", "10.0.0.2", 10));
            await Task.Delay(200);
        }

        await TestCenter.Until(async () => (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64() == 100);
    }

    [Fact]
    public async Task Records_are_stored_together_up_to_a_number()
    {
        await using var center = await Start(port => port with { Limits = WakizashiLimits.Default with { FlushTime = TimeSpan.FromMinutes(5), BatchRecords = 4 } });
        using var channel = Connect(center);
        await using var call = channel.Start(TransmitMethods.Transmit);
        for (var i = 0; i < 9; i++) await call.Write(Record("10.0.0.1", "10.0.0.2", 1));
        await TestCenter.Until(async () => (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64() == 8);
        await call.Complete();
        Assert.True((await call.Read())!.Res);
        Assert.Equal(9, (await center.Json("/api/v1/traffic")).GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task A_store_that_refuses_holds_the_stream_back_and_is_asked_so_many_times()
    {
        await using var center = await Start(port => port with { Limits = WakizashiLimits.Default with { StoreAttempts = 2, FlushTime = TimeSpan.FromMilliseconds(10) } });
        center.Host.TrafficStore.LimitPages(1);
        using var channel = Connect(center);
        await using var call = channel.Start(TransmitMethods.Transmit);
        // More than fits into the pages that are there.
        for (var i = 0; i < 500; i++) await call.Write(Record($"10.0.{i / 250}.{i % 250}", "10.0.0.2", 1));
        await TestCenter.Until(async () => (await center.Json("/api/v1/status")).GetProperty("traffic").GetProperty("dropped").GetProperty("traffic_store_refused").GetInt64() > 0);
        center.Host.TrafficStore.LimitPages(0);
        await call.Write(Record("10.7.7.7", "10.0.0.2", 1000));
        await call.Complete();
        Assert.True((await call.Read())!.Res);
        Assert.Equal(1000, (await center.Json("/api/v1/traffic?source=10.7.7.7")).GetProperty("bytes").GetInt64());
    }

    [Fact]
    public async Task Who_is_in_no_allowed_network_is_not_heard_and_a_record_has_a_size()
    {
        await using var center = await Start(port => port with { Networks = [IPNetwork.Parse("198.18.0.0/15")] });
        using (var channel = Connect(center))
        {
            await using var call = channel.Start(TransmitMethods.Transmit);
            await call.Write(Record("10.0.0.1", "10.0.0.2", 1));
            Assert.Equal(RpcStatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        }

        await using var other = await Start(probes: false);
        using var open = Connect(other);
        await using var large = open.Start(TransmitMethods.Transmit);
        await large.Write(Record("10.0.0.1", "10.0.0.2", 1, probe: new string('x', 5000)));
        Assert.Equal(RpcStatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(async () => await large.Read())).Code);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("100.64.0.1", true)]
    [InlineData("8.8.8.8", false)]
    [InlineData("fd12::1", true)]
    [InlineData("2001:db8::1", false)]
    public void Private_networks_may_report_unless_others_are_named(string peer, bool allowed) =>
        Assert.Equal(allowed, new WakizashiPort { Listen = new IPEndPoint(IPAddress.Any, 1) }.Allows(IPAddress.Parse(peer)));

    [Fact]
    public async Task Weirs_own_probes_are_heard_there_with_a_token_that_the_center_knows()
    {
        await using var center = await Start(tokens: new ProbeTokens(["made-up-for-this-test"]));
        using var channel = Connect(center);
        await using (var refused = channel.Start(CenterMethods.Deliver))
        {
            await refused.Write(new FromProbe { Hello = new Hello { Probe = "node-1" } });
            Assert.Equal(RpcStatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(async () => await refused.Read())).Code);
        }

        await using var call = channel.Start(CenterMethods.Deliver, new RpcCallOptions { Metadata = new RpcMetadata { { CenterMethods.Authorization, "Bearer made-up-for-this-test" } } });
        await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1" } });
        Assert.True((await call.Read())!.Welcome.TakesTraffic);
    }

    private static TransmitRequest Record(string source, string destination, ulong size, ulong? at = null, string probe = "10.9.0.1") => new()
    {
        Timestamp = at ?? (ulong)Reports.Minute,
        SrcIP = source,
        DstIP = destination,
        PodIP = probe,
        Size = size,
    };

    private static RpcChannel Connect(TestCenter center) => new("127.0.0.1", center.Host.WakizashiEndpoint!.Port);

    private static Task<TestCenter> Start(Func<WakizashiPort, WakizashiPort>? change = null, ProbeTokens? tokens = null, bool probes = true)
    {
        var port = new WakizashiPort { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        return TestCenter.Start(options => options with
        {
            Probes = probes ? new ProbePort { Listen = new IPEndPoint(IPAddress.Loopback, 0), Tokens = tokens ?? new ProbeTokens([]) } : null,
            Traffic = new TrafficOptions { Wakizashi = change?.Invoke(port) ?? port },
        });
    }
}
