using System.IO.Compression;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Xunit;

namespace Weir.Protocols.Tests.WebSocket;

/// <summary>The inflater against the compressor and the decompressor of the platform.</summary>
public sealed class InflaterTests
{
    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void What_was_deflated_comes_back_however_it_is_cut(CompressionLevel level)
    {
        var random = new Random(5);
        for (var run = 0; run < 60; run++)
        {
            var plain = Sample(random);
            var packed = Deflate(plain, level);
            var inflater = new Inflater();
            var output = new ByteBuffer();
            for (var at = 0; at < packed.Length;)
            {
                var length = Math.Min(packed.Length - at, 1 + random.Next(run % 2 == 0 ? 3 : 3000));
                Assert.Equal(InflateOutcome.Taken, inflater.Inflate(packed.AsSpan(at, length), output, int.MaxValue, long.MaxValue));
                at += length;
            }

            Assert.True(plain.AsSpan().SequenceEqual(output.Span));
            Assert.Equal(plain.Length, inflater.Produced);
        }
    }

    [Fact]
    public void A_final_block_does_not_end_the_stream()
    {
        var inflater = new Inflater();
        var output = new ByteBuffer();
        var packed = Deflate("once "u8.ToArray(), CompressionLevel.Optimal);
        for (var i = 0; i < 3; i++)
            Assert.Equal(InflateOutcome.Taken, inflater.Inflate(packed, output, int.MaxValue, long.MaxValue));
        Assert.Equal("once once once "u8, output.Span);
    }

    [Fact]
    public void Damaged_data_is_refused_or_read_as_the_platform_reads_it()
    {
        var random = new Random(17);
        for (var run = 0; run < 3000; run++)
        {
            var packed = Deflate(Sample(random, 400), CompressionLevel.Optimal);
            packed[random.Next(packed.Length)] ^= (byte)(1 << random.Next(8));
            var output = new ByteBuffer();
            var outcome = new Inflater().Inflate(packed, output, int.MaxValue, 1 << 20);
            if (outcome == InflateOutcome.Taken && Platform(packed) is { } expected)
                Assert.True(output.Span.StartsWith(expected));
        }
    }

    [Fact]
    public void Random_bytes_never_throw_and_stay_within_the_budget()
    {
        var random = new Random(23);
        var inflater = new Inflater();
        var output = new ByteBuffer();
        for (var run = 0; run < 5000; run++)
        {
            inflater.Reset();
            inflater.BeginMessage();
            output.Clear();
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            inflater.Inflate(bytes, output, 1000, 10_000);
            Assert.InRange(output.Length, 0, 1000);
            Assert.InRange(inflater.Produced, 0, 10_000 + (32 * 1024));
        }
    }

    [Fact]
    public void A_small_input_that_would_become_large_is_stopped()
    {
        var bomb = Deflate(new byte[20_000_000], CompressionLevel.SmallestSize);
        var inflater = new Inflater();
        var output = new ByteBuffer();
        Assert.Equal(InflateOutcome.TooMuch, inflater.Inflate(bomb, output, 100, 1_000_000));
        Assert.Equal(100, output.Length);
        Assert.InRange(inflater.Produced, 0, 1_100_000);
    }

    private static byte[]? Platform(byte[] packed)
    {
        try
        {
            using var deflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            deflate.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[] Deflate(byte[] plain, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, level, leaveOpen: true)) deflate.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Sample(Random random, int limit = 150_000)
    {
        var plain = new byte[1 + random.Next(limit)];
        var alphabet = random.Next(1, 255);
        for (var i = 0; i < plain.Length; i++) plain[i] = (byte)random.Next(alphabet);
        for (var i = random.Next(40); i > 0 && plain.Length > 10; i--)
        {
            var (from, to) = (random.Next(plain.Length), random.Next(plain.Length));
            var length = Math.Min(plain.Length - Math.Max(from, to), random.Next(40_000));
            Array.Copy(plain, from, plain, to, length);
        }

        return plain;
    }
}
