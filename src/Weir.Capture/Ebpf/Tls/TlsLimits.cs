namespace Weir.Capture.Ebpf.Tls;

/// <summary>Bounds of what finding TLS libraries holds.</summary>
public sealed record TlsLimits
{
    public static TlsLimits Default { get; } = new();

    /// <summary>Files that are remembered, with probes or without. A node with 200 pods maps a few thousand; 200 bytes each.</summary>
    public int MaxFiles { get; init; } = 65_536;

    /// <summary>Processes with probes of their own. Each takes two file descriptors.</summary>
    public int MaxMemoryProcesses { get; init; } = 1024;

    /// <summary>Processes that wait to be looked at again. One that is left out is found by the next full scan.</summary>
    public int MaxWaiting { get; init; } = 16_384;

    /// <summary>Milliseconds between two scans of all processes: finds what a lost notice hid, and files to let go.</summary>
    public int FullScanMs { get; init; } = 60_000;
}
