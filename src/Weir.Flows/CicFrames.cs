using Weir.Packets;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Flows;

/// <summary>
/// Reads frames as CICFlowMeter does (jNetPcap 1.4 underneath), for the compatible profiles: the first IPv4 header behind Ethernet,
/// 802.1Q or SNAP whatever the link type, fragments one by one, no tunnels. Where it finds none it takes the frame's first byte for the beginning
/// of an IPv4 header, so that ARP shows as 8.6.0.1 and IPv6 as 134.221.96.0: the program tries L2TP last, which is there always.
/// </summary>
public sealed class CicFrames(FlowProfile profile)
{
    private const int EthernetBytes = 14;
    private const int TagBytes = 4;
    private const int Ipv4Bytes = 20;
    private const int Ipv6Bytes = 40;
    private const int SnapBytes = 8;
    private const int FirstEtherType = 0x0600;
    private const int TcpBytes = 20;
    private const int UdpBytes = 8;
    private const int SctpBytes = 12;
    private const int IcmpBytes = 8;
    private const byte IpInIp = 4;
    private const byte Sctp = 132;
    private const byte Igmp = 2;

    private static ReadOnlySpan<byte> SnapOfIpv4 => [0xAA, 0xAA, 3, 0, 0, 0, 8, 0];

    private readonly bool _isFork = profile == FlowProfile.Corrected;

    /// <summary>False for frames in which it finds nothing. The packet's bytes are the frame's.</summary>
    public bool TryRead(in Frame frame, out PacketView packet)
    {
        packet = default;
        packet.TimestampNs = frame.TimestampNs;
        packet.InterfaceId = frame.InterfaceId;
        packet.WireLength = Math.Max(frame.OriginalLength, frame.Data.Length);
        var data = frame.Data;
        var at = FindIpv4(ref data, out var isTagged);
        if (at < 0 || !IsWanted(data[at + 9]))
        {
            data = frame.Data;
            if (!LooksLikeIpv4(data) || !IsWanted(data[9])) return false;
            (at, isTagged) = (0, false);
        }

        ReadIpv4(data[at..], isTagged, ref packet);
        return true;
    }

    private bool IsWanted(byte protocol) => !_isFork || IsNamed(protocol);

    /// <summary>Protocols that jNetPcap has a name for; the fork loses all others, since it asks for that name.</summary>
    private static bool IsNamed(byte protocol) => protocol is <= 60 and not 51 or 94 or 103 or 111 or 118 or Sctp or 133 or 137;

    private static int FindIpv4(ref ReadOnlySpan<byte> data, out bool isTagged)
    {
        isTagged = false;
        if (data.Length < EthernetBytes) return -1;
        var at = EthernetBytes;
        var type = ReadUInt16BigEndian(data[12..]);
        while (type == 0x8100 && data.Length >= at + TagBytes)
        {
            isTagged = true;
            type = ReadUInt16BigEndian(data[(at + 2)..]);
            at += TagBytes;
        }

        // SNAP (IEEE 802): the length that stands in the type's place is taken to count the Ethernet header too.
        if (type < FirstEtherType && data.Length >= at + SnapBytes && data.Slice(at, SnapBytes).SequenceEqual(SnapOfIpv4))
        {
            data = data[..Math.Min(data.Length, type)];
            (type, at) = (0x0800, at + SnapBytes);
        }

        // IPv4 right behind an IPv6 header (RFC 2473) is the one tunnel that it looks into.
        if (type == 0x86DD && data.Length > at + Ipv6Bytes && data[at + 6] == IpInIp) (type, at) = (0x0800, at + Ipv6Bytes);
        return type == 0x0800 && data.Length >= at + Ipv4Bytes ? at : -1;
    }

    /// <summary>
    /// What jNetPcap asks of an IPv4 header: a length, and unless it is no first fragment (flag MF clear), that much captured. The first
    /// byte is really the receiver's hardware address.
    /// </summary>
    private static bool LooksLikeIpv4(ReadOnlySpan<byte> data)
    {
        if (data.Length < Ipv4Bytes) return false;
        var headerLength = (data[0] & 0x0F) * 4;
        return headerLength >= Ipv4Bytes && (headerLength <= data.Length || (data[6] & 0x20) == 0);
    }

