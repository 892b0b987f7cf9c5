using System.Text;

namespace Weir.Testing;

/// <summary>
/// Writes one direction of HTTP/2: frames, and header blocks with an encoder of its own (RFC 7541, plain strings), so that
/// what reads them is compared with another reading of the RFC. Methods return the writer itself.
/// </summary>
public sealed class Http2Writer
{
    public const byte EndStream = 0x01, EndHeaders = 0x04, Padded = 0x08, Priority = 0x20;

    /// <summary>RFC 7541 Appendix A, those that the tests use: name, value, index.</summary>
    private static readonly (string Name, string Value, int Index)[] s_static =
    [
        (":authority", "", 1), (":method", "GET", 2), (":method", "POST", 3), (":path", "/", 4), (":scheme", "http", 6),
        (":scheme", "https", 7), (":status", "200", 8), (":status", "204", 9), (":status", "206", 10), (":status", "304", 11),
        (":status", "400", 12), (":status", "404", 13), (":status", "500", 14), ("content-length", "", 28),
        ("content-type", "", 31), ("cookie", "", 32), ("date", "", 33), ("server", "", 54), ("user-agent", "", 58),
    ];

    private readonly List<byte> _bytes = [];
    private readonly List<(string Name, string Value)> _table = [];

    public static byte[] Preface { get; } = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    /// <summary>Insert fields into the dynamic table and refer to them there.</summary>
    public bool UsesTable { get; init; } = true;

    public int TableSize { get; private set; } = 4096;

    /// <summary>What was written since the last call.</summary>
    public byte[] Take()
    {
        byte[] bytes = [.. _bytes];
        _bytes.Clear();
        return bytes;
    }

    public Http2Writer Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public Http2Writer Frame(int type, int flags, int stream, params byte[] payload)
    {
        _bytes.AddRange(PacketBuilder.Concat(
            [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, (byte)flags],
            PacketBuilder.UInt32((uint)stream), payload));
        return this;
    }

    public Http2Writer Settings(params (int Id, uint Value)[] settings) =>
        Frame(4, 0, 0, [.. settings.SelectMany(one => PacketBuilder.Concat(PacketBuilder.UInt16(one.Id), PacketBuilder.UInt32(one.Value)))]);

    public Http2Writer SettingsAck() => Frame(4, 1, 0);

    public Http2Writer Ping() => Frame(6, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

    public Http2Writer WindowUpdate(int stream, int increment) => Frame(8, 0, stream, PacketBuilder.UInt32((uint)increment));

    public Http2Writer Reset(int stream, int error) => Frame(3, 0, stream, PacketBuilder.UInt32((uint)error));

    public Http2Writer GoAway(int lastStream, int error = 0) =>
        Frame(7, 0, 0, [.. PacketBuilder.UInt32((uint)lastStream), .. PacketBuilder.UInt32((uint)error)]);

    public Http2Writer Headers(int stream, string fields, bool end = false) =>
        Frame(1, EndHeaders | (end ? EndStream : 0), stream, Block(fields));

    public Http2Writer Data(int stream, string text, bool end = false) => Data(stream, Encoding.Latin1.GetBytes(text), end);

    public Http2Writer Data(int stream, byte[] bytes, bool end = false) => Frame(0, end ? EndStream : 0, stream, bytes);

    /// <summary>Encodes <c>name=value|name=value</c>.</summary>
    public byte[] Block(string fields)
    {
        var block = new MemoryStream();
        foreach (var field in fields.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = field.IndexOf('=', 1);
            Field(block, field[..at], field[(at + 1)..]);
        }

        return block.ToArray();
    }

    /// <summary>A dynamic table size update, to be put before a block.</summary>
    public byte[] Resize(int size)
    {
        TableSize = size;
        Evict(0);
        var block = new MemoryStream();
        Integer(block, 0x20, 5, size);
        return block.ToArray();
    }

    public static void Integer(Stream output, int pattern, int prefixBits, int value)
    {
        var mask = (1 << prefixBits) - 1;
        if (value < mask)
        {
            output.WriteByte((byte)(pattern | value));
            return;
        }

        output.WriteByte((byte)(pattern | mask));
        for (value -= mask; value >= 128; value >>= 7) output.WriteByte((byte)(value | 128));
        output.WriteByte((byte)value);
    }

    private void Field(MemoryStream block, string name, string value)
    {
        var index = Array.Find(s_static, one => one.Name == name && one.Value == value && value.Length > 0).Index;
        if (index == 0) index = _table.IndexOf((name, value)) is >= 0 and var at ? at + 62 : 0;
        if (index > 0)
        {
            Integer(block, 0x80, 7, index);
            return;
        }

        var nameIndex = Array.Find(s_static, one => one.Name == name).Index;
        if (nameIndex == 0) nameIndex = _table.FindIndex(one => one.Name == name) is >= 0 and var found ? found + 62 : 0;
        if (UsesTable) Integer(block, 0x40, 6, nameIndex);
        else Integer(block, 0x00, 4, nameIndex);
        if (nameIndex == 0) Text(block, name);
        Text(block, value);
        if (!UsesTable) return;
        var size = name.Length + value.Length + 32;
        Evict(size);
        if (size <= TableSize) _table.Insert(0, (name, value));
    }

    private void Evict(int more)
    {
        while (_table.Count > 0 && _table.Sum(one => one.Name.Length + one.Value.Length + 32) + more > TableSize)
            _table.RemoveAt(_table.Count - 1);
    }

    private static void Text(MemoryStream block, string text)
    {
        Integer(block, 0x00, 7, text.Length);
        block.Write(Encoding.Latin1.GetBytes(text));
    }
}
