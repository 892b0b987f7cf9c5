namespace Weir.Linux;

/// <summary>What one packet ring is to do.</summary>
/// <param name="InterfaceIndex">Index of the interface in the calling thread's network namespace.</param>
/// <param name="Geometry">Memory of the ring.</param>
public sealed record PacketRingSettings(int InterfaceIndex, RingGeometry Geometry)
{
    /// <summary>Milliseconds after which the kernel hands over a block that is not full.</summary>
    public int BlockTimeoutMs { get; init; } = 10;

    public FilterProgram? Filter { get; init; }

    /// <summary>Leaves out what this host sends: needed on loopback, where each packet passes twice. Linux 4.20.</summary>
    public bool IgnoreOutgoing { get; init; }

    public bool Promiscuous { get; init; }
}
