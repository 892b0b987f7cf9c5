namespace Weir.Center.Ingest;

/// <summary>Bounds of the queue between capture and store.</summary>
/// <param name="MaxRows">Exchanges waiting to be stored. 20 000: several seconds of a busy node while the disk stalls.</param>
/// <param name="MaxBytes">Bytes waiting to be stored. 128 MiB: the share of memory that a stalled disk may take.</param>
/// <param name="BatchRows">Exchanges of one transaction; beyond 1000 the commit no longer shows in the cost of a row.</param>
/// <param name="FlushMs">Milliseconds an exchange may wait for others before it is stored.</param>
/// <param name="PaceMs">
/// Milliseconds from one transaction to the next while there is less than a whole batch. 0 for a file, which takes many a second; a
/// server that makes a part of each has <see cref="Shared"/>.
/// </param>
public sealed record IngestLimits(int MaxRows = 20_000, long MaxBytes = 128 << 20, int BatchRows = 1000, int FlushMs = 100, int PaceMs = 0)
{
    /// <summary>For a store on a server: batches as large as it likes them, at most two a second while they are smaller.</summary>
    public IngestLimits Shared() => this with { MaxRows = Math.Max(MaxRows, 40_000), BatchRows = Math.Max(BatchRows, 10_000), PaceMs = Math.Max(PaceMs, 500) };
}
