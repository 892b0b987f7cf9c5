namespace Weir.Packets;

/// <content>What IP carries beside TCP: UDP, and the packets of other networks.</content>
public sealed partial class PacketDecoder
{
    private const byte IpInIp = 4;
    private const byte Ipv6InIp = 41;
    private const byte Gre = 47;
    private readonly TunnelSettings _tunnels;

    private DecodeOutcome DecodeOther(byte protocol, ref Layer layer, ref PacketView packet)
    {
        var header = default(TunnelHeader);
        switch (protocol)
        {
            case IpInIp:
                header = new TunnelHeader(TunnelKind.IpInIp, 0, 0, Encapsulation.Ipv4);
                break;
            case Ipv6InIp:
                header = new TunnelHeader(TunnelKind.IpInIp, 0, 0, Encapsulation.Ipv6);
                break;
            case Gre:
                var read = GreHeader.Read(layer.Bytes, layer.WireLength, out header);
                if (read == DecodeOutcome.OtherIpProtocol) goto default;
                if (read != DecodeOutcome.Decoded) return read;
                break;
            default:
                return TransportLayer.Decode(ref layer, ref packet);
        }

        return Enter(in header, ref layer, ref packet);
    }

    private DecodeOutcome DecodeUdp(ref Layer layer, ref PacketView packet)
    {
        var outcome = TransportLayer.Decode(ref layer, ref packet);
        if (outcome != DecodeOutcome.Decoded) return outcome;
        var promised = _tunnels.KindOf(packet.SourcePort, packet.DestinationPort);
        if (promised == TunnelKind.None && !Teredo.MayBePeers(packet.Payload)) return outcome;
        return UdpTunnels.TryRead(promised, packet.Payload, packet.PayloadWireLength, out var header)
            ? Enter(in header, ref layer, ref packet)
            : outcome;
    }

    /// <summary>A frame that its source took out of a tunnel: the same rules hold as if the decoder had.</summary>
    private DecodeOutcome EnterMirrored(in PacketTunnel tunnel, ref PacketView packet)
    {
        packet.Tunnel = tunnel;
        if (TunnelHeader.HasVni(tunnel.Kind) && !_tunnels.Wants(tunnel.Id)) return DecodeOutcome.TunnelIgnored;
        return tunnel.Depth <= _tunnels.MaxDepth ? DecodeOutcome.Decoded : DecodeOutcome.TunnelTooDeep;
    }

    /// <summary>Decodes what a tunnel carries, in the place of the tunnel packet itself.</summary>
    private DecodeOutcome Enter(in TunnelHeader header, ref Layer carried, ref PacketView packet)
    {
        var outer = packet.Tunnel;
        if (TunnelHeader.HasVni(header.Kind) && !TunnelHeader.HasVni(outer.Kind) && !_tunnels.Wants(header.Id))
            return DecodeOutcome.TunnelIgnored;
        if (outer.Depth >= _tunnels.MaxDepth) return DecodeOutcome.TunnelTooDeep;
        packet = new PacketView
        {
            TimestampNs = packet.TimestampNs,
            InterfaceId = packet.InterfaceId,
            WireLength = packet.WireLength,
            Tunnel = new PacketTunnel(header.Kind, packet.Source, packet.Destination, header.Id, (byte)(outer.Depth + 1)),
        };
        carried.Skip(header.Length);
        // The outer headers told the length, so no inner one can tell more; but a frame may have been cut by who mirrors it (AWS
        // above its MTU, ERSPAN's T bit), and then what its own headers tell is what was on the wire.
        carried.IsExact = header.EtherType != Encapsulation.BridgedEthernet;
        var outcome = Encapsulation.Strip(header.EtherType, ref carried, ref packet.VlanId, out var version);
        return outcome == DecodeOutcome.Decoded ? DecodeIp(version, ref carried, ref packet) : outcome;
    }
}
