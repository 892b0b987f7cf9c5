using System.Buffers.Binary;
using Weir.Protocols.Http2.Hpack;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http2;

/// <summary>HTTP/2 without TLS (RFC 9113), from its preface or from frames in the middle of a connection.</summary>
public sealed class Http2Protocol : IProtocol
{
    /// <summary>RFC 9113 §3.4.</summary>
    internal static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public string Name => "http2";

    public Recognition Recognize(ReadOnlySpan<byte> firstBytes)
    {
        if (firstBytes.IsEmpty) return Recognition.Undecided;
        var prefix = firstBytes[..Math.Min(firstBytes.Length, Preface.Length)];
        if (Preface.StartsWith(prefix)) return prefix.Length == Preface.Length ? Recognition.Request : Recognition.Undecided;
        return OfFrames(firstBytes);
    }

    public IConversation Open(Connection connection, Direction client, IExchangeSink sink)
    {
        var host = sink as ConversationHost ?? new ConversationHost(sink, ConversationOptions.Default);
        return host.RentHttp2().Start(connection, client, connection.HandshakeSeen);
    }

    /// <summary>
    /// Without a preface only an unbroken chain of valid frames counts, and it must hold a whole header block that says whose
    /// it is. Until then more bytes are asked for.
    /// </summary>
    private static Recognition OfFrames(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= Http2Frame.HeaderBytes)
        {
            var frame = Http2Frame.Parse(bytes);
            if (!frame.IsPlausible(Http2Frame.DefaultMaxLength)) return Recognition.No;
            var rest = bytes[Http2Frame.HeaderBytes..];
            var payload = rest[..Math.Min(rest.Length, frame.Length)];
            if (!HasPlausiblePayload(frame, payload)) return Recognition.No;
            if (payload.Length < frame.Length) return Recognition.Undecided;
            if (frame.Type is Http2FrameType.Headers && frame.Has(Http2Frame.EndHeadersFlag))
            {
                var role = frame.TryStrip(ref payload) ? HpackPeek.Role(payload) : HpackRole.Invalid;
                if (role == HpackRole.Invalid) return Recognition.No;
                if (role == HpackRole.Request) return frame.StreamId % 2 == 1 ? Recognition.Request : Recognition.No;
                if (role == HpackRole.Response) return Recognition.Response;
            }

            bytes = rest[frame.Length..];
        }

        // Lengths up to the default fit two bytes, so a header begins with zero.
        return bytes.IsEmpty || bytes[0] == 0 ? Recognition.Undecided : Recognition.No;
    }

    /// <summary>What fixed payloads must look like: registered settings, window increments and errors that exist.</summary>
    internal static bool HasPlausiblePayload(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case Http2FrameType.Settings:
                for (; payload.Length >= 2; payload = payload[Math.Min(6, payload.Length)..])
                {
                    // IANA HTTP/2 settings: 1 to 6, 8 (RFC 8441), 9 (RFC 9218); gRPC uses 0xfe03, and greasing 0x?a?a.
                    var id = BinaryPrimitives.ReadUInt16BigEndian(payload);
                    if (id is 0 or > 0x10 and not 0xFE03 && (id & 0x0F0F) != 0x0A0A) return false;
                }

                return true;
            case Http2FrameType.ResetStream:
                return payload.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(payload) <= 0xFF;
            case Http2FrameType.WindowUpdate:
                return payload.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(payload) > 0;
            case Http2FrameType.GoAway:
                return payload.Length < 8 || (payload[0] < 0x80 && BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) <= 0xFF);
            default:
                return true;
        }
    }
}
