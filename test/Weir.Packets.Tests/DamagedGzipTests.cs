using System.IO.Compression;
using Weir.Packets;
using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

/// <summary>What a gzip file holds before its damage is read, to the last byte.</summary>
public class DamagedGzipTests
{
    private const int Frames = 50;

    [Fact]
    public void A_wrong_checksum_behind_the_data_costs_no_frame()
    {
        // The last byte of the data is every value once: how it got there must not matter.
        for (var last = 0; last < 256; last++)
        {
            using var reader = CaptureFileReader.Open(new MemoryStream(WithWrongChecksum((byte)last)));
            var frames = TestFrames.ReadAll(reader);
            Assert.Equal(Frames, frames.Count);
            Assert.Equal(last, frames[^1].Data[^1]);
            Assert.Equal(CaptureFileState.Damaged, reader.State);
            Assert.Contains("compressed data is damaged", reader.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Of_a_pipe_it_costs_a_few_frames_at_most()
    {
        using var reader = CaptureFileReader.Open(new DripStream(WithWrongChecksum(7)));
        Assert.InRange(TestFrames.ReadAll(reader).Count, Frames - 10, Frames);
        Assert.Equal(CaptureFileState.Damaged, reader.State);
    }

    [Fact]
    public void A_capture_within_a_larger_stream_is_read_from_where_the_stream_stands()
    {
        var stream = new MemoryStream([1, 2, 3, .. WithWrongChecksum(7)]) { Position = 3 };
        using var reader = CaptureFileReader.Open(stream);
        Assert.Equal(Frames, TestFrames.ReadAll(reader).Count);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(14)]
    public void A_head_cut_off_is_not_called_an_empty_file(int bytes)
    {
        var error = Assert.Throws<CaptureFileException>(() => CaptureFileReader.Open(new MemoryStream(WithWrongChecksum(1), 0, bytes)));
        Assert.DoesNotContain("empty", error.Message, StringComparison.Ordinal);
    }

    private static byte[] WithWrongChecksum(byte last)
    {
        var bytes = new CaptureBytes(true).PcapHeader(0xA1B2C3D4);
        for (var i = 0; i < Frames; i++) bytes.PcapRecord(1, 1, [1, 2, 3, 4, 5, 6, 7, (byte)i, (byte)(i * 31), last]);
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionMode.Compress)) gzip.Write(bytes.ToArray());
        var compressed = stream.ToArray();
        compressed[^8] ^= 0xFF;
        return compressed;
    }
}
