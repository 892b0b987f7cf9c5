using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

/// <summary>Nothing that arrives may throw, and memory stays within the limits.</summary>
public class GarbageTests
{
    private static readonly LinkType[] LinkTypes = Enum.GetValues<LinkType>();

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20_261);
        var decoder = new PacketDecoder();
        var buffer = new byte[200];
        for (var round = 0; round < 300_000; round++)
        {
            var data = buffer.AsSpan(0, random.Next(buffer.Length));
            random.NextBytes(data);
            var linkType = LinkTypes[random.Next(LinkTypes.Length)];
            // Half of the rounds get as far as IP, where the interesting fields are.
            if (linkType >= LinkType.Raw && data.Length > 0) data[0] = (byte)(random.Next(2) == 0 ? 0x45 : 0x60);
            Check(decoder, new Frame(data, random.Next(400), round, linkType));
        }
    }

    [SkippableFact]
    public void Every_prefix_and_many_mutations_of_real_frames_never_throw()
    {
        var random = new Random(7);
        var decoder = new PacketDecoder();
        string[] captures =
        [
            "pcap/zeek/traces/http/get.pcap", "pcap/zeek/traces/mpls-in-vlan.pcap", "pcap/zeek/traces/pppoe-over-qinq.pcap",
            "pcap/zeek/traces/snap-tcp.pcap", "pcap/ndpi/pcap/dns_fragmented.pcap", "pcap/zeek/traces/pbb.pcap",
            "pcap/zeek/traces/tunnels/vxlan.pcap", "pcap/zeek/traces/tunnels/geneve.pcap", "pcap/zeek/traces/erspanIII.pcap",
            "pcap/zeek/traces/tunnels/gtp/gtp8_teredo.pcap", "pcap/zeek/traces/tunnels/ayiya3.pcap",
            "pcap/zeek/traces/tunnels/gre-within-gre.pcap", "pcap/zeek/traces/tunnels/gre-pptp.pcap",
        ];
        foreach (var capture in captures)
        {
            foreach (var frame in TestFrames.ReadCapture(SharedData.Require(capture)).Take(40))
            {
                for (var length = 0; length < Math.Min(frame.Data.Length, 200); length++)
                {
                    Check(decoder, frame.Cut(length).Frame);
                    Check(decoder, (frame with { Data = frame.Data[..length] }).Frame);
                }

                for (var round = 0; round < 200; round++)
                {
                    var copy = frame.Data.ToArray();
                    for (var flips = random.Next(1, 5); flips > 0; flips--)
                        copy[random.Next(Math.Min(copy.Length, 120))] = (byte)random.Next(256);
                    Check(decoder, (frame with { Data = copy }).Frame);
                }
            }
        }
    }

    [Fact]
    public void Random_fragments_stay_within_the_limits()
    {
        var random = new Random(99);
        var limits = new FragmentLimits { MaxBytes = 200_000, MaxDatagrams = 20 };
        var decoder = new PacketDecoder(limits);
        for (var round = 0; round < 100_000; round++)
        {
            var payload = new byte[random.Next(1, 200)];
            var offset = random.Next(40) * 8 * (random.Next(10) == 0 ? 200 : 1);
            var more = random.Next(3) > 0;
            var id = (ushort)random.Next(60);
            var packet = random.Next(2) == 0
                ? PacketBuilder.Ipv4("1.1.1.1", "2.2.2.2", IpProtocol.Udp, payload, null, id, offset & 0xFFF8, more)
                : PacketBuilder.Ipv6("::1", "::2", 44, PacketBuilder.Ipv6Fragment(17, offset & 0xFFF8, more, id, payload));
            Check(decoder, new Frame(packet, packet.Length, round * 1_000_000L, LinkType.Raw));
            Assert.InRange(decoder.PendingDatagrams, 0, limits.MaxDatagrams);
            // One datagram that was handed out may still hold its buffer beside those in the table.
            Assert.InRange(decoder.FragmentBytes, 0, limits.MaxBytes);
        }

        Assert.True(decoder.Counters.FragmentsEvicted > 0);
    }

    [Fact]
    public void Random_files_behind_a_valid_magic_never_throw()
    {
        var random = new Random(4);
        byte[][] starts =
        [
            [0xA1, 0xB2, 0xC3, 0xD4], [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0xCD, 0x34],
            [0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A], [0x0A, 0x0D, 0x0D, 0x0A, 0, 0, 0, 28, 0x1A, 0x2B, 0x3C, 0x4D],
        ];
        var limits = new CaptureFileLimits { ReadBytes = 256 };
        for (var round = 0; round < 20_000; round++)
        {
            var data = new byte[random.Next(28, 600)];
            random.NextBytes(data);
            // Small numbers make lengths and types that pass the first checks.
            for (var index = 0; index < data.Length; index++)
                if (random.Next(4) > 0) data[index] = (byte)(random.Next(8) == 0 ? random.Next(64) : 0);
            starts[random.Next(starts.Length)].CopyTo(data, 0);
            using var reader = CaptureFileReader.Open(new MemoryStream(data), limits);
            while (reader.TryRead(out var frame)) Assert.True(frame.Data.Length <= frame.OriginalLength);
            Assert.NotEqual(CaptureFileState.Reading, reader.State);
            Assert.Equal(reader.State == CaptureFileState.Ended, reader.Problem is null);
        }
    }

    private static void Check(PacketDecoder decoder, in Frame frame)
    {
        var outcome = decoder.Decode(in frame, out var packet);
        Assert.True(Enum.IsDefined(outcome));
        Assert.True(packet.PayloadWireLength >= packet.Payload.Length);
        Assert.True(packet.WireLength >= 0);
    }
}
