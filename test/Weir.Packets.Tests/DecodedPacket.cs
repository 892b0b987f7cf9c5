using Weir.Testing;

namespace Weir.Packets.Tests;

/// <summary>A <see cref="PacketView"/> that outlives its frame.</summary>
internal sealed record DecodedPacket(
    DecodeOutcome Outcome, string Source, string Destination, IpProtocol Protocol, ushort VlanId, uint Sequence,
    TcpFlags Flags, byte[] Payload, int PayloadWireLength, int WireLength)
{
    public static DecodedPacket Of(PacketDecoder decoder, TestFrame frame) => Of(decoder, frame.Frame);

    public static DecodedPacket Of(PacketDecoder decoder, in Frame frame)
    {
        var outcome = decoder.Decode(in frame, out var packet);
        return new DecodedPacket(
            outcome, $"{packet.Source} {packet.SourcePort}", $"{packet.Destination} {packet.DestinationPort}",
            packet.Protocol, packet.VlanId, packet.Sequence, packet.Flags, packet.Payload.ToArray(),
            packet.PayloadWireLength, packet.WireLength);
    }

    public static DecodedPacket Of(byte[] data, LinkType linkType = LinkType.Ethernet, int originalLength = 0) =>
        Of(new PacketDecoder(), new Frame(data, Math.Max(originalLength, data.Length), 1, linkType));
}
