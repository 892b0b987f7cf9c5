using System.Buffers.Binary;

namespace Weir.Protocols.Http2;

/// <summary>Frame types of RFC 9113 §6. What is not listed is skipped by its length (§4.1).</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    ResetStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>The nine bytes before each payload (RFC 9113 §4.1).</summary>
/// <remarks>
/// <code>
/// +-----------------------------------------------+
/// |                 Length (24)                   |
/// +---------------+---------------+---------------+
/// |   Type (8)    |   Flags (8)   |
/// +-+-------------+---------------+-------------------------------+
/// |R|                 Stream Identifier (31)                      |
/// +=+=============================================================+
/// </code>
/// </remarks>
internal readonly record struct Http2Frame(int Length, Http2FrameType Type, byte Flags, bool Reserved, int StreamId)
{
    public const int HeaderBytes = 9;

    /// <summary>SETTINGS_MAX_FRAME_SIZE until a peer raises it (§6.5.2).</summary>
    public const int DefaultMaxLength = 16_384;

    /// <summary>Of DATA and HEADERS; ACK of SETTINGS and PING has the same bit.</summary>
    public const byte EndStreamFlag = 0x01;
    public const byte EndHeadersFlag = 0x04;
    public const byte PaddedFlag = 0x08;
    public const byte PriorityFlag = 0x20;

    /// <summary>Bytes of the priority fields within HEADERS (§6.2).</summary>
    public const int PriorityBytes = 5;

    public static Http2Frame Parse(ReadOnlySpan<byte> header)
    {
        var stream = BinaryPrimitives.ReadUInt32BigEndian(header[5..]);
        return new Http2Frame(
            (header[0] << 16) | (header[1] << 8) | header[2], (Http2FrameType)header[3], header[4], stream >> 31 != 0,
            (int)(stream & int.MaxValue));
    }

    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <summary>
    /// True when a peer could have sent this header: a type of RFC 9113 with only its own flags, the reserved bit clear, a
    /// length that the type allows, and a stream where the type wants one.
    /// </summary>
    public bool IsPlausible(int maxLength)
    {
        if (Reserved || Length > maxLength) return false;
        return Type switch
        {
            Http2FrameType.Data => (Flags & ~0x09) == 0 && StreamId != 0 && Length >= Padding,
            Http2FrameType.Headers => (Flags & ~0x2D) == 0 && StreamId != 0 && Length > Padding + Priority,
            Http2FrameType.Priority => Flags == 0 && StreamId != 0 && Length == PriorityBytes,
            Http2FrameType.ResetStream => Flags == 0 && StreamId != 0 && Length == 4,
            Http2FrameType.Settings => StreamId == 0 && (Flags == 0 ? Length % 6 == 0 : Flags == EndStreamFlag && Length == 0),
            Http2FrameType.PushPromise => (Flags & ~0x0C) == 0 && StreamId != 0 && Length > Padding + 4,
            Http2FrameType.Ping => (Flags & ~0x01) == 0 && StreamId == 0 && Length == 8,
            Http2FrameType.GoAway => Flags == 0 && StreamId == 0 && Length >= 8,
            Http2FrameType.WindowUpdate => Flags == 0 && Length == 4,
            Http2FrameType.Continuation => (Flags & ~0x04) == 0 && StreamId != 0,
            _ => false,
        };
    }

    private int Padding => Has(PaddedFlag) ? 1 : 0;

    private int Priority => Has(PriorityFlag) ? PriorityBytes : 0;

    /// <summary>Takes padding (§6.1) and priority fields (§6.2) off a whole HEADERS, PUSH_PROMISE or DATA payload.</summary>
    /// <returns>False when the padding is longer than the payload.</returns>
    public bool TryStrip(ref ReadOnlySpan<byte> payload)
    {
        var front = Padding + (Type == Http2FrameType.Headers ? Priority : 0);
        if (payload.Length < front) return false;
        var padding = Padding == 0 ? 0 : payload[0];
        if (payload.Length < front + padding) return false;
        payload = payload[front..^padding];
        return true;
    }
}
