using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Google.Protobuf;
using Weir.Rpc;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;
using Weir.Rpc.Tetragon.V1;
using Weir.Rpc.Wakizashi.V1;
using Weir.Rpc.Wire;

namespace Weir.Fuzz.Peers;

/// <summary>The framing and the fields of gRPC, of both ends: messages behind their lengths, packed or not; metadata, deadlines and statuses.</summary>
internal static class GrpcTarget
{
    private const int MaxMessageBytes = 1 << 16;

    private static readonly string?[] s_encodings = [null, "identity", "gzip", "deflate"];

    private static readonly Func<MessageReader, ValueTask<IMessage?>>[] s_parsers =
    [
        async reader => await reader.Read(FromProbe.Parser, CancellationToken.None), async reader => await reader.Read(TransmitRequest.Parser, CancellationToken.None),
        async reader => await reader.Read(PacketChunk.Parser, CancellationToken.None), async reader => await reader.Read(GetEventsResponse.Parser, CancellationToken.None),
        async reader => await reader.Read(FromCenter.Parser, CancellationToken.None),
    ];

    /// <summary>The first byte says which message and which encoding.</summary>
    public static FuzzTarget Messages { get; } = new("grpc-messages", SeedMessages, ReadMessages);

    /// <summary>Fields as <c>name: value</c>, one a line.</summary>
    public static FuzzTarget Fields { get; } = new(
        "grpc-fields", static () =>
        [
            "grpc-timeout: 1S\ngrpc-timeout: 99999999H\ngrpc-timeout: 1n\nauthorization: Bearer x\nkey-bin: AAEC,/w==\n"u8.ToArray(),
            "grpc-status: 0\ngrpc-message: caf%C3%A9 %zz %\ngrpc-encoding: gzip\ncontent-type: application/grpc+proto\n"u8.ToArray(), "grpc-status: 4294967296\nx-a-bin: AA=\n:path: /\n"u8.ToArray(),
        ],
        ReadFields);

    private static List<byte[]> SeedMessages()
    {
        IMessage[] messages =
        [
            new FromProbe { Hello = new Hello { Probe = "node-1", Version = "1.0", SentUnixNs = 1 } }, new TransmitRequest { PodIP = "10.0.0.1", SrcIP = "10.0.0.2", DstIP = "10.0.0.3", Size = 7, Timestamp = 1 },
            new PacketChunk { Id = ByteString.CopyFrom(new byte[16]), Data = ByteString.CopyFrom(new byte[100]) }, new GetEventsResponse { NodeName = "n", ProcessExec = new ProcessExec { Process = new Process { Binary = "/bin/sh" } } },
            new FromCenter { Receipt = new Receipt { Id = ByteString.CopyFrom(new byte[16]) } },
        ];
        var seeds = new List<byte[]>();
        for (var kind = 0; kind < messages.Length; kind++)
        {
            var plain = new MessageWriter(gzip: false).Frame(messages[kind]).ToArray();
            seeds.Add([(byte)kind, .. plain, .. plain]);
        }

        seeds.Add([Kind(0, 2), .. new MessageWriter(gzip: true).Frame(new FromProbe { Batch = new Weir.Rpc.Center.V1.Batch { Lines = ByteString.CopyFrom(new byte[2000]) } }).Span]);
        // What a few bytes can become.
        using var bomb = new MemoryStream();
        using (var zip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true)) zip.Write(new byte[20 << 20]);
        seeds.Add([Kind(2, 2), 1, 0, (byte)(bomb.Length >> 16), (byte)(bomb.Length >> 8), (byte)bomb.Length, .. bomb.ToArray()]);
        return seeds;
    }

    private static byte Kind(int message, int encoding) => (byte)(message + (encoding * s_parsers.Length));

    private static void ReadMessages(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        var (parse, encoding) = (s_parsers[bytes[0] % s_parsers.Length], s_encodings[bytes[0] / s_parsers.Length % s_encodings.Length]);
        var whole = Read(PipeReader.Create(new MemoryStream(bytes, 1, bytes.Length - 1)), encoding, parse);
        if (whole != Read(PipeReader.Create(new Chunks(bytes[1..], 1, 4, 900, 2)), encoding, parse)) throw new InvalidOperationException("in pieces they are read otherwise");
    }

    private static string Read(PipeReader body, string? encoding, Func<MessageReader, ValueTask<IMessage?>> parse)
    {
        var (reader, read) = (new MessageReader(body, encoding, MaxMessageBytes), new StringBuilder());
        try
        {
            while (parse(reader).AsTask().GetAwaiter().GetResult() is { } message)
            {
                if (message.CalculateSize() > 2 * MaxMessageBytes) throw new InvalidOperationException("a message beyond the limit");
                read.AppendLine(Convert.ToHexString(message.ToByteArray()));
            }
        }
        catch (RpcException told)
        {
            read.Append(told.Status.Code);
        }

        return read.ToString();
    }

    private static void ReadFields(byte[] bytes)
    {
        var metadata = new RpcMetadata();
        using var response = new HttpResponseMessage(bytes.Length % 3 == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK) { Content = new ByteArrayContent([]) };
        foreach (var line in Encoding.Latin1.GetString(bytes).Split('\n'))
        {
            var (name, value) = line.Split(':', 2) is [var first, var second] ? (first, second.Trim()) : (line, "");
            MetadataFields.Read(name, value, metadata);
            if (GrpcTimeout.TryParse(value, out var time) && (time <= TimeSpan.Zero || time > TimeSpan.FromDays(40))) throw new InvalidOperationException($"a deadline of {time}");
            if (StatusText.Decode(StatusText.Encode(value)) != value) throw new InvalidOperationException($"'{value}' comes back as another");
            StatusText.Decode(value);
            response.Headers.TryAddWithoutValidation(name, value);
            response.TrailingHeaders.TryAddWithoutValidation(name, value);
            if (name == "content-type") response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        // What was taken can be sent on.
        var again = new RpcMetadata();
        foreach (var (name, value) in MetadataFields.Write(metadata)) MetadataFields.Read(name, value, again);
        if (again.Count != metadata.Count) throw new InvalidOperationException($"{metadata.Count} entries come back as {again.Count}");
        try
        {
            ResponseFields.Encoding(response);
            ResponseFields.End(response);
            ResponseFields.Check(response);
        }
        catch (RpcException told)
        {
            if (told.Status.IsOk) throw new InvalidOperationException("refused with OK", told);
        }
    }
}
