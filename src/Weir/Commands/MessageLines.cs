using System.Buffers;

namespace Weir.Cli.Commands;

/// <summary>Lines of a stream as bytes, without line ends. Memory is bounded: a longer line is passed over and counted.</summary>
internal sealed class MessageLines(Stream source, int maxBytes = MessageLines.DefaultMaxBytes) : IDisposable
{
    /// <summary>16 MiB: a message holds two bodies of at most 1 MiB, each of which JSON can make six times as long.</summary>
    private const int DefaultMaxBytes = 16 << 20;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
    private int _start;
    private int _end;
    private bool _skipping;
    private bool _atEnd;

    /// <summary>Lines that were longer than allowed.</summary>
    public long TooLong { get; private set; }

    /// <param name="line">Valid until the next call.</param>
    /// <returns>False at the end of the stream.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0 || _atEnd)
            {
                var stop = at >= 0 ? searched + at : _end;
                line = _buffer.AsSpan(_start, stop - _start).TrimEnd((byte)'\r');
                var isLine = at >= 0 || stop > _start;
                _start = at >= 0 ? stop + 1 : _end;
                if (!_skipping) return isLine;
                _skipping = false;
                if (at < 0) return false;
                searched = _start;
                continue;
            }

            searched = Fill();
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <returns>Where unsearched bytes begin.</returns>
    private int Fill()
    {
        if (_skipping) _start = _end = 0;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end >= maxBytes)
        {
            _skipping = true;
            TooLong++;
            _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var unsearched = _end;
        var read = source.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _atEnd = read == 0;
        return unsearched;
    }
}
