namespace Weir.Center.Live;

/// <summary>Bounds of the live streams.</summary>
/// <param name="MaxSubscribers">Open streams; more are refused with 503. Each costs a filter evaluation per call.</param>
/// <param name="MaxBufferedBytes">Bytes waiting for one reader; what comes beyond is dropped and told to that reader. 1 MiB: two thousand calls, and 64 stalled readers stay within 128 MiB.</param>
/// <param name="FlushMs">Milliseconds between two writes to a reader: thousands of calls go out in one piece.</param>
/// <param name="HeartbeatMs">Milliseconds of silence after which a comment keeps the connection open.</param>
/// <param name="RememberedCalls">Ids of calls that were shown, so that one which is delivered again, here or to another center, is not shown again. 65 536: some 3 MiB, ten seconds of a busy cluster.</param>
/// <param name="FollowMs">Milliseconds between two looks at what other centers took while somebody listens, a quarter as often while nobody does.</param>
/// <param name="MaxBehind">Calls of one other center that may wait to be read; what was before them is passed over and told. 20 000: two of its largest batches.</param>
/// <param name="AwaitedMs">Milliseconds that calls of another center may be on their way to the server that is asked; then they are passed over and told. 10 s: replicas that are behind for longer are in trouble.</param>
public sealed record LiveLimits(
    int MaxSubscribers = 64, int MaxBufferedBytes = 1 << 20, int FlushMs = 50, int HeartbeatMs = 15_000,
    int RememberedCalls = 65_536, int FollowMs = 250, int MaxBehind = 20_000, int AwaitedMs = 10_000);
