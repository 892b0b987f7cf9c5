using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>What every live source understands.</summary>
public record LiveCaptureOptions
{
    /// <summary>Largest frame that can exist: bytes kept when nothing is to be cut.</summary>
    public const int WholeFrames = 262_144;

    /// <summary>Bytes of a frame that is only counted: link, IPv6, UDP, VXLAN, and once more link, IPv6 and TCP, with some to spare.</summary>
    public const int HeaderBytes = 160;

    /// <summary>
    /// Interface names; <c>*</c> and <c>?</c> match any text and any character. Empty, or <c>any</c>: all that are up.
    /// </summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    public CaptureFilter Filter { get; init; } = CaptureFilter.None;

    /// <summary>
    /// Hands over what <see cref="Filter"/> leaves out as well, cut to <see cref="HeaderBytes"/>, so that it can be counted. A sink tells
    /// it by its own look at the ports. libpcap and VXLAN then hand over everything whole.
    /// </summary>
    public bool CountHeaders { get; init; }

    /// <summary>Bytes kept of each frame.</summary>
    public int SnapLength { get; init; } = WholeFrames;

    /// <summary>Asks the interface for frames that are not addressed to it.</summary>
    public bool Promiscuous { get; init; }

    /// <summary>Bytes of kernel memory for all interfaces together. Container memory limits must leave room for it.</summary>
    public long BufferBytes { get; init; } = 64L << 20;

    /// <summary>Milliseconds that a frame may wait in the kernel to be handed over with others.</summary>
    public int BlockTimeoutMs { get; init; } = 10;

    /// <summary>
    /// Network namespace to capture in (<c>/proc/PID/ns/net</c>, <c>/run/netns/NAME</c>); null for this process's own.
    /// Needs CAP_SYS_ADMIN.
    /// </summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>UDP ports at which <see cref="VxlanCaptureSource"/> receives mirrored traffic: IANA's by default.</summary>
    public IReadOnlyList<ushort> VxlanPorts { get; init; } = [TunnelOptions.VxlanPort];

    /// <exception cref="CaptureException">A value is out of range.</exception>
    internal void Validate()
    {
        if (SnapLength is < 64 or > WholeFrames) throw new CaptureException($"the snap length must be 64 to {WholeFrames} bytes");
        if (BlockTimeoutMs is < 1 or > 1000) throw new CaptureException("the block timeout must be 1 to 1000 ms");
        if (BufferBytes is < 256 << 10 or > 16L << 30) throw new CaptureException("the capture buffer must be 256 KiB to 16 GiB");
    }
}

/// <summary>What <see cref="RingCaptureSource"/> understands beside that.</summary>
public sealed record RingOptions : LiveCaptureOptions
{
    /// <summary>
    /// Leaves out on every interface what this host sends, so that a frame crossing a bridge is seen at one end only. Loopback
    /// always does, because each of its packets passes twice.
    /// </summary>
    public bool IngressOnly { get; init; }

    /// <summary>How the sources of several workers share an interface's packets.</summary>
    public FanoutMode Fanout { get; init; }

    /// <summary>UDP ports of tunnels: packets inside go to the worker of the connection that they belong to.</summary>
    public TunnelPorts Tunnels { get; init; } = TunnelPorts.Default;
}
