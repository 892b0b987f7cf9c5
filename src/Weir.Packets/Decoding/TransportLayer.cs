using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>TCP (RFC 9293 §3.1) and UDP (RFC 768). Checksums are not verified: with offload the capture holds none.</summary>
internal static class TransportLayer
{
    private const int TcpHeaderBytes = 20;
    private const int UdpHeaderBytes = 8;

    public static DecodeOutcome Decode(ref Layer layer, ref PacketView packet)
    {
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp:
                return DecodeTcp(ref layer, ref packet);
            case IpProtocol.Udp:
                return DecodeUdp(ref layer, ref packet);
            default:
                packet.Payload = layer.Bytes;
                packet.PayloadWireLength = layer.WireLength;
                return DecodeOutcome.OtherIpProtocol;
        }
    }

    private static DecodeOutcome DecodeTcp(ref Layer layer, ref PacketView packet)
    {
        if (!layer.Has(TcpHeaderBytes)) return DoesNotFit(in layer, TcpHeaderBytes);
        var header = layer.Bytes;
        var headerLength = (header[12] >> 4) * 4;
        if (headerLength < TcpHeaderBytes || !layer.HadOnWire(headerLength)) return DecodeOutcome.MalformedTransportHeader;
        packet.SourcePort = ReadUInt16BigEndian(header);
        packet.DestinationPort = ReadUInt16BigEndian(header[2..]);
        packet.Sequence = ReadUInt32BigEndian(header[4..]);
        packet.Acknowledgment = ReadUInt32BigEndian(header[8..]);
        packet.Flags = (TcpFlags)header[13];
        packet.Window = ReadUInt16BigEndian(header[14..]);
        packet.HeaderLength = (byte)headerLength;
        // Options cut by the capture hide nothing that is told, so such a packet still counts as decoded.
        layer.Skip(headerLength);
        packet.Payload = layer.Bytes;
        packet.PayloadWireLength = layer.WireLength;
        return DecodeOutcome.Decoded;
    }

    private static DecodeOutcome DecodeUdp(ref Layer layer, ref PacketView packet)
    {
        if (!layer.Has(UdpHeaderBytes)) return DoesNotFit(in layer, UdpHeaderBytes);
        var length = (int)ReadUInt16BigEndian(layer.Bytes[4..]);
        // 0 stands for a jumbogram (RFC 2675 §4).
        if (length == 0) length = layer.WireLength;
        if (length < UdpHeaderBytes || !layer.HadOnWire(length)) return DecodeOutcome.MalformedTransportHeader;
        packet.SourcePort = ReadUInt16BigEndian(layer.Bytes);
        packet.DestinationPort = ReadUInt16BigEndian(layer.Bytes[2..]);
        packet.HeaderLength = UdpHeaderBytes;
        layer.SetWireLength(length);
        layer.Skip(UdpHeaderBytes);
        packet.Payload = layer.Bytes;
        packet.PayloadWireLength = layer.WireLength;
        return DecodeOutcome.Decoded;
    }

    private static DecodeOutcome DoesNotFit(ref readonly Layer layer, int needed) =>
        layer.HadOnWire(needed) ? DecodeOutcome.TruncatedTransportHeader : DecodeOutcome.MalformedTransportHeader;
}
