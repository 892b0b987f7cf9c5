using System.Net;
using Weir.Packets;

namespace Weir.Testing.Corpus;

/// <summary>Puts finished Ethernet frames into other wrappings.</summary>
public static class Rewrap
{
    private const int EthernetBytes = 14;
    private const int AddressPairBytes = 12;
    private const int Ipv4Bytes = 20;

    /// <summary>The frame with an 802.1Q tag.</summary>
    public static TestFrame WithVlan(this TestFrame frame, int id) => frame with
    {
        Data = PacketBuilder.Concat(
            frame.Data[..AddressPairBytes], PacketBuilder.UInt16(0x8100), PacketBuilder.UInt16(id), frame.Data[AddressPairBytes..]),
    };

    /// <summary>An IPv4 packet without options as fragments of at most <paramref name="bytes"/> (a multiple of 8) of its payload.</summary>
    public static IEnumerable<TestFrame> Fragmented(this TestFrame frame, int bytes, ushort identification)
    {
        var header = frame.Data.AsMemory(EthernetBytes, Ipv4Bytes);
        var payload = frame.Data[(EthernetBytes + Ipv4Bytes)..];
        var (source, destination) = (new IPAddress(header.Span[12..16]), new IPAddress(header.Span[16..20]));
        for (var offset = 0; offset < payload.Length; offset += bytes)
        {
            var part = payload[offset..Math.Min(payload.Length, offset + bytes)];
            yield return frame with
            {
                Data = PacketBuilder.Ethernet(PacketBuilder.Ipv4(
                    source.ToString(), destination.ToString(), IpProtocol.Tcp, part, identification: identification,
                    fragmentOffset: offset, moreFragments: offset + part.Length < payload.Length)),
                TimestampNs = frame.TimestampNs + offset,
            };
        }
    }
}
