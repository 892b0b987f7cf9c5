namespace Weir.Packets;

/// <summary>Ways in which one network's packets travel inside another's. Layouts: docs/formats/tunnels.md.</summary>
public enum TunnelKind : byte
{
    None,
    /// <summary>RFC 7348.</summary>
    Vxlan,
    /// <summary>RFC 8926.</summary>
    Geneve,
    /// <summary>RFC 2784 and 2890, over IP or UDP (RFC 8086), and RFC 2637 (PPTP).</summary>
    Gre,
    /// <summary>A switch's port mirror inside GRE (draft-foschiano-erspan), types I to III.</summary>
    Erspan,
    /// <summary>IPv4 (protocol 4, RFC 2003) or IPv6 (41, RFC 4213) inside IP without a header between.</summary>
    IpInIp,
    /// <summary>GTP-U version 1 (3GPP TS 29.281).</summary>
    Gtp,
    /// <summary>IPv6 through NAT (RFC 4380).</summary>
    Teredo,
    /// <summary>draft-massar-v6ops-ayiya.</summary>
    Ayiya,
}

/// <summary>The tunnel a packet came through; of nested ones the innermost.</summary>
/// <param name="Kind"><see cref="TunnelKind.None"/> for a packet outside of any tunnel.</param>
/// <param name="Source">Where the tunnel packet came from: the address in front of the tunnel header.</param>
/// <param name="Destination">Where the tunnel packet went.</param>
/// <param name="Id">
/// VNI (VXLAN, Geneve), key (GRE), session (ERSPAN), call (PPTP) or tunnel endpoint id (GTP); 0 where there is none.
/// </param>
/// <param name="Depth">Tunnels around the packet: 1 for a single one.</param>
public readonly record struct PacketTunnel(TunnelKind Kind, IpAddress Source, IpAddress Destination, uint Id, byte Depth)
{
    /// <summary>
    /// The virtual network that the packet travelled in: 0 where the tunnel names none. Addresses in two networks have nothing to do
    /// with each other. VNIs (VXLAN, Geneve) and GRE keys (NVGRE, RFC 7637) name networks; the ids of the others name the tunnel.
    /// </summary>
    public ulong Network =>
        Kind is TunnelKind.None ? 0
        : Kind is TunnelKind.Vxlan or TunnelKind.Geneve || (Kind is TunnelKind.Gre && Id != 0) ? ((ulong)Kind << 32) | Id
        : 0;
}
