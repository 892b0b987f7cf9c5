using Weir.Records;

namespace Weir.Protocols.Http1;

/// <summary>
/// Cuts lines out of chunks. A line within one chunk is a view of it; one that spans chunks is gathered in a pooled buffer
/// and only new bytes are searched.
/// </summary>
internal sealed class Http1LineReader
{
    private readonly ByteBuffer _gathered = new();
    private bool _delivered;
    private long _length;
    private bool _endsInCarriageReturn;

    /// <summary>The delivered line was longer than the limit and is cut.</summary>
    public bool Cut { get; private set; }

    /// <summary>The delivered line ended in LF alone.</summary>
    public bool BareLineFeed { get; private set; }

    /// <summary>The delivered line has a CR that is not of its end.</summary>
    public bool HoldsCarriageReturn { get; private set; }

    /// <summary>Bytes of the delivered line on the wire, its end included.</summary>
    public long WireBytes => _length;

    /// <summary>Bytes of a line that has not ended yet.</summary>
    public long PartialBytes => _delivered ? 0 : _length;

    public ReadOnlySpan<byte> Partial => _delivered ? default : _gathered.Span;

    public void Reset()
    {
        _gathered.Clear();
        _length = 0;
        _delivered = _endsInCarriageReturn = false;
    }

    /// <summary>Takes bytes up to and with the next LF.</summary>
    /// <remarks>The line is without its end, at most <c>maxBytes</c> long and valid until the next call.</remarks>
    public bool TryRead(ref ReadOnlySpan<byte> bytes, int maxBytes, out ReadOnlySpan<byte> line)
    {
        if (_delivered) Reset();
        line = default;
        if (_length == 0 && TryReadWhole(ref bytes, maxBytes, out line)) return true;
        var end = bytes.IndexOf((byte)'\n');
        var content = end < 0 ? bytes : bytes[..end];
        if (!content.IsEmpty) _endsInCarriageReturn = content[^1] == '\r';
        if (end < 0)
        {
            Gather(content, maxBytes);
            _length += content.Length;
            bytes = default;
            return false;
        }

        line = content;
        if (_length > 0)
        {
            Gather(content, maxBytes);
            line = _gathered.Span;
        }

        _length += content.Length;
        BareLineFeed = !_endsInCarriageReturn;
        // One byte more than the limit is gathered, so that a CR behind a line of just that length is not content.
        Cut = _length - (_endsInCarriageReturn ? 1 : 0) > maxBytes;
        line = Cut ? line[..maxBytes] : _endsInCarriageReturn ? line[..^1] : line;
        HoldsCarriageReturn = line.Contains((byte)'\r');
        _length++;
        bytes = bytes[(end + 1)..];
        _delivered = true;
        return true;
    }

    /// <summary>The usual line: all of it is there, it ends in CR LF, and is not too long.</summary>
    private bool TryReadWhole(ref ReadOnlySpan<byte> bytes, int maxBytes, out ReadOnlySpan<byte> line)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || end > maxBytes || end + 1 >= bytes.Length || bytes[end] != '\r' || bytes[end + 1] != '\n')
        {
            line = default;
            return false;
        }

        line = bytes[..end];
        bytes = bytes[(end + 2)..];
        _length = end + 2;
        BareLineFeed = Cut = HoldsCarriageReturn = false;
        return _delivered = true;
    }

    private void Gather(ReadOnlySpan<byte> content, int maxBytes)
    {
        var room = maxBytes + 1 - _gathered.Length;
        if (room > 0) _gathered.Append(content[..Math.Min(room, content.Length)]);
    }
}
