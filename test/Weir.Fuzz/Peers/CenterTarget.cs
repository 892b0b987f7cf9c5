using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Center.Probes;
using Weir.Center.Wakizashi;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Health;
using Weir.Rpc.Wakizashi;
using Weir.Rpc.Wakizashi.V1;
using Weir.Rpc.Wire;
using Weir.Testing;

namespace Weir.Fuzz.Peers;

/// <summary>
/// A whole center, spoken to over its ports: messages of gRPC to every method that it has, connections of HTTP/2 that are none, and JSON-RPC of
/// assistants. Nothing is a fault of the server, and it answers the next one.
/// </summary>
internal static class CenterTarget
{
    private const int UnknownStatus = 2;

    private static readonly Lazy<Lab> s_lab = new(static () => new Lab());

    private static readonly (bool IsWakizashi, string Path)[] s_methods =
    [
        (false, CenterMethods.Deliver.Path), (false, CenterMethods.SendPackets.Path), (true, TransmitMethods.Transmit.Path), (false, HealthService.Check.Path),
        (false, "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"), (true, "/weir.v1.Nobody/Nothing"),
    ];

    /// <summary>The first byte says which method.</summary>
    public static FuzzTarget Calls { get; } = new("grpc-calls", SeedCalls, Call) { ShortRun = 300 };

    /// <summary>A whole connection, from its preface on.</summary>
    public static FuzzTarget Connections { get; } = new("http2-connections", SeedConnections, Connect) { ShortRun = 200 };

    public static FuzzTarget Assistants { get; } = new("mcp", SeedAssistants, Assist) { ShortRun = 500, Words = JsonWords.All };

    private static List<byte[]> SeedCalls()
    {
        var lines = "{\"id\":\"01JC0000000000000000000000\",\"startedAt\":\"2026-01-31T12:00:00.000000Z\",\"protocol\":\"HTTP/1.1\",\"request\":{\"method\":\"GET\",\"path\":\"/a\"}}\nno record\n"u8.ToArray();
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(lines);
        var (id, hello) = (ByteString.CopyFrom(new byte[16]), new FromProbe { Hello = new Hello { Probe = "node-1", Version = "1", SentUnixNs = 1, KeepsPackets = true } });
        var report = new TrafficReport { Probe = "node-1", Address = "10.0.0.9", StartUnixNs = 1_769_860_800_000_000_000, IntervalNs = 1_000_000_000, Texts = { "eth0", "ingress", "tcp", "10.0.0.1" } };
        report.Rows.Add(new TrafficRow { Device = 1, Direction = 2, Protocol = 3, Source = 4, Bytes = 7, Packets = 1 });
        var beat = new Beat { SentUnixNs = 1, Captured = 2, Kept = new PacketStore { Bytes = 1, OldestUnixNs = long.MaxValue } };
        beat.Losses.Add(new LossCount { Plane = "ring", Reason = "kernel_drops", Count = 3 });
        return
        [
            Frames(0, hello, new FromProbe { Batch = new Batch { Id = id, Encoding = Batch.Types.Encoding.Plain, Lines = ByteString.CopyFrom(lines) } }),
            Frames(0, hello, new FromProbe { Batch = new Batch { Id = id, Encoding = Batch.Types.Encoding.Zlib, Lines = ByteString.CopyFrom(packed.ToArray()) } }, new FromProbe { Beat = beat }),
            Frames(0, hello, new FromProbe { Traffic = new TrafficBatch { Id = id, Encoding = Batch.Types.Encoding.Plain, Report = report.ToByteString() } }),
            Frames(1, new PacketChunk { Id = id, Data = id }, new PacketChunk { End = new PacketEnd { Frames = 1 } }),
            Frames(2, new TransmitRequest { PodIP = "10.9.0.1", SrcIP = "10.0.0.1", DstIP = "fd00::1", Size = 7, Timestamp = 1_769_860_800 }), Frames(3), [3, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 2, 0x3A, 0], [5, 0, 0, 0, 0, 0],
        ];
    }

    private static byte[] Frames(int method, params IMessage[] messages)
    {
        var writer = new MessageWriter(gzip: false);
        return [(byte)method, .. messages.SelectMany(message => writer.Frame(message).ToArray())];
    }