    private void ReadIpv4(ReadOnlySpan<byte> bytes, bool isTagged, ref PacketView packet)
    {
        packet.Source = IpAddress.FromV4(bytes[12..]);
        packet.Destination = IpAddress.FromV4(bytes[16..]);
        if (TryReadUpper(bytes, isTagged, out var protocol, out var upper)) ReadTransport(protocol, upper, ref packet);
    }

    /// <summary>
    /// What the header says follows it, as far as it was captured. Behind a VLAN tag the header's length is not looked at, so that padding
    /// counts as payload; a length of zero (segmentation offload) leaves nothing.
    /// </summary>
    private static bool TryReadUpper(ReadOnlySpan<byte> bytes, bool isTagged, out byte protocol, out ReadOnlySpan<byte> upper)
    {
        protocol = 0;
        upper = default;
        if (bytes.Length < Ipv4Bytes) return false;
        var headerLength = (bytes[0] & 0x0F) * 4;
        var end = isTagged ? bytes.Length : Math.Min(bytes.Length, ReadUInt16BigEndian(bytes[2..]));
        // Only a datagram's first fragment has a transport header.
        if (headerLength < Ipv4Bytes || headerLength > end || (ReadUInt16BigEndian(bytes[6..]) & 0x1FFF) != 0) return false;
        protocol = bytes[9];
        upper = bytes[headerLength..end];
        return true;
    }

    private void ReadTransport(byte protocol, ReadOnlySpan<byte> bytes, ref PacketView packet)
    {
        var headerLength = protocol switch
        {
            (byte)IpProtocol.Tcp => bytes.Length >= TcpBytes ? (bytes[12] >> 4) * 4 : int.MaxValue,
            (byte)IpProtocol.Udp => UdpBytes,
            Sctp => SctpBytes,
            (byte)IpProtocol.Icmp => IcmpBytes,
            _ => 0,
        };
        if (headerLength > bytes.Length) return;
        switch (protocol)
        {
            case (byte)IpProtocol.Tcp:
                packet.Sequence = ReadUInt32BigEndian(bytes[4..]);
                packet.Acknowledgment = ReadUInt32BigEndian(bytes[8..]);
                packet.Flags = (TcpFlags)bytes[13];
                packet.Window = ReadUInt16BigEndian(bytes[14..]);
                SetTransport(protocol, bytes, headerLength, ref packet);
                break;
            case (byte)IpProtocol.Udp:
            case Sctp when _isFork:
                SetTransport(protocol, bytes, headerLength, ref packet);
                break;
            case (byte)IpProtocol.Icmp when _isFork:
                packet.Protocol = IpProtocol.Icmp;
                packet.Payload = bytes[..2];
                break;
            case (byte)IpProtocol.Icmp when IsError(bytes[0]) && TryReadUpper(bytes[IcmpBytes..], true, out var inner, out var upper):
                // V4 takes the ports of the packet that an error is about, under the error's own addresses.
                if (inner is (byte)IpProtocol.Tcp or (byte)IpProtocol.Udp) ReadTransport(inner, upper, ref packet);
                break;
            case Igmp when _isFork:
                packet.Protocol = (IpProtocol)Igmp;
                break;
        }
    }

    /// <summary>RFC 792: unreachable, source quench, redirect, time exceeded, parameter problem.</summary>
    private static bool IsError(byte type) => type is 3 or 4 or 5 or 11 or 12;

    private static void SetTransport(byte protocol, ReadOnlySpan<byte> bytes, int headerLength, ref PacketView packet)
    {
        packet.Protocol = (IpProtocol)protocol;
        packet.SourcePort = ReadUInt16BigEndian(bytes);
        packet.DestinationPort = ReadUInt16BigEndian(bytes[2..]);
        packet.HeaderLength = (byte)headerLength;
        packet.PayloadWireLength = bytes.Length - headerLength;
    }
}
