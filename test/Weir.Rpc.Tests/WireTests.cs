using System.IO.Pipelines;
using Google.Protobuf;
using Weir.Rpc.Tests.Protos;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Tests;

/// <summary>The parts of the wire by themselves, as PROTOCOL-HTTP2.md has them.</summary>
public class WireTests
{
    [Theory]
    [InlineData("1n", 0)]
    [InlineData("300m", 300)]
    [InlineData("2S", 2_000)]
    [InlineData("3M", 180_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("99999999u", 99_999)]
    public void A_timeout_is_read_in_every_unit(string text, int milliseconds)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var time));
        Assert.Equal(milliseconds, (int)time.TotalMilliseconds);
    }

    /// <summary>A tick has a hundred nanoseconds; a deadline below must not become none.</summary>
    [Fact]
    public void A_timeout_shorter_than_a_tick_is_one_all_the_same()
    {
        Assert.True(GrpcTimeout.TryParse("1n", out var time));
        Assert.Equal(TimeSpan.FromTicks(1), time);
    }

    [Theory]
    [InlineData("0S")]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("5s")]
    [InlineData("-5S")]
    [InlineData("123456789S")]
    [InlineData("5 S")]
    public void What_is_no_timeout_is_not_taken_for_one(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Theory]
    [InlineData(0, "1n")]
    [InlineData(1, "1000000n")]
    [InlineData(300, "300000u")]
    [InlineData(5_000, "5000000u")]
    [InlineData(200_000, "200000m")]
    [InlineData(1_000_000_000, "1000000S")]
    public void A_timeout_is_written_in_the_finest_unit_that_eight_digits_hold(long milliseconds, string text)
    {
        Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(GrpcTimeout.TryParse(text, out _));
    }

    [Fact]
    public void The_longest_time_is_written_too()
    {
        Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.MaxValue), out var time));
        Assert.True(time > TimeSpan.FromDays(30));
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("100%", "100%25")]
    [InlineData("Grüße\n", "Gr%C3%BC%C3%9Fe%0A")]
    [InlineData("", "")]
    public void A_status_message_is_percent_encoded_utf8(string text, string wire)
    {
        Assert.Equal(wire, StatusText.Encode(text));
        Assert.Equal(text, StatusText.Decode(wire));
    }

    [Theory]
    [InlineData("50% off", "50% off")]
    [InlineData("%", "%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    public void Broken_escapes_are_taken_as_they_stand(string wire, string text) => Assert.Equal(text, StatusText.Decode(wire));

    [Fact]
    public void Bytes_of_metadata_are_read_with_and_without_padding_and_several_in_a_field()
    {
        var metadata = new RpcMetadata();
        MetadataFields.Read("A-Bin", "AAE=,AAE,!!", metadata);
        MetadataFields.Read("grpc-status", "0", metadata);
        MetadataFields.Read("Content-Type", "application/grpc", metadata);
        MetadataFields.Read("x-text", "a,b", metadata);
        Assert.Equal(["a-bin", "a-bin", "x-text"], metadata.Select(entry => entry.Key));
        Assert.Equal([0, 1], metadata.Bytes("a-bin"));
        Assert.Equal("a,b", metadata.Text("x-text"));
    }

    [Theory]
    [InlineData("Upper", "x")]
    [InlineData("grpc-status", "0")]
    [InlineData("a-bin", "x")]
    [InlineData("a", "ü")]
    [InlineData("a", "line\n")]
    [InlineData("", "x")]
    public void What_the_wire_does_not_take_is_refused_as_metadata(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new RpcMetadata { { name, value } });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 100_000)]
    [InlineData(true, 100)]
    [InlineData(true, 100_000)]
    public async Task Messages_come_back_as_they_were_however_they_are_cut(bool gzip, int bytes)
    {
        var writer = new MessageWriter(gzip);
        var message = new Text { Number = 7, Data = ByteString.CopyFrom(new byte[bytes]) };
        var wire = writer.Frame(message).ToArray().Concat(writer.Frame(message).ToArray()).ToArray();
        foreach (var piece in new[] { 1, 3, 4096, wire.Length })
        {
            if (wire.Length / piece > 20_000) continue;
            var reader = Reader(wire, piece, "gzip");
            Assert.Equal(message, await reader.Read(Text.Parser, default));
            Assert.Equal(message, await reader.Read(Text.Parser, default));
            Assert.Null(await reader.Read(Text.Parser, default));
        }
    }

    [Theory]
    [InlineData("00000000", "Internal")]
    [InlineData("0000000005", "Internal")]
    [InlineData("0200000000", "Internal")]
    [InlineData("0000ffffff", "ResourceExhausted")]
    [InlineData("00ffffffff", "ResourceExhausted")]
    [InlineData("0000000001ff", "Internal")]
    [InlineData("0100000001ff", "Internal")]
    public async Task Bytes_that_are_no_message_end_the_call_and_nothing_else(string hex, string code)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Reader(Convert.FromHexString(hex), 64, "gzip").Read(Text.Parser, default));
        Assert.Equal(code, failure.Code.ToString());
    }

    /// <summary>A process with a pid (google.protobuf.UInt32Value) that holds a tag of zero: the library throws what it throws for no other mistake.</summary>
    [Fact]
    public async Task A_wrapper_that_is_none_is_a_broken_message_as_any_other()
    {
        byte[] wire = [0, 0, 0, 0, 7, 0x0A, 5, 0x0A, 3, 0x12, 1, 0];
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Reader(wire, 64, null).Read(Tetragon.V1.GetEventsResponse.Parser, default));
        Assert.Equal(RpcStatusCode.Internal, failure.Code);
    }

    [Theory]
    [InlineData(null, "Internal")]
    [InlineData("identity", "Internal")]
    [InlineData("snappy", "Unimplemented")]
    public async Task A_compressed_message_needs_an_encoding_that_is_known(string? encoding, string code)
    {
        var wire = new MessageWriter(gzip: true).Frame(new Text { Data = ByteString.CopyFrom(new byte[1000]) }).ToArray();
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await Reader(wire, 64, encoding).Read(Text.Parser, default));
        Assert.Equal(code, failure.Code.ToString());
    }

    private static MessageReader Reader(byte[] wire, int piece, string? encoding) =>
        new(PipeReader.Create(new PiecewiseStream(wire, piece)), encoding, maxMessageBytes: 1 << 20);

    private sealed class PiecewiseStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
