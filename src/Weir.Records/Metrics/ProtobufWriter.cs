using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Weir.Records.Metrics;

/// <summary>The wire format of protocol buffers, as much as metrics need (protobuf.dev, "Encoding"). Grows with what is written.</summary>
internal sealed class ProtobufWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>A message within this one, or a packed list.</summary>
    public void Message<T>(int field, T state, Action<ProtobufWriter, T> write)
    {
        var inner = new ProtobufWriter();
        write(inner, state);
        Tag(field, 2);
        Varint(inner._bytes.WrittenCount);
        _bytes.Write(inner._bytes.WrittenSpan);
    }

    /// <summary>Nothing for an empty text, which is the default.</summary>
    public void Text(int field, string text)
    {
        if (text.Length == 0) return;
        Tag(field, 2);
        Varint(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _bytes);
    }

    public void Bytes(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, 2);
        Varint(bytes.Length);
        _bytes.Write(bytes);
    }

    public void Varint(int field, long value)
    {
        Tag(field, 0);
        Varint(value);
    }

    public void Fixed(int field, long value)
    {
        Tag(field, 1);
        RawFixed(value);
    }

    public void Double(int field, double value) => Fixed(field, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Eight bytes without a field, of a packed list.</summary>
    public void RawFixed(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    private void Tag(int field, int type) => Varint((field << 3) | type);

    private void Varint(long value)
    {
        var rest = (ulong)value;
        do
        {
            var part = (byte)(rest & 0x7F);
            rest >>= 7;
            _bytes.GetSpan(1)[0] = rest == 0 ? part : (byte)(part | 0x80);
            _bytes.Advance(1);
        }
        while (rest != 0);
    }
}
