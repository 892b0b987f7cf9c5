using System.Buffers.Binary;

namespace Weir.Protocols.WebSocket;

/// <summary>The head of a frame.</summary>
/// <remarks>
/// RFC 6455 §5.2:
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
/// |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
/// |N|V|V|V|       |S|             |   (if payload len==126/127)   |
/// | |1|2|3|       |K|             |                               |
/// +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
/// |  Extended payload length continued  | Masking-key, if MASK set|
/// +- - - - - - - - - - - - - - - - - - -+-------------------------+
/// </code>
/// </remarks>
internal readonly struct WebSocketFrame
{
    public const int MaxHeadBytes = 14;
    public const int MaxControlBytes = 125;

    public const byte Continuation = 0;
    public const byte Text = 1;
    public const byte Binary = 2;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    private readonly byte _first;
    private readonly bool _lengthTooLong;

    /// <param name="head">As many bytes as <see cref="HeadBytes"/> says.</param>
    public WebSocketFrame(ReadOnlySpan<byte> head)
    {
        _first = head[0];
        IsMasked = (head[1] & 0x80) != 0;
        var length = head[1] & 0x7F;
        PayloadBytes = length switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(head[2..]),
            127 => BinaryPrimitives.ReadInt64BigEndian(head[2..]),
            _ => length,
        };
        _lengthTooLong = (length == 126 && PayloadBytes < 126) || (length == 127 && PayloadBytes <= ushort.MaxValue);
        Mask = IsMasked ? BinaryPrimitives.ReadUInt32LittleEndian(head[^4..]) : 0;
    }

    public bool IsFinal => (_first & 0x80) != 0;

    /// <summary>RSV1: with permessage-deflate, the message is compressed (RFC 7692 §6).</summary>
    public bool IsCompressed => (_first & 0x40) != 0;

    public bool HasReservedBits => (_first & 0x70) != 0;

    public byte Opcode => (byte)(_first & 0x0F);

    public bool IsControl => (_first & 8) != 0;

    public bool IsMasked { get; }

    /// <summary>The mask with its first byte lowest; 0 changes nothing.</summary>
    public uint Mask { get; }

    /// <summary>Below zero where the sender set the most significant bit, which RFC 6455 forbids.</summary>
    public long PayloadBytes { get; }

    /// <summary>Nothing that a reserved value, a limit of control frames or the minimal length encoding forbids.</summary>
    public bool IsSound(WebSocketExtension agreed)
    {
        var bits = (_first & 0x70) == 0 || agreed.Unknown || (agreed.Deflate && Opcode is Text or Binary && (_first & 0x30) == 0);
        var control = !IsControl || (IsFinal && PayloadBytes <= MaxControlBytes && Opcode <= Pong);
        return bits && control && Opcode is <= Binary or >= Close && PayloadBytes >= 0 && !_lengthTooLong;
    }

    /// <summary>Length of the head that begins with these two bytes.</summary>
    public static int HeadBytes(byte second) =>
        2 + ((second & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 }) + ((second & 0x80) != 0 ? 4 : 0);
}
