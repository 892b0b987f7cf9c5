using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Text;
using Google.Protobuf;
using Weir.Center.Probes;
using Weir.Export.Center;
using Weir.Records.Json;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;

namespace Weir.Center.Tests;

/// <summary>A center that takes deliveries of probes, spoken to by hand.</summary>
public sealed class ProbeTests
{
    private const string Token = "made-up-for-this-test";

    [Fact]
    public async Task A_receipt_comes_once_the_exchanges_are_stored_and_a_repeated_batch_is_stored_once()
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        var welcome = await Greet(call);
        Assert.Equal(16, welcome.Store.Length);
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.True(await call.Write(new FromProbe { Batch = Batch(0, 50) }));
            var receipt = (await call.Read())!.Receipt;
            Assert.Equal((Receipt.Types.Outcome.Stored, 0u), (receipt.Outcome, receipt.Invalid));
            Assert.Equal(50, center.Host.Store.Count);
        }

        Assert.Equal("/orders/7", (await center.Json($"/api/v1/exchanges/{Calls.Id(7)}")).GetProperty("request").GetProperty("path").GetString());
    }

    [Fact]
    public void A_store_keeps_its_name_and_has_one_of_its_own()
    {
        var (one, two) = (Directory.CreateTempSubdirectory("weir-store-id-"), Directory.CreateTempSubdirectory("weir-store-id-"));
        var first = StoreIdentity.Of(one.FullName);
        Assert.Equal(first, StoreIdentity.Of(one.FullName));
        Assert.NotEqual(first, StoreIdentity.Of(two.FullName));
        one.Delete(recursive: true);
        two.Delete(recursive: true);
    }

    [Fact]
    public async Task Lines_that_are_no_record_are_counted_and_the_others_stored()
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        await Greet(call);
        await call.Write(new FromProbe { Batch = Batch(0, 2, extra: "{\"nonsense\":1}\nnot json\n") });
        var mixed = (await call.Read())!.Receipt;
        Assert.Equal((Receipt.Types.Outcome.Stored, 2u), (mixed.Outcome, mixed.Invalid));
        await call.Write(new FromProbe { Batch = Batch(0, 0, extra: "not json\n") });
        Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        await call.Write(new FromProbe { Batch = new Batch { Id = ByteString.CopyFrom(new byte[16]), Encoding = Weir.Rpc.Center.V1.Batch.Types.Encoding.Zlib, Lines = ByteString.CopyFromUtf8("no zlib stream") } });
        Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        await call.Write(new FromProbe { Batch = new Batch { Id = ByteString.CopyFrom(new byte[16]), Encoding = (Weir.Rpc.Center.V1.Batch.Types.Encoding)9 } });
        Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        Assert.Equal(2, center.Host.Store.Count);
        var status = await center.Json("/api/v1/status");
        Assert.Equal(3, status.GetProperty("probes").GetProperty("dropped").GetProperty("probe_record_invalid").GetInt64());
    }

    [Fact]
    public async Task A_batch_that_is_too_large_is_refused_packed_or_not()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { MaxBatchBytes = 2000, MaxTextBytes = 100_000 } });
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        Assert.Equal(2000u, (await Greet(call)).MaxBatchBytes);
        await call.Write(new FromProbe { Batch = Batch(0, 0, extra: new string(' ', 2500), zip: false) });
        Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        await call.Write(new FromProbe { Batch = Batch(0, 0, extra: new string(' ', 200_000)) });
        Assert.Equal(Receipt.Types.Outcome.Refused, (await call.Read())!.Receipt.Outcome);
        await call.Write(new FromProbe { Batch = Batch(0, 1) });
        Assert.Equal(Receipt.Types.Outcome.Stored, (await call.Read())!.Receipt.Outcome);
    }

    [Fact]
    public async Task What_a_probe_says_of_itself_is_bounded()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { MaxStateBytes = 1000 } });
        using var channel = Connect(center);
        await using (var call = channel.Start(CenterMethods.Deliver))
        {
            await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1", Version = new string('x', 2000) } });
            Assert.Equal(RpcStatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        }

        await using (var call = channel.Start(CenterMethods.Deliver))
        {
            await Greet(call);
            var beat = new Beat();
            beat.Losses.Add(new LossCount { Reason = new string('x', 2000) });
            await call.Write(new FromProbe { Beat = beat });
            Assert.Equal(RpcStatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        }

        Assert.Equal(1, (await center.Json("/api/v1/probes")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task The_status_of_a_call_that_ends_badly_comes_after_its_answers()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { MaxStateBytes = 1000 } });
        using var channel = Connect(center);
        for (var turn = 0; turn < 200; turn++)
        {
            await using var call = channel.Start(CenterMethods.Deliver);
            await call.Write(new FromProbe { Hello = new Hello { Probe = "node-1", Version = "1" } });
            await call.Write(new FromProbe { Beat = new Beat { Losses = { new LossCount { Reason = new string('x', 2000) } } } });
            Assert.NotNull((await call.Read())!.Welcome);
            Assert.Equal(RpcStatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        }
    }

    [Fact]
    public async Task A_store_that_takes_too_long_makes_the_center_busy_and_loses_nothing()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { StoreTimeout = TimeSpan.FromMilliseconds(200) } });
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        await Greet(call);
        center.Host.Store.LimitPages(1);
        await call.Write(new FromProbe { Batch = Batch(0, 500) });
        Assert.Equal(Receipt.Types.Outcome.Busy, (await call.Read())!.Receipt.Outcome);
        center.Host.Store.LimitPages(0);
        await TestCenter.Until(async () =>
        {
            await call.Write(new FromProbe { Batch = Batch(0, 500) });
            return (await call.Read())!.Receipt.Outcome == Receipt.Types.Outcome.Stored;
        });
        Assert.Equal(500, center.Host.Store.Count);
    }

    [Fact]
    public async Task The_window_is_told_and_batches_in_it_are_answered_in_order()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { Window = 3 } });
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        Assert.Equal(3u, (await Greet(call)).Window);
        for (var i = 0; i < 20; i++) await call.Write(new FromProbe { Batch = Batch(i * 10, 10) });
        for (var i = 0; i < 20; i++) Assert.Equal(Batch(i * 10, 0).Id, (await call.Read())!.Receipt.Id);
        Assert.Equal(200, center.Host.Store.Count);
    }

    [Fact]
    public async Task Only_probes_with_a_known_token_are_heard_and_tokens_may_change()
    {
        var tokens = new ProbeTokens(["another", Token]);
        await using var center = await Start(port => port with { Tokens = tokens });
        using var channel = Connect(center);
        foreach (var wrong in new[] { null, "", Token, $"Basic {Token}", $"Bearer {Token}x", "Bearer " })
        {
            var metadata = new RpcMetadata();
            if (wrong is not null) metadata.Add(CenterMethods.Authorization, wrong);
            await using var refused = channel.Start(CenterMethods.Deliver, new RpcCallOptions { Metadata = metadata });
            var failure = await Assert.ThrowsAsync<RpcException>(() => Greet(refused));
            Assert.Equal(RpcStatusCode.Unauthenticated, failure.Code);
        }

        await using (var call = channel.Start(CenterMethods.Deliver, With(Token))) await Greet(call);
        tokens.Replace(["a new one"]);
        await using (var call = channel.Start(CenterMethods.Deliver, With(Token)))
            Assert.Equal(RpcStatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => Greet(call))).Code);
        await using (var call = channel.Start(CenterMethods.Deliver, With("a new one"))) await Greet(call);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("198.18.0.1")]
    public void Beyond_loopback_nobody_is_heard_without_proof(string address)
    {
        var port = new ProbePort { Listen = new IPEndPoint(IPAddress.Parse(address), 7374) };
        var failure = Assert.Throws<IOException>(port.Check);
        Assert.Contains("tokenFile", failure.Message, StringComparison.Ordinal);
        (port with { Tokens = new ProbeTokens([Token]) }).Check();
        (port with { Listen = new IPEndPoint(IPAddress.Loopback, 7374) }).Check();
    }

    [Theory]
    [InlineData("")]
    [InlineData("batch")]
    public async Task Who_does_not_greet_is_not_heard(string first)
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        await call.Write(first == "batch" ? new FromProbe { Batch = Batch(0, 1) } : new FromProbe { Hello = new Hello() });
        Assert.Equal(RpcStatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        Assert.Equal(0, center.Host.Store.Count);
    }

    [Fact]
    public async Task The_probes_are_listed_with_what_they_told()
    {
        await using var center = await Start();
        using var channel = Connect(center);
        await using (var call = channel.Start(CenterMethods.Deliver))
        {
            await Greet(call);
            var beat = new Beat { SentUnixNs = 1, ClockOffsetNs = 1_500_000, RoundTripNs = 250_000, Spooled = 5, SpoolBytes = 900, Delivered = 17, Captured = 22 };
            beat.Losses.Add(new LossCount { Plane = "ring", Interface = "eth0", Reason = "kernel_drops", Count = 3 });
            beat.Opaque["shop/web-1 java"] = 4;
            await call.Write(new FromProbe { Beat = beat });
            var reply = (await call.Read())!.Beat;
            Assert.Equal(1, reply.SentUnixNs);
            Assert.True(reply.RepliedUnixNs >= reply.ReceivedUnixNs && reply.ReceivedUnixNs > 0);
            await call.Write(new FromProbe { Batch = Batch(0, 4) });
            await call.Read();
            var probe = (await center.Json("/api/v1/probes")).GetProperty("items").EnumerateArray().Single();
            Assert.Equal("node-1", probe.GetProperty("name").GetString());
            Assert.Equal(4, probe.GetProperty("opaque").GetProperty("shop/web-1 java").GetInt64());
            Assert.Empty(new Described(await center.Json("/openapi/v1.json")).Compare("/api/v1/probes", await center.Json("/api/v1/probes")));
            Assert.Equal("9.9", probe.GetProperty("version").GetString());
            Assert.True(probe.GetProperty("connected").GetBoolean());
            Assert.Equal((1.5, 0.25), (probe.GetProperty("clockOffsetMs").GetDouble(), probe.GetProperty("roundTripMs").GetDouble()));
            Assert.Equal((5, 17, 4), (probe.GetProperty("spooled").GetInt64(), probe.GetProperty("delivered").GetInt64(), probe.GetProperty("storedHere").GetInt64()));
            var loss = probe.GetProperty("ledger").EnumerateArray().Single();
            Assert.Equal(("kernel_drops", 3), (loss.GetProperty("reason").GetString(), loss.GetProperty("count").GetInt64()));
        }

        await TestCenter.Until(async () => !(await center.Json("/api/v1/probes")).GetProperty("items")[0].GetProperty("connected").GetBoolean());
    }

    [Fact]
    public async Task Beyond_the_limit_the_probe_that_was_seen_longest_ago_is_forgotten()
    {
        await using var center = await Start(port => port with { Limits = ProbeLimits.Default with { MaxKnown = 2 } });
        using var channel = Connect(center);
        foreach (var name in new[] { "a", "b", "c" })
        {
            await using var call = channel.Start(CenterMethods.Deliver);
            await Greet(call, name);
        }

        Assert.Equal(["b", "c"], (await center.Json("/api/v1/probes")).GetProperty("items").EnumerateArray().Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task A_center_that_stops_ends_the_streams_and_has_stored_what_it_acknowledged()
    {
        var center = await Start();
        using var channel = Connect(center);
        await using var call = channel.Start(CenterMethods.Deliver);
        await Greet(call);
        await call.Write(new FromProbe { Batch = Batch(0, 100) });
        Assert.Equal(Receipt.Types.Outcome.Stored, (await call.Read())!.Receipt.Outcome);
        var stopping = center.Host.StopAsync();
        Assert.Equal(RpcStatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await call.Read())).Code);
        await stopping;
        Assert.Equal(100, center.Host.Store.Count);
        await center.DisposeAsync();
    }

    [Fact]
    public async Task A_real_probe_output_delivers_to_a_real_center()
    {
        await using var center = await Start(port => port with { Tokens = new ProbeTokens([Token]) });
        var spool = Directory.CreateTempSubdirectory("weir-probe-spool-").FullName;
        using (var output = new CenterOutput(new CenterOutputOptions
        {
            Probe = "node-1", Centers = [new CenterAddress("127.0.0.1", center.Host.ProbeEndpoint!.Port)], Token = Token, SpoolRoot = spool,
        }))
        {
            var lane = output.OpenLane();
            for (var n = 0; n < 300; n++) lane.Write(Calls.Make(n));
            lane.Flush();
        }

        Assert.Equal(300, center.Host.Store.Count);
        Directory.Delete(spool, recursive: true);
    }

    private static Task<TestCenter> Start(Func<ProbePort, ProbePort>? change = null)
    {
        var port = new ProbePort { Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        return TestCenter.Start(options => options with { Probes = change?.Invoke(port) ?? port });
    }

    private static RpcChannel Connect(TestCenter center) => new("127.0.0.1", center.Host.ProbeEndpoint!.Port);

    private static RpcCallOptions With(string token) => new() { Metadata = new RpcMetadata { { CenterMethods.Authorization, $"Bearer {token}" } } };

    private static async Task<Welcome> Greet(RpcCall<FromProbe, FromCenter> call, string name = "node-1")
    {
        await call.Write(new FromProbe { Hello = new Hello { Probe = name, Version = "9.9" } });
        return (await call.Read())!.Welcome;
    }

    private static Batch Batch(int from, int count, string extra = "", bool zip = true)
    {
        var text = new ArrayBufferWriter<byte>();
        var json = new ExchangeJsonWriter(ExchangeDetail.Full);
        for (var n = from; n < from + count; n++)
        {
            json.Write(Calls.Make(n), text);
            text.Write("\n"u8);
        }

        text.Write(Encoding.UTF8.GetBytes(extra));
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(text.WrittenSpan);
        var id = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(id, from);
        return new Batch
        {
            Id = ByteString.CopyFrom(id),
            Exchanges = (uint)count,
            Encoding = zip ? Weir.Rpc.Center.V1.Batch.Types.Encoding.Zlib : Weir.Rpc.Center.V1.Batch.Types.Encoding.Plain,
            Lines = ByteString.CopyFrom(zip ? packed.ToArray() : text.WrittenSpan.ToArray()),
        };
    }
}
