using System.Buffers.Binary;

namespace Weir.Protocols.Dns;

/// <summary>The twelve bytes that every DNS message begins with.</summary>
/// <remarks>
/// RFC 1035 §4.1.1:
/// <code>
///  0  1  2  3  4  5  6  7  8  9  0  1  2  3  4  5
/// |                      ID                       |
/// |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
/// |QDCOUNT|ANCOUNT|NSCOUNT|ARCOUNT|  16 bits each
/// </code>
/// </remarks>
internal readonly ref struct DnsHeader(ReadOnlySpan<byte> message)
{
    public const int Bytes = 12;

    /// <summary>Opcodes up to DSO (IANA); 3 is unassigned.</summary>
    private const int LastOpcode = 6;

    private readonly ushort _flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);

    public ushort Id { get; } = BinaryPrimitives.ReadUInt16BigEndian(message);

    public ushort Questions { get; } = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);

    public ushort Answers { get; } = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);

    public ushort Authorities { get; } = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);

    public ushort Additionals { get; } = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);

    public bool IsResponse => (_flags & 0x8000) != 0;

    public int Opcode => _flags >> 11 & 15;

    public bool IsAuthoritative => (_flags & 0x0400) != 0;

    public bool IsTruncated => (_flags & 0x0200) != 0;

    /// <summary>The low four bits; EDNS has eight more.</summary>
    public int ResponseCode => _flags & 15;

    public bool HasKnownOpcode => Opcode is <= LastOpcode and not 3;

    /// <summary>
    /// What a resolver sends and nothing else looks like: an ordinary query with one question, no response code, and nothing
    /// but that and at most EDNS and a signature; or the response to one.
    /// </summary>
    public bool IsPlausible => Opcode == 0 && Questions == 1 && (_flags & 0x0040) == 0
        && (IsResponse || (ResponseCode == 0 && Answers == 0 && Authorities == 0 && Additionals <= 2 && (_flags & 0x0480) == 0));
}
