using Weir.Linux;

namespace Weir.Capture;

/// <summary>
/// Shares one memory budget among rings that come and go: the sum never exceeds the total, whatever is plugged in.
/// </summary>
/// <param name="totalBytes">Bytes of all rings together.</param>
internal sealed class RingBudget(long totalBytes)
{
    private long _takenBytes;

    public long FreeBytes => totalBytes - _takenBytes;

    /// <summary>Interfaces that may join later, one by one, before rings become small.</summary>
    private const int ExpectedLater = 32;

    /// <summary>Takes memory for the rings of one interface of <paramref name="pending"/> that are to be opened now.</summary>
    /// <remarks>
    /// Where more interfaces may appear, those of the start share one half of the memory, and each later one takes a small part
    /// of the rest, so that many find some.
    /// </remarks>
    /// <returns>False when not even the smallest rings fit. <paramref name="geometry"/> is that of each.</returns>
    public bool TryTake(int pending, RingDemand demand, out RingGeometry geometry, int rings = 1)
    {
        var share = demand switch
        {
            RingDemand.Fixed => FreeBytes / pending,
            RingDemand.First => Math.Max(0, FreeBytes - (totalBytes / 2)) / pending,
            _ => FreeBytes / Math.Max(ExpectedLater, pending),
        };
        geometry = RingGeometry.ForBytes(Math.Max(share / rings, RingGeometry.MinBytes));
        if (geometry.Bytes * rings > FreeBytes) return false;
        _takenBytes += geometry.Bytes * rings;
        return true;
    }

    public void GiveBack(RingGeometry geometry, int rings = 1) => _takenBytes -= geometry.Bytes * rings;
}

/// <summary>Who shares a <see cref="RingBudget"/>.</summary>
internal enum RingDemand
{
    /// <summary>The pending rings only.</summary>
    Fixed,
    /// <summary>The rings of the start, where more may come.</summary>
    First,
    /// <summary>A ring that came later.</summary>
    Later,
}