    private static List<byte[]> SeedConnections()
    {
        var fields = ":method=POST|:scheme=http|:path=/grpc.health.v1.Health/Check|:authority=a|content-type=application/grpc|te=trailers|grpc-timeout=1S";
        byte[] Of(Func<Http2Writer, Http2Writer> write) => [.. Http2Writer.Preface, .. write(new Http2Writer().Settings()).Take()];
        return
        [
            Of(writer => writer.Headers(1, fields).Data(1, [0, 0, 0, 0, 0], end: true)), Of(writer => writer.Headers(1, fields).Data(1, [1, 0, 0, 0, 3, 9, 9, 9], end: true).Ping().Headers(3, fields, end: true)),
            Of(writer => writer.Headers(1, fields + "|a-bin=AAA|b=c").WindowUpdate(0, 1000).Reset(1, 8).Headers(3, ":method=GET|:scheme=http|:path=/", end: true).GoAway(0)),
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(),
        ];
    }

    private static List<byte[]> SeedAssistants() =>
    [
        """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_calls","arguments":{"where":"status_code >= 500","limit":5}}}"""u8.ToArray(),
        """{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"""u8.ToArray(),
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"find_drift","arguments":{"service":"orders","document":"openapi: 3.1.0"}}}"""u8.ToArray(),
        """{"jsonrpc":"2.0","method":"notifications/initialized"}"""u8.ToArray(), """[{"jsonrpc":"2.0","id":3,"method":"tools/list"}]"""u8.ToArray(), """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"get_call","arguments":{"id":"../../healthz?a=b"}}}"""u8.ToArray(),
    ];

    private static void Call(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        var (isWakizashi, path) = s_methods[bytes[0] % s_methods.Length];
        var lab = s_lab.Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{(isWakizashi ? lab.Wakizashi : lab.Probes)}{path}"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(bytes[1..]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (bytes.Length % 4 == 0) request.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        using var response = lab.Http.SendAsync(request).GetAwaiter().GetResult();
        var fields = response.TrailingHeaders.Contains("grpc-status") ? response.TrailingHeaders : (HttpHeaders)response.Headers;
        var status = int.Parse(fields.GetValues("grpc-status").Single(), System.Globalization.CultureInfo.InvariantCulture);
        if (status is UnknownStatus or < 0 or > 16) throw new InvalidOperationException($"{path} ended with {status}: {string.Join(' ', fields.NonValidated.Select(static one => $"{one.Key} {one.Value}"))}");
    }

    private static void Connect(byte[] bytes)
    {
        var lab = s_lab.Value;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000, SendTimeout = 5000 };
        socket.Connect(lab.Probes);
        var answer = new byte[16 << 10];
        try
        {
            socket.Send(bytes);
            socket.Shutdown(SocketShutdown.Send);
            while (socket.Receive(answer) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Refused by a reset: as good an answer as another.
        }

        Call([3, 0, 0, 0, 0, 0]);
    }

    private static void Assist(byte[] bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, s_lab.Value.Address + "/mcp") { Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", s_lab.Value.Token);
        using var response = s_lab.Value.Http.Send(request);
        var body = response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult();
        if ((int)response.StatusCode >= 500) throw new InvalidOperationException($"{(int)response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        if (response.StatusCode != HttpStatusCode.OK) return;
        using var message = System.Text.Json.JsonDocument.Parse(body);
        if (message.RootElement.GetProperty("jsonrpc").GetString() != "2.0" || message.RootElement.TryGetProperty("result", out _) == message.RootElement.TryGetProperty("error", out _))
            throw new InvalidOperationException($"no answer of JSON-RPC: {Encoding.UTF8.GetString(body)}");
    }

    private sealed class Lab
    {
        public Lab()
        {
            var folder = Directory.CreateTempSubdirectory("weir-fuzz-").FullName;
            var any = new IPEndPoint(IPAddress.Loopback, 0);
            var host = CenterHost.Create(new CenterOptions
            {
                Listen = any, DataDirectory = folder, Auth = new AuthOptions { AdminPassword = "made up for this run" }, Probes = new ProbePort { Listen = any }, Traffic = new() { Wakizashi = new WakizashiPort { Listen = any } },
            });
            host.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
            (Probes, Wakizashi, Address) = (host.ProbeEndpoint!, host.WakizashiEndpoint!, host.Address);
            Token = host.Accounts.Issue(host.Accounts.Users.Find(Accounts.FirstUser)!).Token;
            AppDomain.CurrentDomain.ProcessExit += (_, _) =>
            {
                host.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
                Directory.Delete(folder, recursive: true);
            };
        }

        public IPEndPoint Probes { get; }

        public IPEndPoint Wakizashi { get; }

        public string Address { get; }

        public string Token { get; }

        public HttpClient Http { get; } = new(new SocketsHttpHandler()) { Timeout = TimeSpan.FromSeconds(60) };
    }
}
