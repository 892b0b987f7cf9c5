using Weir.Linux;
using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>Ways to capture packets live.</summary>
public enum CapturePlane
{
    /// <summary>The ring on Linux, libpcap elsewhere.</summary>
    Auto,
    Ring,
    Libpcap,
    /// <summary>Mirrored traffic that is sent to this host in VXLAN.</summary>
    Vxlan,
    /// <summary>What processes send and receive, seen by programs in the kernel.</summary>
    Ebpf,
    /// <summary>Packets of the ring, and from the kernel who sent them and what never crosses an interface.</summary>
    RingEbpf,
}

/// <summary>Opens the live source that fits this host.</summary>
public static class CaptureSourceSelector
{
    /// <exception cref="CaptureException">Always this type; its message is for the user and says what to do.</exception>
    public static ICaptureSource Open(CapturePlane plane, RingOptions options) => Open(plane, options, 1)[0];

    /// <summary>A source for each worker where the plane can share flows among several, else one for all.</summary>
    /// <exception cref="CaptureException">As above.</exception>
    public static IReadOnlyList<ICaptureSource> Open(CapturePlane plane, RingOptions options, int workers, EbpfOptions? ebpf = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return Resolve(plane) switch
            {
                CapturePlane.Ring => RingCaptureSource.OpenGroup(options, workers),
                CapturePlane.Ebpf => [new EbpfCaptureSource(ebpf ?? new EbpfOptions())],
                CapturePlane.RingEbpf => [new RingEbpfCaptureSource(options, ebpf ?? new EbpfOptions())],
                CapturePlane.Vxlan => [new VxlanCaptureSource(options)],
                _ => [new LibpcapCaptureSource(options)],
            };
        }
        catch (Exception error) when (error is LinuxException or LibpcapException or BpfException)
        {
            throw new CaptureException($"cannot capture: {error.Message}", error);
        }
    }

    /// <exception cref="CaptureException">The ring or VXLAN was asked for on a system that is not Linux.</exception>
    public static CapturePlane Resolve(CapturePlane plane) => plane switch
    {
        CapturePlane.Ring when !OperatingSystem.IsLinux() =>
            throw new CaptureException("the ring source needs Linux; use libpcap here"),
        CapturePlane.Vxlan when !OperatingSystem.IsLinux() => throw new CaptureException("the vxlan source needs Linux"),
        CapturePlane.Ebpf or CapturePlane.RingEbpf when !OperatingSystem.IsLinux() => throw new CaptureException("the ebpf source needs Linux"),
        CapturePlane.Auto => OperatingSystem.IsLinux() ? CapturePlane.Ring : CapturePlane.Libpcap,
        _ => plane,
    };
}
