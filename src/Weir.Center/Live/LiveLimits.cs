namespace Weir.Center.Live;

/// <summary>Bounds of the live streams.</summary>
/// <param name="MaxSubscribers">Open streams; more are refused with 503. Each costs a filter evaluation per call.</param>
/// <param name="MaxBufferedBytes">Bytes waiting for one reader; what comes beyond is dropped and told to that reader. 1 MiB: two thousand calls, and 64 stalled readers stay within 128 MiB.</param>
/// <param name="FlushMs">Milliseconds between two writes to a reader: thousands of calls go out in one piece.</param>
/// <param name="HeartbeatMs">Milliseconds of silence after which a comment keeps the connection open.</param>
public sealed record LiveLimits(
    int MaxSubscribers = 64, int MaxBufferedBytes = 1 << 20, int FlushMs = 50, int HeartbeatMs = 15_000);
