namespace Weir.Storage;

/// <summary>Writes a batch; says how many rows were new, and how many took the place of one.</summary>
/// <exception cref="StoreException">The store refuses; nothing of the batch is kept.</exception>
internal delegate (int Stored, int Replaced) AppendBatch(ReadOnlySpan<ExchangeRow> rows);

/// <summary>Cuts what is appended into batches and counts what becomes of it, for either store. Thread-safe as far as its writer is.</summary>
internal sealed class BatchedAppend(int batchSize, AppendBatch append)
{
    private long _stored;
    private long _duplicates;
    private long _failures;
    private string? _lastError;

    public long Stored => Interlocked.Read(ref _stored);

    public long Duplicates => Interlocked.Read(ref _duplicates);

    public long Failures => Interlocked.Read(ref _failures);

    public string? LastError => Volatile.Read(ref _lastError);

    /// <exception cref="StoreException">A batch was refused; those before it are kept.</exception>
    public AppendResult Append(ReadOnlySpan<ExchangeRow> rows)
    {
        var (stored, replaced) = (0, 0);
        var total = rows.Length;
        while (rows.Length > 0)
        {
            var batch = rows[..Math.Min(rows.Length, batchSize)];
            rows = rows[batch.Length..];
            try
            {
                var (added, updated) = append(batch);
                stored += added;
                replaced += updated;
                Interlocked.Add(ref _stored, added);
                Interlocked.Add(ref _duplicates, batch.Length - added - updated);
            }
            catch (StoreException failure)
            {
                Interlocked.Increment(ref _failures);
                Volatile.Write(ref _lastError, failure.Message);
                throw;
            }
        }

        return new AppendResult(stored, total - stored - replaced, replaced);
    }
}
