using Weir.Packets;

namespace Weir.Capture;

/// <summary>Counters of one interface or file, since the source was opened.</summary>
/// <param name="Name">Device or file name.</param>
/// <param name="Frames">Frames handed to the sink.</param>
/// <param name="Bytes">Bytes handed to the sink (captured length).</param>
/// <param name="KernelDrops">Frames the kernel dropped because the ring or buffer was full.</param>
/// <param name="Truncated">Frames cut by the snap length.</param>
/// <param name="NoTunnel">Datagrams at a port for mirrored traffic that held none: left aside.</param>
public readonly record struct InterfaceStatistics(
    string Name, long Frames, long Bytes, long KernelDrops, long Truncated, long NoTunnel = 0)
{
    /// <summary>One entry a name, in the order of first appearance: the sources of several workers count for themselves.</summary>
    public static IReadOnlyList<InterfaceStatistics> Sum(IEnumerable<InterfaceStatistics> parts) =>
    [
        .. parts.GroupBy(part => part.Name).Select(same => Sum(same.Key, [.. same])),
    ];

    internal static InterfaceStatistics Sum(string name, IReadOnlyList<InterfaceStatistics> parts) => new(
        name, parts.Sum(i => i.Frames), parts.Sum(i => i.Bytes), parts.Sum(i => i.KernelDrops), parts.Sum(i => i.Truncated),
        parts.Sum(i => i.NoTunnel));
}

/// <summary>One reason why a source lost something.</summary>
/// <param name="Plane">Which plane did, by its name in the ledger.</param>
/// <param name="Reason">Name in the table of reasons (Weir.Records.Status.LossReasons).</param>
/// <param name="Count">In the unit of the reason, since the source was opened.</param>
public readonly record struct CaptureLoss(string Plane, string Reason, long Count);

/// <summary>One way to get frames. Opened by its constructor or factory, which throws a described error when it can't.</summary>
public interface ICaptureSource : IDisposable
{
    /// <summary>Hands frames to the sink on the calling thread until the input ends or is cancelled.</summary>
    void Run(IFrameSink sink, CancellationToken cancellation);

    /// <summary>Counters so far; safe to call from another thread.</summary>
    IReadOnlyList<InterfaceStatistics> ReadStatistics();

    /// <summary>What was lost before it came to the sink, beside <see cref="InterfaceStatistics.KernelDrops"/>; safe from another thread.</summary>
    IEnumerable<CaptureLoss> ReadLosses() => [];

    /// <summary>Ends of encrypted connections of which nothing can be read, by their process; null where TLS libraries are not looked into.</summary>
    IReadOnlyDictionary<OpaqueProcess, long>? ReadOpaque() => null;

    /// <summary>Why input ended early or was partly unreadable (file cut short …); empty when all is well.</summary>
    IReadOnlyList<string> Warnings { get; }
}
