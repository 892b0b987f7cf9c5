using Weir.Packets;

namespace Weir.Flows.Accounting;

/// <summary>What a row of counters is about.</summary>
public enum TrafficKind : byte
{
    /// <summary>IP between two addresses.</summary>
    Ip,
    /// <summary>Frames that carry no IP: ARP, LLDP, spanning tree.</summary>
    NotIp,
    /// <summary>Frames whose addresses could not be read: damaged, or of a link type that is not known.</summary>
    Unreadable,
    /// <summary>What found no row of its own any more: addresses and protocol are not told apart.</summary>
    Other,
}

/// <summary>What is counted together.</summary>
/// <param name="Device">Id of the interface at its source; -1 for those beyond <see cref="TrafficLimits.MaxDevices"/>.</param>
/// <param name="Source">Of a tunnelled packet, of the packet inside.</param>
/// <param name="Destination">As <paramref name="Source"/>.</param>
/// <param name="Protocol">IANA's number; 0 where <paramref name="Kind"/> is not <see cref="TrafficKind.Ip"/>.</param>
/// <param name="Direction">As the device saw it.</param>
/// <param name="Kind">What the row is about.</param>
public readonly record struct TrafficKey(
    int Device, IpAddress Source, IpAddress Destination, byte Protocol, FrameDirection Direction, TrafficKind Kind)
{
    /// <summary>The key of a frame, whatever the decoder made of it.</summary>
    public static TrafficKey Of(in Frame frame, DecodeOutcome outcome, in PacketView packet)
    {
        if (packet.Source != default || packet.Destination != default)
            return new TrafficKey(frame.InterfaceId, packet.Source, packet.Destination, (byte)packet.Protocol, frame.Direction, TrafficKind.Ip);
        // A tunnel that carries no IP, or what could not be read: the tunnel itself was IP.
        if (packet.Tunnel.Kind != TunnelKind.None)
            return new TrafficKey(frame.InterfaceId, packet.Tunnel.Source, packet.Tunnel.Destination, Carrier(packet.Tunnel.Kind), frame.Direction, TrafficKind.Ip);
        var kind = outcome == DecodeOutcome.NotIp ? TrafficKind.NotIp : TrafficKind.Unreadable;
        return new TrafficKey(frame.InterfaceId, default, default, 0, frame.Direction, kind);
    }

    /// <summary>IANA's number of what carries a tunnel; IP in IP, GRE over IP and ERSPAN have one of their own.</summary>
    private static byte Carrier(TunnelKind kind) => kind switch
    {
        TunnelKind.Gre or TunnelKind.Erspan => 47,
        TunnelKind.IpInIp => 4,
        _ => (byte)IpProtocol.Udp,
    };
}
