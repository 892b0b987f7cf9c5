using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace Weir.Flows;

/// <summary>Puts a line together in a buffer writer, asking for its memory once.</summary>
internal ref struct Utf8Line(IBufferWriter<byte> output, int mostBytes)
{
    private const double LargestWhole = 1L << 53;
    private readonly Span<byte> _line = output.GetSpan(mostBytes);
    private int _length;

    public void AddByte(byte character) => _line[_length++] = character;

    public void Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_line[_length..]);
        _length += text.Length;
    }

    public void Add(long value)
    {
        // Most numbers of most flows are zero.
        if ((ulong)value < 10)
        {
            _line[_length++] = (byte)('0' + value);
            return;
        }

        Utf8Formatter.TryFormat(value, _line[_length..], out var written);
        _length += written;
    }

    /// <summary>The shortest form that reads back as the same number; NaN and Infinity as Java, Python and .NET spell them.</summary>
    public void Add(double value)
    {
        if (Math.Abs(value) < LargestWhole && value == Math.Truncate(value))
        {
            Add((long)value);
            return;
        }

        value.TryFormat(_line[_length..], out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Add(Packets.IpAddress address) => _length += address.Format(_line[_length..]);

    public void Add(in FlowTuple tuple)
    {
        Add(tuple.Source);
        AddByte((byte)'-');
        Add(tuple.Destination);
        AddByte((byte)'-');
        Add(tuple.SourcePort);
        AddByte((byte)'-');
        Add(tuple.DestinationPort);
        AddByte((byte)'-');
        Add(tuple.Protocol);
    }

    /// <summary>A number of so many digits, zeros before it.</summary>
    public void AddDigits(int value, int digits)
    {
        for (var at = _length + digits - 1; at >= _length; at--)
        {
            _line[at] = (byte)('0' + (value % 10));
            value /= 10;
        }

        _length += digits;
    }

    public readonly void End() => output.Advance(_length);
}
