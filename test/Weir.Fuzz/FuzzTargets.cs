using System.Buffers;
using System.Text;
using Weir.Fuzz.Peers;
using Weir.Packets;
using Weir.Protocols;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Records.Json;
using Weir.Streams;
using Weir.Testing;
using Weir.Testing.Corpus;

namespace Weir.Fuzz;

/// <summary>Everything that reads bytes from outside: one line each.</summary>
public static class FuzzTargets
{
    /// <summary>What peers of a center send and answer: docs/threat-model.md.</summary>
    public static IReadOnlyList<FuzzTarget> OfPeers { get; } =
    [
        ClickHouseTarget.Rows,
        ClickHouseTarget.Answers,
        InfluxTarget.Answers,
        InfluxTarget.Lines,
        OidcTarget.Documents,
        OidcTarget.Keys,
        OidcTarget.Tokens,
        TokenTarget.Target,
        GrpcTarget.Messages,
        GrpcTarget.Fields,
        CenterTarget.Calls,
        CenterTarget.Connections,
        CenterTarget.Assistants,
        AlertTarget.Answers,
        AlertTarget.Deliveries,
        TetragonTarget.Lines,
        TetragonTarget.Messages,
        TetragonTarget.Policies,
        KubernetesTarget.Watches,
        KubernetesTarget.Answers,
        KubernetesTarget.Marks,
        DocumentTarget.Trivy,
        DocumentTarget.Manifests,
        DocumentTarget.Specifications,
        DocumentTarget.Messages,
        QueryTarget.Parameters,
        QueryTarget.Filters,
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("packets", Frames, Packets),
        new("captures", Captures, ReadCapture),
        new("reassembly", Frames, Reassemble),
        new("records", Records, ReadRecord),
        new("filters", Filters, CompileFilter),
        RuleTarget.Target,
        RedactionTarget.Target,
        ElfTarget.Target,
        ModelTarget.Target,
        HpackTarget.Target,
        FlowTarget.Packets,
        FlowTarget.Tables,
        ProtobufTarget.Messages,
        ProtobufTarget.Descriptors,
        new("datagrams", Frames, Datagrams),
        new("inflate", Deflated, Inflate),
        new("graphql", Documents, ReadGraphQl),
        .. OfPeers,
        .. ProtocolCatalog.All.Select(protocol => ProtocolTarget.For(protocol.Name)),
    ];

    private static IReadOnlyList<byte[]> Captures() =>
        [.. CorpusFolder.Names.Select(name => File.ReadAllBytes(CorpusFolder.Input(name)))];

    internal static IReadOnlyList<byte[]> Frames() =>
        [.. CorpusFolder.Names.SelectMany(name => TestFrames.ReadCapture(CorpusFolder.Input(name))).Select(frame => frame.Data)];

    private static IReadOnlyList<byte[]> Records() =>
        [.. CorpusFolder.Names.SelectMany(name => File.ReadLines(CorpusFolder.Expected(name)))
            .Select(line => Encoding.UTF8.GetBytes("{\"id\":\"01JC0000000000000000000000\"," + line[1..]))];

