using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>What may stand between an Ethernet address pair and IP: tags, labels, PPPoE and LLC, in any nesting.</summary>
internal static class Encapsulation
{
    public const ushort Ipv4 = 0x0800;
    public const ushort Ipv6 = 0x86DD;

    /// <summary>A whole Ethernet frame follows (RFC 1701, NVGRE, Geneve).</summary>
    public const ushort BridgedEthernet = 0x6558;

    /// <summary>RFC 2637: a PPP packet follows.</summary>
    public const ushort Ppp = 0x880B;

    /// <summary>Smaller values are an IEEE 802.3 length (IEEE 802.3 §3.2.6).</summary>
    public const ushort FirstEtherType = 0x0600;

    private const ushort Arp = 0x0806;
    private const ushort Dot1Q = 0x8100;
    private const ushort Dot1Ad = 0x88A8;
    private const ushort QinQ9100 = 0x9100;
    private const ushort QinQ9200 = 0x9200;
    private const ushort VnTag = 0x8926;
    private const ushort BackboneTag = 0x88E7;
    private const ushort MplsUnicast = 0x8847;
    private const ushort MplsMulticast = 0x8848;
    private const ushort PppoeSession = 0x8864;

    /// <summary>Linux cooked captures say "802.2 LLC follows" this way (linux/if_ether.h ETH_P_802_2).</summary>
    private const ushort LinuxLlc = 0x0004;

    private const ushort PppIpv4 = 0x0021;
    private const ushort PppIpv6 = 0x0057;

    public static DecodeOutcome StripEthernet(ref Layer layer, ref ushort vlanId, out int ipVersion)
    {
        ipVersion = 0;
        if (!layer.Has(LinkLayer.EthernetHeaderBytes)) return DecodeOutcome.TruncatedLinkHeader;
        var etherType = ReadUInt16BigEndian(layer.Bytes[12..]);
        layer.Skip(LinkLayer.EthernetHeaderBytes);
        return Strip(etherType, ref layer, ref vlanId, out ipVersion);
    }

    /// <summary>The types that <see cref="Strip"/> reads, and ARP, which every Ethernet has.</summary>
    public static bool IsKnown(ushort etherType) => etherType is Ipv4 or Ipv6 or Arp or Dot1Q or Dot1Ad or QinQ9100 or QinQ9200
        or VnTag or BackboneTag or MplsUnicast or MplsMulticast or PppoeSession;

    /// <summary>Every turn consumes bytes, so the nesting is bounded by the frame.</summary>
    public static DecodeOutcome Strip(ushort etherType, ref Layer layer, ref ushort vlanId, out int ipVersion)
    {
        ipVersion = 0;
        while (true)
        {
            switch (etherType)
            {
                case Ipv4:
                    ipVersion = 4;
                    return DecodeOutcome.Decoded;
                case Ipv6:
                    ipVersion = 6;
                    return DecodeOutcome.Decoded;
                case Dot1Q or Dot1Ad or QinQ9100 or QinQ9200:
                    if (!layer.Has(4)) return DecodeOutcome.TruncatedLinkHeader;
                    // Id 0 only carries a priority (IEEE 802.1Q table 9-2), so the next tag is the outermost VLAN.
                    if (vlanId == 0) vlanId = (ushort)(ReadUInt16BigEndian(layer.Bytes) & 0xFFF);
                    break;
                case VnTag:
                    // IEEE 802.1BR as Cisco shipped it: 4 bytes of tag, then the EtherType.
                    if (!Advance(ref layer, 2, 6)) return DecodeOutcome.TruncatedLinkHeader;
                    break;
                case BackboneTag:
                    // IEEE 802.1ah I-TAG: 4 bytes of service id and both customer addresses.
                    if (!Advance(ref layer, 14, 18)) return DecodeOutcome.TruncatedLinkHeader;
                    break;
                case MplsUnicast or MplsMulticast:
                    var labels = StripMpls(ref layer, out etherType);
                    if (labels != DecodeOutcome.Decoded) return labels;
                    continue;
                case BridgedEthernet:
                    if (!layer.Has(LinkLayer.EthernetHeaderBytes)) return DecodeOutcome.TruncatedLinkHeader;
                    etherType = ReadUInt16BigEndian(layer.Bytes[12..]);
                    layer.Skip(LinkLayer.EthernetHeaderBytes);
                    continue;
                case PppoeSession:
                    return StripPppoe(ref layer, out ipVersion);
                case Ppp:
                    return StripPpp(ref layer, out ipVersion);
                case LinuxLlc or < FirstEtherType:
                    var outcome = StripLlc(ref layer, out etherType);
                    if (outcome != DecodeOutcome.Decoded) return outcome;
                    continue;
                default:
                    return DecodeOutcome.NotIp;
            }

            etherType = ReadUInt16BigEndian(layer.Bytes[2..]);
            layer.Skip(4);
        }
    }

