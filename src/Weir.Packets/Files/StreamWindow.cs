namespace Weir.Packets;

/// <summary>
/// A sliding window over a stream: asks for much at once, hands out spans of its own buffer, and moves bytes only when a
/// record crosses the buffer's end. Works on pipes: never waits for more than the caller needs.
/// </summary>
internal sealed class StreamWindow(Stream stream, int readBytes) : IDisposable
{
    private byte[] _buffer = new byte[readBytes];
    private int _start;
    private int _end;

    /// <summary>Why the stream stopped giving bytes when it did not simply end.</summary>
    public string? Failure { get; private set; }

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Bytes consumed since the beginning.</summary>
    public long Position { get; private set; }

    /// <summary>Makes at least <paramref name="count"/> bytes available; false when the stream ends or fails before.</summary>
    public bool Ensure(int count) => _end - _start >= count || Fill(count);

    public void Consume(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>Passes over bytes without holding them; false when the stream ends before.</summary>
    public bool Skip(long count)
    {
        while (count > 0)
        {
            if (!Ensure(1)) return false;
            var step = (int)Math.Min(count, _end - _start);
            Consume(step);
            count -= step;
        }

        return true;
    }

    public void Dispose() => stream.Dispose();

    private bool Fill(int count)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        while (_end < count)
        {
            // Grows only as bytes really arrive, so a length field alone claims no memory.
            if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
            var read = Read();
            if (read == 0) return false;
            _end += read;
        }

        return true;
    }

    private int Read()
    {
        if (Failure is not null) return 0;
        try
        {
            return stream.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            // What a decompressor says of damaged data is about archives and methods.
            Failure = error is InvalidDataException ? "the compressed data is damaged" : error.Message;
            return 0;
        }
    }
}
