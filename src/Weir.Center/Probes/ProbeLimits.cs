namespace Weir.Center.Probes;

/// <summary>Bounds of what probes may make a center hold.</summary>
/// <param name="MaxKnown">Probes that are remembered; then the one that was seen longest ago goes. 4 096: a large cluster.</param>
/// <param name="MaxBatchBytes">Bytes of a batch as sent. 32 MiB: one call with the largest bodies that are kept.</param>
/// <param name="MaxTextBytes">Bytes of a batch after decompression. 64 MiB: as from loggers.</param>
/// <param name="Window">Batches of one probe that wait for their receipt. 4: while one is stored the next is on its way.</param>
/// <param name="MaxStateBytes">Bytes of what a probe says of itself, which is kept for each. 256 KiB: a ledger of some thousand rows.</param>
/// <param name="StoreTimeout">How long the store may take before a probe is told to come again. 30 s: half of what probes wait.</param>
public sealed record ProbeLimits(int MaxKnown, int MaxBatchBytes, int MaxTextBytes, int Window, int MaxStateBytes, TimeSpan StoreTimeout)
{
    public static ProbeLimits Default { get; } = new(4096, 32 << 20, 64 << 20, 4, 256 << 10, TimeSpan.FromSeconds(30));
}
