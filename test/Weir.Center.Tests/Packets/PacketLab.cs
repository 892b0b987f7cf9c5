using System.Net;
using Weir.Center.Hosting;
using Weir.Center.Packets;
using Weir.Center.Probes;
using Weir.Export.Center;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Records;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;
using Weir.Testing;

namespace Weir.Center.Tests.Packets;

/// <summary>A center with calls of connections, and nodes that keep their packets.</summary>
internal sealed class PacketLab : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-packets-");
    private readonly List<IDisposable> _owned = [];

    private PacketLab(TestCenter center) => Center = center;

    public TestCenter Center { get; }

    public static async Task<PacketLab> Start(Func<PacketLimits, PacketLimits>? limits = null) => new(await TestCenter.Start(options => options with
    {
        Probes = new ProbePort { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        Packets = limits?.Invoke(PacketLimits.Default) ?? PacketLimits.Default,
    }));

    /// <summary>A connection with one call, as its packets and as the record that a node made of it.</summary>
    public static IReadOnlyList<TestFrame> Frames(int n) =>
        new TcpConversation($"10.0.0.7:{40_000 + n}", "10.0.0.9:8080", StartNs(n)) { StepNs = 1000 }
            .Handshake().FromClient($"GET /orders/{n} HTTP/1.1\r\nHost: a\r\n\r\n").FromServer("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + new string('x', 900)).Close().Frames;

    public async Task Store(string? node, params int[] numbers)
    {
        var before = Center.Host.Store.Count;
        foreach (var n in numbers)
        {
            var exchange = Calls.Make(n);
            (exchange.Node, exchange.Client.Port) = (node, (ushort)(40_000 + n));
            Center.Host.Ingest.Write(exchange);
        }

        await TestCenter.Until(() => Center.Host.Store.Count == before + numbers.Length);
    }

    public KeptPackets Keep(string name, params int[] numbers)
    {
        var keeper = Own(new PacketKeeper(new RetentionOptions { Directory = Path.Combine(_folder.FullName, name) }));
        var lane = keeper.OpenLane(static _ => "eth0");
        var decoder = new PacketDecoder();
        foreach (var frame in numbers.SelectMany(Frames))
        {
            decoder.Decode(frame.Frame, out var packet);
            lane.Keep(frame.Frame, FlowHash.Of(in packet));
        }

        lane.Flush();
        keeper.Flush();
        return Own(keeper.Share());
    }

    /// <summary>A probe as it runs on a node; connected when this returns.</summary>
    public async Task Probe(string name, KeptPackets? kept)
    {
        Own(new CenterOutput(new CenterOutputOptions
        {
            Probe = name, Centers = [new CenterAddress("127.0.0.1", Center.Host.ProbeEndpoint!.Port)], SpoolRoot = Path.Combine(_folder.FullName, $"spool-{name}"), Packets = kept,
        }));
        await TestCenter.Until(async () => (await Center.Json("/api/v1/probes")).GetProperty("items").EnumerateArray().Any(
            one => one.GetProperty("name").GetString() == name && (kept is null || one.GetProperty("packets").ValueKind == System.Text.Json.JsonValueKind.Object)));
    }

    /// <summary>A probe that does what a test wants with the first request it gets.</summary>
    public async Task Strange(string name, Func<RpcChannel, PacketRequest, Task> answer)
    {
        var channel = Own(new RpcChannel("127.0.0.1", Center.Host.ProbeEndpoint!.Port));
        var call = channel.Start(CenterMethods.Deliver);
        await call.Write(new FromProbe { Hello = new Hello { Probe = name, Version = "9.9", KeepsPackets = true } });
        Assert.NotNull((await call.Read())!.Welcome);
        _ = Task.Run(async () =>
        {
            while (await call.Read() is { } message)
                if (message.Packets is { } request) await answer(channel, request);
        });
    }

    /// <summary>The frames of an answer, which has to be whole.</summary>
    public static async Task<IReadOnlyList<TestFrame>> Read(HttpResponseMessage response)
    {
        using (response)
        {
            var bytes = await response.Content.ReadAsByteArrayAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, System.Text.Encoding.UTF8.GetString(bytes));
            Assert.Equal("application/x-pcapng", response.Content.Headers.ContentType!.ToString());
            using var reader = CaptureFileReader.Open(new MemoryStream(bytes));
            var frames = TestFrames.ReadAll(reader);
            Assert.Null(reader.Problem);
            return frames;
        }
    }

    public static void Equal(IEnumerable<int> numbers, IReadOnlyList<TestFrame> frames) =>
        Assert.Equal(numbers.SelectMany(Frames).Select(frame => Convert.ToHexString(frame.Data)), frames.Select(frame => Convert.ToHexString(frame.Data)));

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(_owned)) one.Dispose();
        await Center.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Before the first byte of the call, which the record has.</summary>
    private static long StartNs(int n) => Calls.EpochNs + (n * 1_000_000L) - 4000;

    private T Own<T>(T one)
        where T : IDisposable
    {
        _owned.Add(one);
        return one;
    }
}
