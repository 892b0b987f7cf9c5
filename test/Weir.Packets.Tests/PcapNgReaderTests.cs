using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

public class PcapNgReaderTests
{
    private static readonly byte[] Data = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packets_of_several_interfaces_in_both_byte_orders(bool bigEndian)
    {
        var file = new CaptureBytes(bigEndian).Section()
            .Interface(1, b => b.Option(2, "eth0"u8.ToArray()).Option(9, 9).Option(0))
            .Packet(0, 0x1_0000_0002, Data, 60)
            .Interface(113, b => b.Option(2, "any"u8.ToArray()))
            .Packet(1, 42, [])
            .Packet(0, 7, Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal([(0x1_0000_0002, 0, LinkType.Ethernet), (42_000, 1, LinkType.LinuxSll), (7, 0, LinkType.Ethernet)],
            frames.Select(frame => (frame.TimestampNs, frame.InterfaceId, frame.LinkType)));
        Assert.Equal((60, Data.Length), (frames[0].OriginalLength, frames[0].Data.Length));
        Assert.Equal(["eth0", "any"], reader.Interfaces.Select(i => i.Name));
        Assert.Equal((CaptureFileState.Ended, CaptureFileFormat.PcapNg), (reader.State, reader.Format));
    }

    [Theory]
    [InlineData(0, 5, 5_000_000_000)]
    [InlineData(3, 5, 5_000_000)]
    [InlineData(6, 5, 5_000)]
    [InlineData(9, 5, 5)]
    [InlineData(12, 5_999, 5)]
    [InlineData(19, 50_000_000_000, 5)]
    [InlineData(0x80, 5, 5_000_000_000)]
    [InlineData(0x8A, 1536, 1_500_000_000)]
    [InlineData(0xA0, 0x1_8000_0000, 1_500_000_000)]
    [InlineData(0xBF, 0x4000_0000_0000_0000, 500_000_000)]
    public void Every_kind_of_timestamp_resolution(byte code, long timestamp, long expectedNs)
    {
        var file = new CaptureBytes(false).Section().Interface(1, b => b.Option(9, code)).Packet(0, (ulong)timestamp, Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(expectedNs, frame.TimestampNs);
    }

    [Fact]
    public void No_resolution_or_offset_makes_reading_throw()
    {
        for (var code = 0; code < 256; code++)
        {
            var file = new CaptureBytes(false).Section()
                .Interface(1, b => b.Option(9, (byte)code).Option(14, 255, 255, 255, 255, 255, 255, 255, 127))
                .Packet(0, ulong.MaxValue, Data);
            using var reader = CaptureFileReader.Open(file.ToStream());
            Assert.True(reader.TryRead(out _));
        }
    }

    [Fact]
    public void A_timestamp_offset_is_added()
    {
        var file = new CaptureBytes(true).Section().Interface(1, b => b.Option(14, 0, 0, 0, 0, 0, 0, 0, 10)).Packet(0, 1, Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(10_000_001_000, frame.TimestampNs);
    }

    [Fact]
    public void Sections_may_change_the_byte_order_and_number_interfaces_anew()
    {
        var first = new CaptureBytes(false).Section().Interface(1, b => b.Option(2, "a"u8.ToArray())).Packet(0, 1, Data);
        var second = new CaptureBytes(true).Section().Interface(101, b => b.Option(2, "b"u8.ToArray())).Packet(0, 2, Data);
        using var reader = CaptureFileReader.Open(new MemoryStream([.. first.ToArray(), .. second.ToArray()]));
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal([(1_000, 0, LinkType.Ethernet), (2_000, 1, LinkType.Raw)],
            frames.Select(frame => (frame.TimestampNs, frame.InterfaceId, frame.LinkType)));
        Assert.Equal(["a", "b"], reader.Interfaces.Select(i => i.Name));
    }

    [Fact]
    public void Simple_and_obsolete_packet_blocks()
    {
        var file = new CaptureBytes(false).Section().Interface(1, snapLength: 4)
            .Block(2, b => b.U16(0).U16(9).U32(0).U32(8).U32(5).U32(50).Raw(Data))
            .Block(3, b => b.U32(50).Raw(1, 2, 3, 4))
            .Block(3, b => b.U32(3).Raw(1, 2, 3));
        using var reader = CaptureFileReader.Open(file.ToStream());
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal([(5, 50, 8_000), (4, 50, 8_000), (3, 0, 8_000)],
            frames.Select((frame, i) => (frame.Data.Length, i == 2 ? 0 : frame.OriginalLength, frame.TimestampNs)));
    }

    [Fact]
    public void Other_blocks_are_skipped_however_large()
    {
        var file = new CaptureBytes(false).Section().Interface(1)
            .Block(4, b => b.Raw(new byte[33])).Block(5, b => b.U32(0)).Block(0xBAD, b => b.Raw(new byte[300_000]))
            .Packet(0, 1, Data).Block(0x8000_0001, b => b.Raw(new byte[8]));
        using var reader = CaptureFileReader.Open(file.ToStream(), new CaptureFileLimits { MaxBlockBytes = 4096, ReadBytes = 128 });
        Assert.Single(TestFrames.ReadAll(reader));
        Assert.Equal(CaptureFileState.Ended, reader.State);
    }

    [Fact]
    public void A_file_cut_anywhere_gives_the_packets_before_and_says_so()
    {
        var head = new CaptureBytes(false).Section().Interface(1).ToArray().Length;
        var whole = new CaptureBytes(false).Section().Interface(1).Packet(0, 1, Data).Packet(0, 2, Data).ToArray();
        for (var length = 12; length < whole.Length; length++)
        {
            using var reader = CaptureFileReader.Open(new MemoryStream(whole, 0, length));
            Assert.Equal(Math.Max(0, length - head) / 40, TestFrames.ReadAll(reader).Count);
            var atBlock = length == 28 || (length >= head && (length - head) % 40 == 0);
            Assert.Equal(!atBlock, reader.Truncated);
        }
    }

    [Fact]
    public void Contradictions_are_damage_and_say_what_was_seen()
    {
        AssertDamaged("unknown interface 1", b => b.Packet(1, 1, Data));
        AssertDamaged("claims 8 bytes", b => b.U32(6).U32(8).U32(8));
        AssertDamaged("claims 13 bytes", b => b.U32(6).U32(13).Raw(new byte[20]));
        AssertDamaged("claims 4294967292 bytes", b => b.U32(6).U32(0xFFFF_FFFC).Raw(new byte[20]));
        AssertDamaged("another length", b => b.U32(6).U32(12).U32(16));
        AssertDamaged("another length", b => b.U32(99).U32(12).U32(16));
        AssertDamaged("claims 900 captured", b => b.Block(6, p => p.U32(0).U64(0).U32(900).U32(900).Raw(Data)));
        AssertDamaged("too short", b => b.Block(6, p => p.U32(0)));
        AssertDamaged("too short", b => b.Block(3, _ => { }));
        AssertDamaged("too short", b => b.Block(1, _ => { }));
        AssertDamaged("byte-order magic", b => b.Block(0x0A0D0D0A, p => p.U32(5).U16(1).U16(0).U64(-1)));
        AssertDamaged("before any interface", b => b.Section().Block(3, p => p.U32(1)));

        static void AssertDamaged(string expected, Action<CaptureBytes> add)
        {
            var file = new CaptureBytes(false).Section().Interface(1);
            add(file);
            using var reader = CaptureFileReader.Open(file.ToStream());
            Assert.False(reader.TryRead(out _));
            Assert.Equal(CaptureFileState.Damaged, reader.State);
            Assert.Contains(expected, reader.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Interfaces_are_limited()
    {
        var file = new CaptureBytes(false).Section().Interface(1).Interface(1).Interface(1);
        using var reader = CaptureFileReader.Open(file.ToStream(), new CaptureFileLimits { MaxInterfaces = 2 });
        Assert.False(reader.TryRead(out _));
        Assert.Contains("more than 2 interfaces", reader.Problem, StringComparison.Ordinal);
    }
}
