using System.Text;
using static Weir.Testing.PacketBuilder;

namespace Weir.Testing;

/// <summary>Builds DNS messages (RFC 1035 §4) as a resolver or server would send them.</summary>
public static class DnsWire
{
    /// <summary>A pointer to the name of the question, which stands right behind the header.</summary>
    public static byte[] QuestionName => [0xC0, 12];

    public static byte[] Name(string name) =>
    [
        .. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label =>
            (byte[])[(byte)Encoding.Latin1.GetByteCount(label), .. Encoding.Latin1.GetBytes(label)]),
        0,
    ];

    public static byte[] Question(string name, int type) => Concat(Name(name), UInt16(type), UInt16(1));

    public static byte[] Record(byte[] name, int type, uint ttl, byte[] data) =>
        Concat(name, UInt16(type), UInt16(1), UInt32(ttl), UInt16(data.Length), data);

    /// <summary>An answer for the name of the question.</summary>
    public static byte[] Answer(int type, byte[] data, uint ttl = 300) => Record(QuestionName, type, ttl, data);

    public static byte[] Query(int id, string name, int type, bool edns = false)
    {
        var header = Concat(UInt16(id), UInt16(0x0100), UInt16(1), UInt16(0), UInt16(0), UInt16(edns ? 1 : 0));
        return Concat(header, Question(name, type), edns ? Record([0], 41, 0, []) : []);
    }

    public static byte[] Response(int id, string name, int type, int code = 0, int flags = 0, params byte[][] answers)
    {
        var header = Concat(UInt16(id), UInt16(0x8180 | flags | code), UInt16(1), UInt16(answers.Length), UInt16(0), UInt16(0));
        return Concat([header, Question(name, type), .. answers]);
    }

    /// <summary>As on TCP: behind its length.</summary>
    public static byte[] Framed(byte[] message) => Concat(UInt16(message.Length), message);
}
