namespace Weir.Benchmarks.Chaos;

/// <summary>How long, how much and how often: the short run of the test suite and the long one differ in these numbers alone.</summary>
/// <param name="Duration">Of the time in which faults begin.</param>
/// <param name="Seed">Of every choice.</param>
/// <param name="Only">Faults whose name begins like this, to look at one; null for all.</param>
internal sealed record ChaosScale(TimeSpan Duration, int Seed, string? Only)
{
    /// <summary>Every fault once, at one of the roles that it can befall.</summary>
    public bool IsShort => Duration < TimeSpan.FromMinutes(2);

    /// <summary>Nodes with a probe; one with <c>weir up</c> and one with <c>weir sniff</c> come on top.</summary>
    public int Probes => IsShort ? 2 : 3;

    /// <summary>Two centers over one ClickHouse beside the two that have stores of their own.</summary>
    public bool HasClickHouse => !IsShort;

    /// <summary>Calls a second on each node.</summary>
    public int Rate => IsShort ? 60 : 100;

    /// <summary>Seconds between the beginnings of two faults.</summary>
    public (double From, double To) Between => IsShort ? (0.2, 0.5) : (2, 7);

    /// <summary>Seconds that a fault lasts.</summary>
    public (double From, double To) Lasting => IsShort ? (0.5, 1.5) : (1, 15);

    /// <summary>Milliseconds that a role is left alone after a fault: what it held in memory has reached the disk by then.</summary>
    public int RestMs => IsShort ? 1500 : 6000;

    /// <summary>Bytes of a disk that can be full or slow; the file behind it has only what was written.</summary>
    public long DiskBytes => IsShort ? 256L << 20 : 4L << 30;
}

/// <summary>What the run holds Weir to.</summary>
/// <param name="RestartMs">From the start of a process to the first answer of its health page. Seconds on an idle machine; three minutes where a hundred other processes want the same two cores.</param>
/// <param name="EndMs">From SIGTERM to the end: what a pod is given by default, and a drain of 10 s in it.</param>
/// <param name="MemoryMs">From the end of a call to its being on the probe's disk, or in the store of <c>weir up</c>: half a second for the bundle, the rest for a busy machine.</param>
/// <param name="EdgeMs">How exactly the moment is known in which a role begins or ceases to see the network.</param>
/// <param name="ProbeBytes">Resident memory of a probe and of <c>weir sniff</c>.</param>
/// <param name="CenterBytes">Resident memory of a center and of <c>weir up</c>: its queue alone may have 128 MiB.</param>
internal sealed record ChaosBounds(
    int RestartMs = 180_000, int EndMs = 40_000, int MemoryMs = 5000, int EdgeMs = 1500, long ProbeBytes = 512L << 20, long CenterBytes = 768L << 20);
