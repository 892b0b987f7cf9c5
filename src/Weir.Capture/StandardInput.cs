namespace Weir.Capture;

/// <summary>
/// Standard input whose reads end when the run is cancelled: a read of a pipe that nobody writes to blocks its thread for
/// good, so it happens on another one. After cancellation the stream is at its end.
/// </summary>
internal sealed class StandardInput(Stream inner, CancellationToken opening) : Stream
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>Milliseconds after which a read counts as waiting: a writer that is merely slower than Weir is not interrupted.</summary>
    private const int PatienceMs = 5;

    private readonly byte[] _chunk = new byte[ChunkBytes];
    private ReadOnlyMemory<byte> _rest;
    private Task<int>? _pending;

    /// <summary>Called before a read that has to wait.</summary>
    public Action? Waiting { get; set; }

    /// <summary>Ends reads; until it is set anew, that of opening the stream.</summary>
    public CancellationToken Cancellation { get; set; } = opening;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_rest.IsEmpty && !Fill()) return 0;
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private bool Fill()
    {
        if (Cancellation.IsCancellationRequested) return false;
        _pending ??= Task.Run(() => inner.Read(_chunk, 0, ChunkBytes));
        try
        {
            if (Waiting is not null && !_pending.Wait(PatienceMs, Cancellation)) Waiting();
            _pending.Wait(Cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (AggregateException failure) when (failure.InnerException is IOException reason)
        {
            throw new IOException(reason.Message, reason);
        }

        var count = _pending.Result;
        _pending = null;
        _rest = _chunk.AsMemory(0, count);
        return count > 0;
    }
}
