namespace Weir.Probe;

/// <summary>How many workers a capture has.</summary>
public static class WorkerCount
{
    /// <summary>A worker number fits a byte, and no node has more cores than a fanout group has members (256).</summary>
    public const int Max = 64;

    /// <summary>
    /// Cores, but at most 8: each worker does half a million exchanges a second, so that more only spread memory and caches thin
    /// on a node whose cores belong to the applications.
    /// </summary>
    public static int Default => Math.Min(Environment.ProcessorCount, 8);
}
