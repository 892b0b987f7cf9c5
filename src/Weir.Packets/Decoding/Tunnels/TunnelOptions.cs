namespace Weir.Packets;

/// <summary>Which tunnels are looked into. Those that IP itself names (GRE, IP in IP) need no setting.</summary>
public sealed record TunnelOptions
{
    /// <summary>IANA's port of VXLAN: where AWS VPC traffic mirroring and most overlays send.</summary>
    public const ushort VxlanPort = 4789;

    /// <summary>Most tunnels in one another that <see cref="MaxDepth"/> may ask for: each costs stack.</summary>
    public const int DepthCeiling = 16;

    public static TunnelOptions Default { get; } = new();

    /// <summary>UDP destination ports of VXLAN: IANA's, and 8472, which Linux used before and flannel and Cilium still do.</summary>
    public IReadOnlyList<ushort> VxlanPorts { get; init; } = [VxlanPort, 8472];

    /// <summary>UDP destination ports of Geneve: IANA's. AWS Gateway Load Balancer, OVN and Antrea use it.</summary>
    public IReadOnlyList<ushort> GenevePorts { get; init; } = [6081];

    /// <summary>
    /// Network identifiers (VNI, 24 bits) of VXLAN and Geneve that are looked into; empty for all, as nobody knows them
    /// beforehand. In nested tunnels the outer identifier decides.
    /// </summary>
    public IReadOnlyList<uint> AllowedVnis { get; init; } = [];

    /// <summary>Network identifiers that are left aside, even when allowed; none by default.</summary>
    public IReadOnlyList<uint> DeniedVnis { get; init; } = [];

    /// <summary>
    /// Tunnels in one another before a packet is given up: 4. A mirror of an overlay inside a provider's tunnel is 3; a packet
    /// made of headers only should not cost more.
    /// </summary>
    public int MaxDepth { get; init; } = 4;

    /// <summary>Every UDP port at which a tunnel is looked for; those that are not configured are IANA's.</summary>
    public IEnumerable<ushort> UdpPorts => [.. VxlanPorts, .. GenevePorts, .. TunnelSettings.FixedPorts];

    /// <summary>A bit for each of these ports, at <c>(port ^ port >> 6) &amp; 63</c>: most UDP is no tunnel, and one look at the mask says so.</summary>
    public ulong PortMask => UdpPorts.Aggregate(0UL, static (mask, port) => mask | (1UL << TunnelSettings.MaskBit(port)));
}
