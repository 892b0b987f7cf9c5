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
    /// <summary>Where it was seen; anything but the wire is a segment made of what a process sent or received.</summary>
    public SegmentOrigin Origin;
    /// <summary>Tells apart connections whose equal addresses mean different hosts, as 127.0.0.1 in two pods does; 0 elsewhere.</summary>
    public ushort Scope;
    /// <summary>At a socket: who sent or received it; null on the wire and where nobody can be named.</summary>
    public SocketProcess? Process;
    /// <summary>Plaintext of a TLS session; null for what crossed the wire or a socket as it is.</summary>
    public SegmentTls? Tls;
}

/// <summary>Where a segment was seen.</summary>
public enum SegmentOrigin : byte
{
    Wire,
    /// <summary>At the socket that sent it.</summary>
    Sender,
    /// <summary>At the socket that received it.</summary>
    Receiver,
}

/// <summary>A process at a socket. Immutable and shared by everything that it does.</summary>
/// <param name="Id">In the host's pid namespace.</param>
/// <param name="Name">As /proc/PID/comm has it: at most 15 characters.</param>
/// <param name="ContainerId">64 hexadecimal digits; null outside of containers and where it could not be read.</param>
/// <param name="Cgroup">Path below the mount of its hierarchy; null where it could not be read.</param>
public sealed record SocketProcess(int Id, string Name, string? ContainerId, string? Cgroup);

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
