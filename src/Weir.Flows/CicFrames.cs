using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Flows;

/// <summary>
/// Reads frames as CICFlowMeter does (jNetPcap 1.4 underneath), for the compatible profiles: the first IPv4 header behind Ethernet and
/// 802.1Q whatever the link type, fragments one by one, no tunnels. Where it finds none it takes the frame's first byte for the beginning
/// of an IPv4 header, so that ARP shows as 8.6.0.1 and IPv6 as 134.221.96.0: the program tries L2TP last, which is there always.
/// </summary>
public sealed class CicFrames(FlowProfile profile)
{
    private const int EthernetBytes = 14;
    private const int TagBytes = 4;
    private const int Ipv4Bytes = 20;
    private const int TcpBytes = 20;
    private const int UdpBytes = 8;
    private const int SctpBytes = 12;
    private const byte Sctp = 132;
    private const byte Igmp = 2;

    private readonly bool _isFork = profile == FlowProfile.Corrected;

    /// <summary>False for frames too short to have addresses. The packet's bytes are the frame's.</summary>
    public bool TryRead(in Frame frame, out PacketView packet)
    {
        packet = default;
        packet.TimestampNs = frame.TimestampNs;
        packet.InterfaceId = frame.InterfaceId;
        packet.WireLength = Math.Max(frame.OriginalLength, frame.Data.Length);
        var data = frame.Data;
        var at = FindIpv4(data);
        if (at < 0)
        {
            if (data.Length < Ipv4Bytes) return false;
            SetAddresses(data, ref packet);
            return true;
        }

        ReadIpv4(data[at..], packet.WireLength - at, ref packet);
        return true;
    }

    private static int FindIpv4(ReadOnlySpan<byte> data)
    {
        if (data.Length < EthernetBytes) return -1;
        var at = EthernetBytes;
        var type = ReadUInt16BigEndian(data[12..]);
        while (type == 0x8100 && data.Length >= at + TagBytes)
        {
            type = ReadUInt16BigEndian(data[(at + 2)..]);
            at += TagBytes;
        }

        return type == 0x0800 && data.Length >= at + Ipv4Bytes ? at : -1;
    }

    private static void SetAddresses(ReadOnlySpan<byte> header, ref PacketView packet)
    {
        packet.Source = IpAddress.FromV4(header[12..]);
        packet.Destination = IpAddress.FromV4(header[16..]);
    }

    private void ReadIpv4(ReadOnlySpan<byte> bytes, int wireLength, ref PacketView packet)
    {
        SetAddresses(bytes, ref packet);
        var headerLength = (bytes[0] & 0x0F) * 4;
        var total = (int)ReadUInt16BigEndian(bytes[2..]);
        if (total > 0 && total < wireLength) wireLength = total;
        if (headerLength < Ipv4Bytes || headerLength > bytes.Length) return;
        // Only a datagram's first fragment has a transport header.
        if ((ReadUInt16BigEndian(bytes[6..]) & 0x1FFF) != 0) return;
        var upper = bytes[headerLength..Math.Max(headerLength, Math.Min(bytes.Length, wireLength))];
        ReadTransport(bytes[9], upper, wireLength - headerLength, ref packet);
    }

    private void ReadTransport(byte protocol, ReadOnlySpan<byte> bytes, int wireLength, ref PacketView packet)
    {
        switch (protocol)
        {
            case (byte)IpProtocol.Tcp when bytes.Length >= TcpBytes:
                SetPorts(bytes, ref packet);
                packet.Protocol = IpProtocol.Tcp;
                packet.Sequence = ReadUInt32BigEndian(bytes[4..]);
                packet.Acknowledgment = ReadUInt32BigEndian(bytes[8..]);
                packet.Flags = (TcpFlags)bytes[13];
                packet.Window = ReadUInt16BigEndian(bytes[14..]);
                packet.HeaderLength = (byte)((bytes[12] >> 4) * 4);
                packet.PayloadWireLength = Math.Max(0, wireLength - packet.HeaderLength);
                break;
            case (byte)IpProtocol.Udp when bytes.Length >= UdpBytes:
                SetPorts(bytes, ref packet);
                packet.Protocol = IpProtocol.Udp;
                packet.HeaderLength = UdpBytes;
                packet.PayloadWireLength = Math.Max(0, wireLength - UdpBytes);
                break;
            case Sctp when _isFork && bytes.Length >= SctpBytes:
                SetPorts(bytes, ref packet);
                packet.Protocol = (IpProtocol)Sctp;
                packet.HeaderLength = SctpBytes;
                packet.PayloadWireLength = Math.Max(0, wireLength - SctpBytes);
                break;
            case (byte)IpProtocol.Icmp when _isFork && bytes.Length >= 2:
                packet.Protocol = IpProtocol.Icmp;
                packet.Payload = bytes[..2];
                break;
            case Igmp when _isFork:
                packet.Protocol = (IpProtocol)Igmp;
                break;
        }
    }

    private static void SetPorts(ReadOnlySpan<byte> bytes, ref PacketView packet)
    {
        packet.SourcePort = ReadUInt16BigEndian(bytes);
        packet.DestinationPort = ReadUInt16BigEndian(bytes[2..]);
    }
}
