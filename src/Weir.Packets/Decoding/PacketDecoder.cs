using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Decodes frames through link layer, tunnels, IP and TCP or UDP, putting fragments together. One per thread; allocates only
/// while its fragment table grows. Any bytes are accepted: the outcome says what they were, <see cref="Counters"/> how often.
/// </summary>
public sealed partial class PacketDecoder
{
    private const int Ipv4HeaderBytes = 20;
    private const int Ipv6HeaderBytes = 40;
    private const byte HopByHop = 0;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Routing = 43;
    private const byte FragmentHeader = 44;
    private const byte Authentication = 51;
    private const byte NoNextHeader = 59;
    private const byte DestinationOptions = 60;
    private readonly FragmentTable _fragments;

    /// <exception cref="ArgumentOutOfRangeException">A tunnel depth beyond <see cref="TunnelOptions.DepthCeiling"/>.</exception>
    public PacketDecoder(FragmentLimits? limits = null, TunnelOptions? tunnels = null)
    {
        _fragments = new FragmentTable(limits ?? FragmentLimits.Default, Counters);
        _tunnels = new TunnelSettings(tunnels ?? TunnelOptions.Default);
    }

    public PacketDecoderCounters Counters { get; } = new();

    /// <summary>Datagrams waiting for fragments.</summary>
    public int PendingDatagrams => _fragments.Count;

    /// <summary>Bytes of memory held for fragments.</summary>
    public long FragmentBytes => _fragments.Bytes;

    /// <summary>Tells that time passed without frames (Unix nanoseconds), so that stale fragments go.</summary>
    public void OnIdle(long nowNs) => _fragments.Expire(nowNs);

    /// <summary>
    /// Fills <paramref name="packet"/> as far as the outcome allows; it is valid until the next call, and as long as the
    /// frame's bytes are. A reassembled packet has the time of its last fragment and the sum of all frames as
    /// <see cref="PacketView.WireLength"/>. For <see cref="DecodeOutcome.OtherIpProtocol"/> the payload is that of IP. Addresses and
    /// protocol are there as soon as an IP header could be read, also of a fragment and of a transport header that was cut off.
    /// </summary>
    public DecodeOutcome Decode(in Frame frame, out PacketView packet)
    {
        var wireLength = Math.Max(frame.OriginalLength, frame.Data.Length);
        // Filled in place, without a copy at the end; the detour over the payload tells the compiler whose bytes the layer has.
        packet = default;
        packet.TimestampNs = frame.TimestampNs;
        packet.InterfaceId = frame.InterfaceId;
        packet.WireLength = wireLength;
        packet.VlanId = (ushort)(frame.StrippedVlanTci & 0xFFF);
        packet.Payload = frame.Data;
        var layer = new Layer(packet.Payload, wireLength);
        packet.Payload = default;
        if (_fragments.Count > 0) _fragments.Expire(frame.TimestampNs);
        var version = 0;
        var outcome = frame.Tunnel.Kind == TunnelKind.None ? DecodeOutcome.Decoded : EnterMirrored(in frame.Tunnel, ref packet);
        if (outcome == DecodeOutcome.Decoded)
            outcome = LinkLayer.Strip(frame.LinkType, ref layer, ref packet.VlanId, out version);
        if (outcome == DecodeOutcome.Decoded) outcome = DecodeIp(version, ref layer, ref packet);
        Counters.Add(outcome);
        return outcome;
    }

    private DecodeOutcome DecodeIp(int expectedVersion, ref Layer layer, ref PacketView packet)
    {
        if (layer.Bytes.IsEmpty) return DecodeOutcome.TruncatedIpHeader;
        var version = layer.Bytes[0] >> 4;
        if (expectedVersion != 0 && version != expectedVersion) return DecodeOutcome.MalformedIpHeader;
        return version switch
        {
            4 => DecodeIpv4(ref layer, ref packet),
            6 => DecodeIpv6(ref layer, ref packet),
            _ => DecodeOutcome.MalformedIpHeader,
        };
    }

    /// <summary>RFC 791 §3.1.</summary>
    private DecodeOutcome DecodeIpv4(ref Layer layer, ref PacketView packet)
    {
        if (!layer.Has(Ipv4HeaderBytes)) return DecodeOutcome.TruncatedIpHeader;
        var header = layer.Bytes;
        var headerLength = (header[0] & 0x0F) * 4;
        var totalLength = (int)ReadUInt16BigEndian(header[2..]);
        // Segmentation offload leaves 0 where 16 bits do not suffice (BIG TCP) or hardware fills it in: trust the frame.
        if (totalLength == 0) totalLength = layer.WireLength;
        if (headerLength < Ipv4HeaderBytes || totalLength < headerLength) return DecodeOutcome.MalformedIpHeader;
        layer.SetWireLength(totalLength);
        if (!layer.Has(headerLength)) return DoesNotFit(in layer, headerLength);
        packet.Source = IpAddress.FromV4(header[12..]);
        packet.Destination = IpAddress.FromV4(header[16..]);
        packet.Protocol = (IpProtocol)header[9];
        layer.Skip(headerLength);

        // Three flag bits (the lowest: more fragments), then the offset in units of 8 bytes.
        var fragmentField = ReadUInt16BigEndian(header[6..]);
        if ((fragmentField & 0x3FFF) == 0) return DecodeUpper(header[9], false, true, ref layer, ref packet);
        var more = (fragmentField & 0x2000) != 0;
        // As Linux does, an odd end of a middle fragment is cut: offsets cannot express it.
        if (more) layer.SetWireLength(layer.WireLength & ~7);
        var key = new FragmentKey(packet.Source, packet.Destination, ReadUInt16BigEndian(header[4..]), header[9], false,
            packet.VlanId, packet.InterfaceId, packet.Tunnel.Kind, packet.Tunnel.Id);
        var fragment = new Fragment((fragmentField & 0x1FFF) * 8, more, header[9], layer.Bytes, layer.WireLength);
        return Reassemble(in key, in fragment, ref packet);
    }

