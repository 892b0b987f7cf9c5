using Weir.Packets;
using static Weir.Testing.PacketBuilder;

namespace Weir.Testing;

/// <summary>Tunnel headers around packets, each as its specification draws it (docs/formats/tunnels.md).</summary>
public static class TunnelBuilder
{
    public const int BridgedEthernet = 0x6558;

    /// <summary>RFC 7348 §5 around an Ethernet frame.</summary>
    public static byte[] Vxlan(uint vni, byte[] frame, byte flags = 0x08) => Concat([flags, 0, 0, 0], UInt32(vni << 8), frame);

    /// <summary>RFC 8926 §3.4; options are whole TLVs.</summary>
    public static byte[] Geneve(uint vni, byte[] payload, int protocol = BridgedEthernet, byte[]? options = null)
    {
        options ??= [];
        return Concat([(byte)(options.Length / 4), 0], UInt16(protocol), UInt32(vni << 8), options, payload);
    }

    /// <summary>RFC 2784 and 2890.</summary>
    public static byte[] Gre(int protocol, byte[] payload, uint? key = null, uint? sequence = null, bool checksum = false)
    {
        var flags = (checksum ? 0x8000 : 0) | (key is null ? 0 : 0x2000) | (sequence is null ? 0 : 0x1000);
        var packet = Concat(
            UInt16(flags), UInt16(protocol), checksum ? new byte[4] : [], key is { } k ? UInt32(k) : [],
            sequence is { } s ? UInt32(s) : [], payload);
        if (checksum) UInt16(InternetChecksum.Compute(packet)).CopyTo(packet, 4);
        return packet;
    }

    /// <summary>RFC 2637 §4.1 around a PPP packet: the key is length and call.</summary>
    public static byte[] Pptp(ushort call, byte[] ppp) =>
        Concat(UInt16(0x3001), UInt16(0x880B), UInt16(ppp.Length), UInt16(call), UInt32(7), ppp);

    /// <summary>GRE with the ERSPAN header of the type (1 has none) around an Ethernet frame.</summary>
    public static byte[] Erspan(int type, int session, byte[] frame) => type switch
    {
        1 => Gre(0x88BE, frame),
        2 => Gre(0x88BE, Concat(UInt16(0x1000), UInt16(session), UInt32(5), frame), sequence: 9),
        _ => Gre(0x22EB, Concat(UInt16(0x2000), UInt16(session), UInt32(123), UInt16(0), UInt16(1), new byte[8], frame), sequence: 9),
    };

    /// <summary>3GPP TS 29.281 §5.1: with extensions the four optional bytes, and each extension as type and content.</summary>
    public static byte[] Gtp(uint endpoint, byte[] packet, params (byte Type, byte[] Content)[] extensions)
    {
        byte[] optional = extensions.Length == 0 ? [] : [0, 1, 0, extensions[0].Type];
        for (var i = 0; i < extensions.Length; i++)
        {
            var next = i + 1 < extensions.Length ? extensions[i + 1].Type : (byte)0;
            var content = extensions[i].Content;
            optional = Concat(optional, [(byte)((content.Length + 2) / 4)], content, [next]);
        }

        byte flags = extensions.Length == 0 ? (byte)0x30 : (byte)0x36;
        return Concat([flags, 0xFF], UInt16(optional.Length + packet.Length), UInt32(endpoint), optional, packet);
    }

    /// <summary>RFC 4380 §5.1.1: both indications in front of an IPv6 packet.</summary>
    public static byte[] TeredoWithIndications(byte[] ipv6) => Concat(
        [0, 1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 8, 0], [0, 0, 0x12, 0x34, 1, 2, 3, 4], ipv6);

    /// <summary>draft-massar-v6ops-ayiya-02 §3 with an identity of 16 and a signature of 20 bytes.</summary>
    public static byte[] Ayiya(byte[] ipv6) => Concat([0x41, 0x52, 0x11, 41], UInt32(1), new byte[16], new byte[20], ipv6);

    /// <summary>The frame without its Ethernet header.</summary>
    public static byte[] WithoutEthernet(byte[] frame) => frame[14..];
}
