using System.Buffers.Binary;
using System.Net;
using Weir.Packets;

namespace Weir.Testing;

/// <summary>
/// Makes packets from the inside out: each method wraps a payload into one header and returns new bytes. The source and
/// destination are texts such as <c>10.0.0.1:80</c> or <c>[fd00::1]:80</c>.
/// </summary>
public static class PacketBuilder
{
    public const ushort EtherTypeIpv4 = 0x0800;
    public const ushort EtherTypeIpv6 = 0x86DD;

    public static byte[] Concat(params ReadOnlySpan<byte[]> parts)
    {
        var all = new List<byte>();
        foreach (var part in parts) all.AddRange(part);
        return [.. all];
    }

    public static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] UInt32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    /// <summary>An Ethernet frame around anything, by default around the IP packet that <paramref name="payload"/> starts with.</summary>
    public static byte[] Ethernet(byte[] payload, int etherType = -1)
    {
        if (etherType < 0) etherType = payload[0] >> 4 == 6 ? EtherTypeIpv6 : EtherTypeIpv4;
        return Concat([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1], UInt16(etherType), payload);
    }

    /// <summary>What stands behind the EtherType of a VLAN tag.</summary>
    public static byte[] VlanTag(int tci, int innerEtherType, byte[] payload) =>
        Concat(UInt16(tci), UInt16(innerEtherType), payload);

    public static byte[] Ipv4(
        string source, string destination, IpProtocol protocol, byte[] payload, byte[]? options = null,
        ushort identification = 1, int fragmentOffset = 0, bool moreFragments = false, int totalLength = -1)
    {
        options ??= [];
        var headerLength = 20 + options.Length;
        var packet = new byte[headerLength + payload.Length];
        packet[0] = (byte)(0x40 | (headerLength / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(totalLength < 0 ? packet.Length : totalLength));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        var fragmentField = (moreFragments ? 0x2000 : 0) | (fragmentOffset / 8);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)fragmentField);
        packet[8] = 64;
        packet[9] = (byte)protocol;
        Address(source).CopyTo(packet, 12);
        Address(destination).CopyTo(packet, 16);
        options.CopyTo(packet, 20);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), InternetChecksum.Compute(packet.AsSpan(0, headerLength)));
        payload.CopyTo(packet, headerLength);
        return packet;
    }

    /// <summary><paramref name="payload"/> starts with the header that <paramref name="next"/> names.</summary>
    public static byte[] Ipv6(string source, string destination, byte next, byte[] payload, int payloadLength = -1)
    {
        var length = payloadLength < 0 ? payload.Length : payloadLength;
        return Concat([0x60, 0, 0, 0], UInt16(length), [next, 64], Address(source), Address(destination), payload);
    }

    /// <summary>An IPv6 fragment header before a part of a packet; <paramref name="offset"/> in bytes.</summary>
    public static byte[] Ipv6Fragment(byte next, int offset, bool more, uint identification, byte[] payload) =>
        Concat([next, 0], UInt16(offset | (more ? 1 : 0)), UInt32(identification), payload);

    /// <summary>A TCP segment without IP. The addresses only serve the checksum and the ports.</summary>
    public static byte[] TcpSegment(
        string source, string destination, uint sequence, uint acknowledgment, TcpFlags flags, ReadOnlySpan<byte> payload,
        ushort window = 64_240, byte[]? options = null)
    {
        var (from, to) = (IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        options ??= [];
        var segment = new byte[20 + options.Length + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledgment);
        segment[12] = (byte)((20 + options.Length) / 4 << 4);
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), window);
        options.CopyTo(segment, 20);
        payload.CopyTo(segment.AsSpan(20 + options.Length));
        var sum = PseudoHeader(from, to, IpProtocol.Tcp, segment.Length);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), InternetChecksum.Compute(segment, sum));
        return segment;
    }

    /// <summary>A UDP datagram without IP.</summary>
    public static byte[] UdpDatagram(string source, string destination, ReadOnlySpan<byte> payload)
    {
        var (from, to) = (IPEndPoint.Parse(source), IPEndPoint.Parse(destination));
        var datagram = Concat(
            UInt16(from.Port), UInt16(to.Port), UInt16(8 + payload.Length), UInt16(0), payload.ToArray());
        var sum = PseudoHeader(from, to, IpProtocol.Udp, datagram.Length);
        var checksum = InternetChecksum.Compute(datagram, sum);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), checksum == 0 ? ushort.MaxValue : checksum);
        return datagram;
    }

    /// <summary>Wraps a transport header into the IP version of the addresses.</summary>
    public static byte[] Ip(string source, string destination, IpProtocol protocol, byte[] payload) =>
        IPEndPoint.Parse(source).Address.GetAddressBytes().Length == 4
            ? Ipv4(source, destination, protocol, payload)
            : Ipv6(source, destination, (byte)protocol, payload);

    /// <summary>A whole TCP packet in an Ethernet frame.</summary>
    public static byte[] Tcp(
        string source, string destination, uint sequence, uint acknowledgment, TcpFlags flags, ReadOnlySpan<byte> payload) =>
        Ethernet(Ip(source, destination, IpProtocol.Tcp,
            TcpSegment(source, destination, sequence, acknowledgment, flags, payload)));

    /// <summary>A whole UDP packet in an Ethernet frame.</summary>
    public static byte[] Udp(string source, string destination, ReadOnlySpan<byte> payload) =>
        Ethernet(Ip(source, destination, IpProtocol.Udp, UdpDatagram(source, destination, payload)));

    private static byte[] Address(string endpoint) => IPEndPoint.Parse(endpoint).Address.GetAddressBytes();

    private static uint PseudoHeader(IPEndPoint from, IPEndPoint to, IpProtocol protocol, int length)
    {
        var sum = InternetChecksum.Add(from.Address.GetAddressBytes(), (uint)protocol + (uint)length);
        return InternetChecksum.Add(to.Address.GetAddressBytes(), sum);
    }
}
