namespace Weir.Flows;

/// <summary>Cuts a stream into lines of bounded length, without their line feed and carriage return.</summary>
internal sealed class LineReader(Stream stream, int maxLineBytes) : IDisposable
{
    private byte[] _buffer = new byte[Math.Min(maxLineBytes, 16 << 10)];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>False at the end of the stream. A line that is too long is cut, <paramref name="whole"/> is then false.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool whole)
    {
        whole = true;
        var searched = 0;
        while (true)
        {
            var length = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = Trim(_buffer.AsSpan(_start, searched + length));
                _start += searched + length + 1;
                return true;
            }

            searched = _end - _start;
            if (searched >= maxLineBytes)
            {
                whole = false;
                _start = _end;
                searched = 0;
            }

            if (Fill()) continue;
            line = Trim(_buffer.AsSpan(_start, _end - _start));
            var any = _end > _start || !whole;
            _start = _end;
            return any;
        }
    }

    public void Dispose() => stream.Dispose();

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line is [.. var rest, (byte)'\r'] ? rest : line;

    private bool Fill()
    {
        if (_ended) return false;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _ended = read == 0;
        _end += read;
        return read > 0;
    }
}
