using System.IO.Compression;
using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

public class PcapReaderTests
{
    private static readonly byte[] Data = [1, 2, 3, 4, 5];

    [Theory]
    [InlineData(false, 0xA1B2C3D4, 7_000_000_042_000)]
    [InlineData(true, 0xA1B2C3D4, 7_000_000_042_000)]
    [InlineData(false, 0xA1B23C4D, 7_000_000_000_042)]
    [InlineData(true, 0xA1B23C4D, 7_000_000_000_042)]
    public void Both_byte_orders_and_resolutions(bool bigEndian, uint magic, long expectedNs)
    {
        var file = new CaptureBytes(bigEndian).PcapHeader(magic, 113).PcapRecord(7_000, 42, Data, 99).PcapRecord(8, 1, []);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(Data, frame.Data.ToArray());
        Assert.Equal((99, expectedNs, LinkType.LinuxSll), (frame.OriginalLength, frame.TimestampNs, frame.LinkType));
        Assert.True(reader.TryRead(out frame));
        Assert.Equal(0, frame.Data.Length);
        Assert.False(reader.TryRead(out _));
        Assert.Equal((CaptureFileState.Ended, 2), (reader.State, reader.FrameCount));
        Assert.Null(reader.Problem);
        Assert.Equal(new CaptureInterface("", LinkType.LinuxSll, 65_535), Assert.Single(reader.Interfaces));
        Assert.Equal(CaptureFileFormat.Pcap, reader.Format);
    }

