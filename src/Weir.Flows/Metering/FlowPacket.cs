using Weir.Packets;

namespace Weir.Flows.Metering;

/// <summary>What the meter takes of a packet.</summary>
internal readonly struct FlowPacket
{
    private const int IcmpHeaderBytes = 8;

    public FlowPacket(in PacketView packet, ulong hash)
    {
        Hash = hash;
        Tuple = new FlowTuple(packet.Source, packet.Destination, packet.SourcePort, packet.DestinationPort, (byte)packet.Protocol);
        TimeNs = packet.TimestampNs;
        TimeUs = packet.TimestampNs / 1000;
        InterfaceId = packet.InterfaceId;
        VlanId = packet.VlanId;
        Network = packet.Tunnel.Network;
        Flags = packet.Flags;
        Window = packet.Window;
        Sequence = packet.Sequence;
        Acknowledgment = packet.Acknowledgment;
        HeaderBytes = packet.HeaderLength;
        PayloadBytes = Math.Max(0, packet.PayloadWireLength);
        (IcmpType, IcmpCode) = (-1, -1);
        if (packet.Protocol is not (IpProtocol.Icmp or IpProtocol.Icmpv6) || packet.Payload.Length < 2) return;
        // RFC 792, RFC 4443 §2.1: type, code, checksum, and four bytes that each message type has its own use for.
        (IcmpType, IcmpCode) = (packet.Payload[0], packet.Payload[1]);
        HeaderBytes = Math.Min(IcmpHeaderBytes, PayloadBytes);
        PayloadBytes -= HeaderBytes;
    }

    private FlowPacket(in FlowPacket packet, long timeUs, long timeNs)
    {
        this = packet;
        (TimeUs, TimeNs) = (timeUs, timeNs);
    }

    public ulong Hash { get; }

    public FlowTuple Tuple { get; }

    public long TimeNs { get; }

    public long TimeUs { get; }

    public int InterfaceId { get; }

    public ushort VlanId { get; }

    public ulong Network { get; }

    public TcpFlags Flags { get; }

    public ushort Window { get; }

    public uint Sequence { get; }

    public uint Acknowledgment { get; }

    /// <summary>Of the transport header.</summary>
    public int HeaderBytes { get; }

    /// <summary>Of the transport payload on the wire.</summary>
    public int PayloadBytes { get; }

    public int IcmpType { get; }

    public int IcmpCode { get; }

    public bool IsTcp => Tuple.Protocol == (byte)IpProtocol.Tcp;

    public bool Has(TcpFlags flag) => (Flags & flag) != 0;

    public FlowPacket NotBefore(long timeUs, long timeNs) => TimeUs >= timeUs ? this : new FlowPacket(in this, timeUs, timeNs);
}