    private static IReadOnlyList<byte[]> Filters() =>
    [
        .. new[]
        {
            "status_code >= 500 && method in ['GET', 'POST']", "path.startsWith('/api') || !(host == 'a')",
            "request.headers['x'] == '1'", "path.matches('^/a{1,3}[0-9]+$')", "size(request.body) > 3",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static void Packets(byte[] bytes)
    {
        var decoder = new PacketDecoder();
        foreach (var linkType in Enum.GetValues<LinkType>())
        {
            decoder.Decode(new Frame(bytes, bytes.Length, 1, linkType), out var packet);
            if (packet.Payload.Length > bytes.Length) throw new InvalidOperationException("a payload longer than its frame");
        }
    }

    private static void ReadCapture(byte[] bytes)
    {
        try
        {
            using var reader = CaptureFileReader.Open(new MemoryStream(bytes), new CaptureFileLimits { ReadBytes = 4096 });
            while (reader.TryRead(out var frame))
                if (frame.Data.Length > CaptureFileLimits.Default.MaxBlockBytes) throw new InvalidOperationException("a frame beyond the limit");
        }
        catch (CaptureFileException)
        {
            // What opening says of input that is no capture.
        }
    }

    private static void Reassemble(byte[] bytes)
    {
        var decoder = new PacketDecoder();
        var limits = new StreamLimits { MaxConnections = 4, MaxPendingBytesPerDirection = 4096, MaxPendingBytes = 8192 };
        var table = new ConnectionTable(limits, new Ignored());
        // The frame again with bytes moved on, so that it meets the state that it made itself.
        for (var i = 0; i < 8; i++)
        {
            if (decoder.Decode(new Frame(bytes, bytes.Length, i, LinkType.Ethernet), out var packet) == DecodeOutcome.Decoded)
                table.Add(in packet);
            if (bytes.Length > 41) bytes[38 + (i % 4)]++;
        }

        if (table.Counters.BufferedBytes > limits.MaxPendingBytes) throw new InvalidOperationException("more buffered than allowed");
        table.Flush(9);
    }

    private static IReadOnlyList<byte[]> Deflated() =>
        [.. CorpusFolder.Names.Where(name => name.StartsWith("websocket/", StringComparison.Ordinal))
            .SelectMany(name => TestFrames.ReadCapture(CorpusFolder.Input(name))).Where(frame => frame.Data.Length > 60).Select(frame => frame.Data[54..])];

    private static IReadOnlyList<byte[]> Documents() =>
    [
        .. new[]
        {
            "{\"query\":\"query A($b: C = {d: [1]}) @e(f: \\\"g\\\") { h: i(j: $b) { ... on K { l } } }\",\"operationName\":\"A\"}",
            "[{\"query\":\"{ a }\"},{\"extensions\":{\"persistedQuery\":{\"sha256Hash\":\"0\"}},\"operationName\":\"B\"}]",
            "{\"query\":\"# comment\\nsubscription { \\u0061(b: \\\"\\\"\\\"c\\\"\\\"\\\") }\"}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static void Datagrams(byte[] bytes)
    {
        var factory = new ConversationFactory(new ProtocolTarget.Writer());
        for (var cut = 0; cut < 3 && cut < bytes.Length; cut++)
        {
            var packet = new PacketView
            {
                TimestampNs = cut,
                Protocol = IpProtocol.Udp,
                SourcePort = (ushort)(cut == 1 ? 5353 : 53),
                DestinationPort = 5353,
                Payload = bytes.AsSpan(Math.Min(bytes.Length - 1, cut * 14)),
            };
            packet.PayloadWireLength = packet.Payload.Length + (cut & 1);
            if (Weir.Protocols.Dns.DnsDatagrams.Recognises(in packet)) factory.Datagrams.Add(in packet);
        }

        factory.Datagrams.Advance(long.MaxValue / 2);
        factory.Datagrams.Flush();
    }

    /// <summary>As compressed messages of a WebSocket, so that what inflating gives goes all the way to the record.</summary>
    private static void Inflate(byte[] bytes)
    {
        var handler = new ConversationFactory(new ProtocolTarget.Writer()).Open(new Connection());
        handler.OnChunk(Direction.FromInitiator, Encoding.ASCII.GetBytes(WebSocketWire.Request), 1);
        handler.OnChunk(Direction.FromResponder, Encoding.ASCII.GetBytes(WebSocketWire.Answer("permessage-deflate")), 2);
        for (var i = 0; i < 3; i++) handler.OnChunk(Direction.FromResponder, WebSocketWire.Frame(false, 1, bytes, reserved: 4), 3);
        handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, 4);
        handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, 4);
    }

    private static void ReadGraphQl(byte[] bytes)
    {
        var handler = new ConversationFactory(new ProtocolTarget.Writer()).Open(new Connection());
        foreach (var type in (string[])["json", "graphql"])
        {
            var head = $"POST /graphql HTTP/1.1\r\nContent-Type: application/{type}\r\nContent-Length: {bytes.Length}\r\n\r\n";
            handler.OnChunk(Direction.FromInitiator, [.. Encoding.ASCII.GetBytes(head), .. bytes], 1);
            handler.OnChunk(Direction.FromResponder, "HTTP/1.1 204 No Content\r\n\r\n"u8, 2);
        }

        handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, 3);
        handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, 3);
    }

    private static void ReadRecord(byte[] bytes)
    {
        var exchange = new Exchange();
        if (!ExchangeJsonReader.TryRead(bytes, exchange, out _)) return;
        var writer = new ExchangeJsonWriter();
        var first = new ArrayBufferWriter<byte>();
        writer.Write(exchange, first);
        if (!ExchangeJsonReader.TryRead(first.WrittenSpan, exchange, out var error)) throw new InvalidOperationException(error);
        var second = new ArrayBufferWriter<byte>();
        writer.Write(exchange, second);
        if (!first.WrittenSpan.SequenceEqual(second.WrittenSpan)) throw new InvalidOperationException("written, read and written differ");
    }

    private static void CompileFilter(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        if (!ExchangeFilter.TryCompile(text, out var predicate, out var error)) error.Render(text);
        else predicate(new Exchange());
    }

    private sealed class Ignored : IStreamHandlerFactory, IStreamHandler
    {
        public IStreamHandler Open(Connection connection) => this;

        public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
        {
            if (bytes.IsEmpty) throw new InvalidOperationException("an empty chunk");
        }

        public void OnGap(Direction direction, long length, long timestampNs)
        {
            if (length <= 0) throw new InvalidOperationException("an empty gap");
        }

        public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
        {
            // Nothing is held.
        }
    }
}
