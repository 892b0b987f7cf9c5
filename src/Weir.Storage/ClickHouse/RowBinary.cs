using System.Buffers.Binary;
using System.Text;

namespace Weir.Storage.ClickHouse;

/// <summary>Rows in ClickHouse's RowBinary format: little-endian numbers, texts behind their length as LEB128.</summary>
internal sealed class RowBinaryWriter
{
    private byte[] _bytes = new byte[64 << 10];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Byte(byte value) => Reserve(1)[0] = value;

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    public void Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public void Text(ReadOnlySpan<byte> text)
    {
        var rest = (uint)text.Length;
        while (rest >= 0x80)
        {
            Byte((byte)(rest | 0x80));
            rest >>= 7;
        }

        Byte((byte)rest);
        text.CopyTo(Reserve(text.Length));
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        var span = _bytes.AsSpan(_length, count);
        _length += count;
        return span;
    }
}

/// <summary>Reads such rows from an answer. A torn answer throws <see cref="InvalidDataException"/>.</summary>
internal sealed class RowBinaryReader(Stream stream)
{
    /// <summary>Bytes of a text beyond which the answer is taken for broken: no record is that large.</summary>
    private const int MaxTextBytes = 512 << 20;

    /// <summary>Bytes for which there is room before any of them came.</summary>
    private const int PieceBytes = 64 << 10;

    private readonly byte[] _buffer = new byte[64 << 10];
    private int _at;
    private int _end;

    /// <summary>True when another row follows.</summary>
    public bool Next() => _at < _end || Fill();

    public byte Byte()
    {
        if (!Next()) throw Torn();
        return _buffer[_at++];
    }

    public int Int32()
    {
        Span<byte> bytes = stackalloc byte[4];
        Read(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    public long Int64() => (long)UInt64();

    public ulong UInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public byte[] Bytes()
    {
        var (length, shift) = (0L, 0);
        byte part;
        do
        {
            part = Byte();
            length |= (long)(part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80 && shift < 35);

        if (part >= 0x80 || length > MaxTextBytes) throw Torn();
        // In pieces: memory is taken as bytes come, not on a promise.
        var bytes = new byte[Math.Min(length, PieceBytes)];
        for (var filled = 0; ;)
        {
            Read(bytes.AsSpan(filled));
            filled = bytes.Length;
            if (filled == length) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * filled));
        }
    }

    private void Read(Span<byte> into)
    {
        while (into.Length > 0)
        {
            if (!Next()) throw Torn();
            var count = Math.Min(into.Length, _end - _at);
            _buffer.AsSpan(_at, count).CopyTo(into);
            _at += count;
            into = into[count..];
        }
    }

    private bool Fill()
    {
        (_at, _end) = (0, stream.Read(_buffer));
        return _end > 0;
    }

    private static InvalidDataException Torn() => new("ClickHouse's answer ends within a row.");
}