    /// <summary>RFC 8200 §3.</summary>
    private DecodeOutcome DecodeIpv6(ref Layer layer, ref PacketView packet)
    {
        if (!layer.Has(Ipv6HeaderBytes)) return DecodeOutcome.TruncatedIpHeader;
        var header = layer.Bytes;
        var payloadLength = (int)ReadUInt16BigEndian(header[4..]);
        var next = header[6];
        packet.Source = IpAddress.FromV6(header[8..]);
        packet.Destination = IpAddress.FromV6(header[24..]);
        layer.Skip(Ipv6HeaderBytes);
        if (payloadLength > 0 || next == NoNextHeader) layer.SetWireLength(payloadLength);
        // Length 0 announces the jumbo option, or offload that never wrote a length: then the frame's counts.
        else if (next == HopByHop && Ipv6Jumbo.TryReadLength(layer.Bytes, out var jumbo)) layer.SetWireLength(jumbo);
        return DecodeUpper(next, true, true, ref layer, ref packet);
    }

    /// <summary>Walks extension headers (RFC 8200 §4; of them IPv4 has AH only, RFC 4302) to the transport header.</summary>
    private DecodeOutcome DecodeUpper(byte next, bool isV6, bool mayBeFragment, ref Layer layer, ref PacketView packet)
    {
        while (true)
        {
            packet.Protocol = (IpProtocol)next;
            var isExtension = next == Authentication
                || (isV6 && next is HopByHop or Routing or DestinationOptions or FragmentHeader);
            if (!isExtension)
            {
                return next switch
                {
                    Tcp => TransportLayer.Decode(ref layer, ref packet),
                    Udp => DecodeUdp(ref layer, ref packet),
                    _ => DecodeOther(next, ref layer, ref packet),
                };
            }

            if (!layer.Has(8)) return DoesNotFit(in layer, 8);
            if (next == FragmentHeader)
            {
                if (!mayBeFragment) return DecodeOutcome.MalformedFragment;
                var field = ReadUInt16BigEndian(layer.Bytes[2..]);
                if ((field & 0xFFF9) != 0) return DecodeFragmentHeader(ref layer, ref packet);
            }

            var length = next switch
            {
                // Atomic fragment (RFC 6946): a whole datagram under a fragment header.
                FragmentHeader => 8,
                Authentication => (layer.Bytes[1] + 2) * 4,
                _ => (layer.Bytes[1] + 1) * 8,
            };
            if (!layer.Has(length)) return DoesNotFit(in layer, length);
            next = layer.Bytes[0];
            layer.Skip(length);
        }
    }

    /// <summary>RFC 8200 §4.5: next header, reserved, 13 bits of offset in units of 8 bytes, 2 reserved, M, identification.</summary>
    private DecodeOutcome DecodeFragmentHeader(ref Layer layer, ref PacketView packet)
    {
        var header = layer.Bytes;
        var field = ReadUInt16BigEndian(header[2..]);
        var more = (field & 1) != 0;
        layer.Skip(8);
        if (more && (layer.WireLength & 7) != 0) return DecodeOutcome.MalformedFragment;
        var key = new FragmentKey(packet.Source, packet.Destination, ReadUInt32BigEndian(header[4..]), 0, true,
            packet.VlanId, packet.InterfaceId, packet.Tunnel.Kind, packet.Tunnel.Id);
        packet.Protocol = (IpProtocol)header[0];
        var fragment = new Fragment(field & 0xFFF8, more, header[0], layer.Bytes, layer.WireLength);
        return Reassemble(in key, in fragment, ref packet);
    }

    private DecodeOutcome Reassemble(in FragmentKey key, in Fragment fragment, ref PacketView packet)
    {
        var outcome = _fragments.Add(in key, in fragment, packet.TimestampNs, packet.WireLength, out var whole);
        if (whole is null) return outcome;
        packet.WireLength = whole.FrameBytes;
        var layer = new Layer(whole.Captured, whole.WireLength);
        return DecodeUpper(whole.Protocol, key.IsV6, false, ref layer, ref packet);
    }

    private static DecodeOutcome DoesNotFit(ref readonly Layer layer, int needed) =>
        layer.HadOnWire(needed) ? DecodeOutcome.TruncatedIpHeader : DecodeOutcome.MalformedIpHeader;
}
