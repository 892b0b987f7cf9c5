namespace Weir.Packets;

/// <summary>TCP flags, RFC 9293 §3.1.</summary>
[Flags]
public enum TcpFlags : byte
{
    None = 0,
    Fin = 1,
    Syn = 2,
    Rst = 4,
    Psh = 8,
    Ack = 16,
    Urg = 32,
    Ece = 64,
    Cwr = 128,
}

/// <summary>IP protocol numbers that Weir decodes (IANA).</summary>
public enum IpProtocol : byte
{
    Icmp = 1,
    Tcp = 6,
    Udp = 17,
    Icmpv6 = 58,
}

/// <summary>One decoded packet. Valid as long as the frame (or the decoder's fragment buffer) it points into.</summary>
public ref struct PacketView
{
    public long TimestampNs;
    public int InterfaceId;
    /// <summary>Length of the whole frame on the wire in bytes.</summary>
    public int WireLength;
    /// <summary>Outermost 802.1Q VLAN id, 0 when untagged; inside a tunnel that of the frame it carries.</summary>
    public ushort VlanId;
    public IpAddress Source;
    public IpAddress Destination;
    public IpProtocol Protocol;
    public ushort SourcePort;
    public ushort DestinationPort;
    /// <summary>TCP sequence number of the first payload byte (of the SYN itself when <see cref="TcpFlags.Syn"/> is set).</summary>
    public uint Sequence;
    public uint Acknowledgment;
    public TcpFlags Flags;
    /// <summary>TCP window field as on the wire, unscaled.</summary>
    public ushort Window;
    /// <summary>Bytes of the TCP or UDP header, options included.</summary>
    public byte HeaderLength;
    /// <summary>Transport payload that was captured.</summary>
    public ReadOnlySpan<byte> Payload;
    /// <summary>Transport payload length on the wire; exceeds <c>Payload.Length</c> when the capture cut the frame.</summary>
    public int PayloadWireLength;
    /// <summary>The tunnel that carried the packet; all the rest tells of the packet inside.</summary>
    public PacketTunnel Tunnel;
}

/// <summary>What became of a frame. Every value but <see cref="Decoded"/> is counted by reason.</summary>
public enum DecodeOutcome
{
    /// <summary>TCP or UDP, ports and payload filled in.</summary>
    Decoded,
    /// <summary>IP, but neither TCP nor UDP: addresses and protocol are filled in.</summary>
    OtherIpProtocol,
    /// <summary>Not IP (ARP, LLDP, …).</summary>
    NotIp,
    /// <summary>A fragment was kept until the rest arrives.</summary>
    FragmentPending,
    TruncatedLinkHeader,
    TruncatedIpHeader,
    TruncatedTransportHeader,
    MalformedIpHeader,
    MalformedTransportHeader,
    MalformedFragment,
    UnknownLinkType,
    /// <summary>A tunnel header that contradicts itself or the length of its packet.</summary>
    MalformedTunnel,
    TruncatedTunnelHeader,
    /// <summary>More tunnels in one another than <see cref="TunnelOptions.MaxDepth"/>.</summary>
    TunnelTooDeep,
    /// <summary>Its network identifier is not wanted (<see cref="TunnelOptions.AllowedVnis"/>): left aside, not lost.</summary>
    TunnelIgnored,
}