    [Fact]
    public void The_modified_format_has_longer_record_headers()
    {
        var file = new CaptureBytes(false).PcapHeader(0xA1B2CD34)
            .U32(1).U32(2).U32(5).U32(5).U32(3).U16(0x800).Raw(0, 0).Raw(Data)
            .U32(2).U32(2).U32(5).U32(5).U32(3).U16(0x800).Raw(0, 0).Raw(Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal(2, frames.Count);
        Assert.Equal(Data, frames[1].Data);
    }

    [Fact]
    public void Lengths_that_an_old_writer_swapped_are_put_right()
    {
        var file = new CaptureBytes(false).PcapHeader(0xA1B2C3D4, minor: 3).U32(1).U32(0).U32(99).U32(5).Raw(Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal((5, 99), (frame.Data.Length, frame.OriginalLength));
    }

    [Fact]
    public void A_frame_check_sequence_length_is_no_part_of_the_link_type()
    {
        var file = new CaptureBytes(false).PcapHeader(0xA1B2C3D4, 0x44000001).PcapRecord(1, 1, Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.True(reader.TryRead(out var frame));
        Assert.Equal(LinkType.Ethernet, frame.LinkType);
    }

    [Fact]
    public void A_file_cut_anywhere_gives_the_packets_before_and_says_so()
    {
        var whole = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).PcapRecord(1, 1, Data).PcapRecord(2, 1, Data).ToArray();
        for (var length = 24; length < whole.Length; length++)
        {
            using var reader = CaptureFileReader.Open(new MemoryStream(whole, 0, length));
            Assert.Equal((length - 24) / 21, TestFrames.ReadAll(reader).Count);
            Assert.Equal((length - 24) % 21 != 0, reader.Truncated);
            if (reader.Truncated) Assert.Contains("ends within a packet", reader.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_impossible_length_is_damage()
    {
        var file = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).PcapRecord(1, 1, Data).U32(1).U32(1).U32(0xFFFF_FFFF).U32(0);
        using var reader = CaptureFileReader.Open(file.ToStream());
        Assert.Single(TestFrames.ReadAll(reader));
        Assert.Equal(CaptureFileState.Damaged, reader.State);
        Assert.Contains("4294967295", reader.Problem, StringComparison.Ordinal);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void A_length_alone_claims_no_memory()
    {
        var file = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).U32(1).U32(1).U32(15 << 20).U32(15 << 20).Raw(Data);
        using var reader = CaptureFileReader.Open(file.ToStream());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(reader.TryRead(out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.True(reader.Truncated);
    }

    [Fact]
    public void Packets_larger_than_the_buffer_and_reads_of_one_byte()
    {
        var large = new byte[70_000];
        new Random(1).NextBytes(large);
        var file = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).PcapRecord(1, 1, Data).PcapRecord(1, 1, large).PcapRecord(1, 1, Data);
        using var reader = CaptureFileReader.Open(new DripStream(file.ToArray()), new CaptureFileLimits { ReadBytes = 64 });
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal([5, 70_000, 5], frames.Select(frame => frame.Data.Length));
        Assert.Equal(large, frames[1].Data);
    }

    [Fact]
    public void Gzip_is_opened_on_the_fly_even_from_a_pipe()
    {
        var plain = new CaptureBytes(true).PcapHeader(0xA1B2C3D4).PcapRecord(1, 1, Data).PcapRecord(2, 1, Data).ToArray();
        using var reader = CaptureFileReader.Open(new DripStream(Gzip(plain)));
        Assert.True(reader.IsCompressed);
        Assert.Equal(2, TestFrames.ReadAll(reader).Count);
        Assert.Equal(CaptureFileState.Ended, reader.State);
    }

    [Fact]
    public void A_gzip_file_cut_short_or_damaged_ends_in_a_described_state()
    {
        var bytes = new CaptureBytes(false).PcapHeader(0xA1B2C3D4);
        var random = new Random(5);
        var noise = new byte[1000];
        for (var i = 0; i < 200; i++)
        {
            random.NextBytes(noise);
            bytes.PcapRecord(1, 1, noise);
        }

        var whole = Gzip(bytes.ToArray());
        using var cut = CaptureFileReader.Open(new MemoryStream(whole, 0, whole.Length / 2));
        Assert.InRange(TestFrames.ReadAll(cut).Count, 1, 199);
        Assert.True(cut.State is CaptureFileState.CutShort or CaptureFileState.Damaged);
        Assert.NotNull(cut.Problem);
        whole[^6] ^= 0xFF;
        using var damaged = CaptureFileReader.Open(new MemoryStream(whole));
        TestFrames.ReadAll(damaged);
        Assert.Equal(CaptureFileState.Damaged, damaged.State);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("GET / HTTP/1.1\r\n", "the bytes 474554")]
    [InlineData("hello, I am text", "the text \"hello, I am text\"")]
    [InlineData("PK\u0003\u0004", "ZIP")]
    [InlineData("version https://git-lfs.github.com/spec/v1", "Git LFS")]
    public void What_is_no_capture_file_is_described(string content, string expected)
    {
        var stream = new MemoryStream(System.Text.Encoding.Latin1.GetBytes(content));
        var error = Assert.Throws<CaptureFileException>(() => CaptureFileReader.Open(stream));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.False(stream.CanRead);
    }

    [Fact]
    public void A_header_cut_short_is_described()
    {
        var header = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).ToArray();
        var error = Assert.Throws<CaptureFileException>(() => CaptureFileReader.Open(new MemoryStream(header, 0, 23)));
        Assert.Contains("ends after 23", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_of_something_else_is_described()
    {
        var error = Assert.Throws<CaptureFileException>(() => CaptureFileReader.Open(new MemoryStream(Gzip("some text"u8.ToArray()))));
        Assert.Contains("some text", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CaptureFileException>(() => CaptureFileReader.Open(new MemoryStream([0x1F, 0x8B, 9, 9, 9, 9, 9, 9, 9, 9, 9])));
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_can_be_left_open()
    {
        var stream = new CaptureBytes(false).PcapHeader(0xA1B2C3D4).ToStream();
        CaptureFileReader.Open(stream, leaveOpen: true).Dispose();
        Assert.True(stream.CanRead);
        stream.Position = 0;
        CaptureFileReader.Open(stream).Dispose();
        Assert.False(stream.CanRead);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionMode.Compress)) gzip.Write(plain);
        return stream.ToArray();
    }
}

/// <summary>A pipe whose writer flushes every byte.</summary>
internal sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));

    public override int Read(Span<byte> buffer) => base.Read(buffer.IsEmpty ? buffer : buffer[..1]);
}
