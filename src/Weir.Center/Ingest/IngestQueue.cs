using System.Threading.Channels;
using Weir.Storage;

namespace Weir.Center.Ingest;

/// <summary>
/// Rows on their way to the store: bounded in count and bytes, filled by capture threads, which never wait for it. Rows are
/// reused once stored.
/// </summary>
internal sealed class IngestQueue(IngestLimits limits)
{
    /// <summary>A row larger than this (bytes) is not kept, so that a burst of large bodies does not stay in memory.</summary>
    private const int RetainedRowBytes = 16 << 10;

    /// <summary>Spare rows kept for reuse: one batch in the store and one being filled.</summary>
    private readonly Channel<ExchangeRow> _spare = Channel.CreateBounded<ExchangeRow>(2 * limits.BatchRows);
    private readonly Channel<ExchangeRow> _waiting = Channel.CreateBounded<ExchangeRow>(limits.MaxRows);
    private long _waitingBytes;
    private long _taken;
    private long _left;
    private bool _complete;

    public ChannelReader<ExchangeRow> Reader => _waiting.Reader;

    public IngestLimits Limits => limits;

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Interlocked.Read(ref _waitingBytes);

    public int Rows => _waiting.Reader.Count;

    /// <summary>Rows ever taken. When <see cref="HasLeft"/> is true of it, every row taken before has been stored or refused.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public ExchangeRow Rent() => _spare.Reader.TryRead(out var row) ? row : new ExchangeRow();

    public void Return(ExchangeRow row)
    {
        if (row.Length <= RetainedRowBytes) _spare.Writer.TryWrite(row);
    }

    /// <summary>False when the queue is full or closed; the row is then not taken.</summary>
    public bool TryEnqueue(ExchangeRow row)
    {
        var length = row.Length;
        // Counted first: a row must not leave before it is counted.
        Interlocked.Increment(ref _taken);
        if (Interlocked.Add(ref _waitingBytes, length) <= limits.MaxBytes && _waiting.Writer.TryWrite(row)) return true;
        Interlocked.Add(ref _waitingBytes, -length);
        Interlocked.Decrement(ref _taken);
        return false;
    }

    /// <summary>A row that was read has left the queue, into the store or out of existence.</summary>
    public void Left(ExchangeRow row)
    {
        Interlocked.Add(ref _waitingBytes, -row.Length);
        Interlocked.Increment(ref _left);
    }

    /// <summary>As many rows as <paramref name="taken"/> have left, or all there were.</summary>
    public bool HasLeft(long taken)
    {
        var left = Interlocked.Read(ref _left);
        return left >= taken || left >= Taken;
    }

    /// <summary>More than four fifths of a bound are used: senders that can wait should.</summary>
    public bool IsSaturated =>
        Rows > limits.MaxRows / 5 * 4 || Interlocked.Read(ref _waitingBytes) > limits.MaxBytes / 5 * 4;

    /// <summary>Nothing more comes.</summary>
    public bool IsComplete => Volatile.Read(ref _complete);

    public void Complete()
    {
        Volatile.Write(ref _complete, true);
        _waiting.Writer.TryComplete();
    }
}
