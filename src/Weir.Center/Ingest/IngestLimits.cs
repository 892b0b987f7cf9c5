namespace Weir.Center.Ingest;

/// <summary>Bounds of the queue between capture and store.</summary>
/// <param name="MaxRows">Exchanges waiting to be stored. 20 000: several seconds of a busy node while the disk stalls.</param>
/// <param name="MaxBytes">Bytes waiting to be stored. 128 MiB: the share of memory that a stalled disk may take.</param>
/// <param name="BatchRows">Exchanges of one transaction; beyond 1000 the commit no longer shows in the cost of a row.</param>
/// <param name="FlushMs">Milliseconds an exchange may wait for others before it is stored.</param>
public sealed record IngestLimits(int MaxRows = 20_000, long MaxBytes = 128 << 20, int BatchRows = 1000, int FlushMs = 100);
