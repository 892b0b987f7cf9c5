using Weir.Capture;
using Weir.Linux;
using Weir.Linux.Bpf;

namespace Weir.Cli.Accounting;

/// <summary>Whether a live capture counts the bytes of all traffic, and where.</summary>
internal sealed class ByteCounting : IDisposable
{
    private readonly bool _cuts;

    private ByteCounting(bool isOn, KernelTraffic? kernel, bool cuts) => (IsOn, Kernel, _cuts) = (isOn, kernel, cuts);

    public bool IsOn { get; }

    /// <summary>Counts already; null when frames are counted, or nothing.</summary>
    public KernelTraffic? Kernel { get; }

    /// <summary>Frames beside the filter are wanted as well, to be counted.</summary>
    public bool WantsAllFrames => IsOn && Kernel is null;

    /// <summary>They come cut to their headers.</summary>
    public bool CutsOthers => WantsAllFrames && _cuts;

    /// <summary>Opens the counters in the kernel where that is wanted and possible.</summary>
    /// <param name="mode">Whether at all.</param>
    /// <param name="where">Where.</param>
    /// <param name="plane">What captures: libpcap and mirrored traffic are not what passes this host's interfaces.</param>
    /// <param name="filter">What it captures.</param>
    /// <param name="options">Which devices.</param>
    /// <param name="tell">Hears why frames are counted where somebody asked for counters.</param>
    /// <exception cref="UsageException">Asked for where it can't be.</exception>
    /// <exception cref="CaptureException">The kernel was asked for and can't.</exception>
    public static ByteCounting Open(
        AccountingMode mode, AccountingPlane where, CapturePlane plane, CaptureFilter filter, KernelTrafficOptions options, Action<string> tell)
    {
        var cuts = AccountingModes.CutsOthers(plane, filter);
        if (mode == AccountingMode.Off) return new ByteCounting(false, null, cuts);
        if (where == AccountingPlane.Frames) return new ByteCounting(mode.Counts(plane, filter), null, cuts);
        if (CaptureSourceSelector.Resolve(plane) is not (CapturePlane.Ring or CapturePlane.RingEbpf or CapturePlane.Ebpf))
        {
            if (where == AccountingPlane.Kernel) throw new UsageException("the kernel counts what passes this host's interfaces: take --source ring, ebpf or ring+ebpf");
            return new ByteCounting(mode.Counts(plane, filter), null, cuts);
        }

        try
        {
            return new ByteCounting(true, new KernelTraffic(options), cuts);
        }
        catch (Exception error) when (error is BpfException or LinuxException)
        {
            if (where == AccountingPlane.Kernel) throw new CaptureException($"cannot count in the kernel: {error.Message}", error);
            if (mode == AccountingMode.On) tell($"bytes are counted on captured frames, not in the kernel: {error.Message}");
            return new ByteCounting(mode.Counts(plane, filter), null, cuts);
        }
    }

    /// <summary>Of a capture file: on its frames, whichever there are.</summary>
    public static ByteCounting OfFile(AccountingMode mode) => new(mode == AccountingMode.On, null, false);

    public void Dispose() => Kernel?.Dispose();
}