    /// <summary>Leaves the next EtherType at offset 2, as behind a VLAN tag, when <paramref name="needed"/> bytes are there.</summary>
    private static bool Advance(ref Layer layer, int count, int needed)
    {
        if (!layer.Has(needed)) return false;
        layer.Skip(count);
        return true;
    }

    /// <summary>RFC 3032 §2.1: 20 bits of label, 3 of class, the bottom-of-stack bit, 8 of TTL.</summary>
    private static DecodeOutcome StripMpls(ref Layer layer, out ushort etherType)
    {
        etherType = 0;
        bool bottom;
        do
        {
            if (!layer.Has(5)) return DecodeOutcome.TruncatedLinkHeader;
            bottom = (layer.Bytes[2] & 1) != 0;
            layer.Skip(4);
        }
        while (!bottom);

        // RFC 4928 §3: the first nibble tells IP from a pseudowire, whose control word starts with 0 (RFC 4385 §3).
        var nibble = layer.Bytes[0] >> 4;
        etherType = nibble switch { 4 => Ipv4, 6 => Ipv6, 0 => BridgedEthernet, _ => (ushort)0 };
        if (nibble == 0) layer.Skip(4);
        return etherType != 0 ? DecodeOutcome.Decoded : DecodeOutcome.NotIp;
    }

    /// <summary>RFC 2516 §4.</summary>
    private static DecodeOutcome StripPppoe(ref Layer layer, out int ipVersion)
    {
        ipVersion = 0;
        if (!layer.Has(8)) return DecodeOutcome.TruncatedLinkHeader;
        var length = (int)ReadUInt16BigEndian(layer.Bytes[4..]);
        layer.Skip(6);
        if (length > 0 && layer.HadOnWire(length))
        {
            layer.SetWireLength(length);
            layer.IsExact = true;
        }

        return StripPpp(ref layer, out ipVersion);
    }

    /// <summary>
    /// The PPP protocol field, which RFC 1661 §6.5 lets peers compress to one byte, behind the address and control bytes of
    /// RFC 1662 §3.1 where they are sent.
    /// </summary>
    private static DecodeOutcome StripPpp(ref Layer layer, out int ipVersion)
    {
        ipVersion = 0;
        if (layer.Has(2) && layer.Bytes[0] == 0xFF && layer.Bytes[1] == 0x03) layer.Skip(2);
        if (!layer.Has(2)) return DecodeOutcome.TruncatedLinkHeader;
        var compressed = (layer.Bytes[0] & 1) != 0;
        var protocol = compressed ? layer.Bytes[0] : ReadUInt16BigEndian(layer.Bytes);
        layer.Skip(compressed ? 1 : 2);
        ipVersion = protocol switch { PppIpv4 => 4, PppIpv6 => 6, _ => 0 };
        return ipVersion == 0 ? DecodeOutcome.NotIp : DecodeOutcome.Decoded;
    }

    /// <summary>IEEE 802.2 LLC: SNAP (RFC 1042) names an EtherType, SAP 0x06 is IPv4 itself.</summary>
    private static DecodeOutcome StripLlc(ref Layer layer, out ushort etherType)
    {
        etherType = 0;
        if (!layer.Has(3)) return DecodeOutcome.TruncatedLinkHeader;
        var unnumbered = layer.Bytes[2] == 0x03;
        if (layer.Bytes[0] == 0x06 && layer.Bytes[1] == 0x06 && unnumbered)
        {
            layer.Skip(3);
            etherType = Ipv4;
            return DecodeOutcome.Decoded;
        }

        if (layer.Bytes[0] != 0xAA || layer.Bytes[1] != 0xAA || !unnumbered) return DecodeOutcome.NotIp;
        if (!layer.Has(8)) return DecodeOutcome.TruncatedLinkHeader;
        var organization = (layer.Bytes[3] << 16) | (layer.Bytes[4] << 8) | layer.Bytes[5];
        etherType = ReadUInt16BigEndian(layer.Bytes[6..]);
        layer.Skip(8);
        // 0 is RFC 1042; 0x0000F8 is the bridge tunnel encapsulation of IEEE 802.1H. Others number their own protocols.
        return organization is 0 or 0x0000F8 && etherType >= FirstEtherType ? DecodeOutcome.Decoded : DecodeOutcome.NotIp;
    }
}
