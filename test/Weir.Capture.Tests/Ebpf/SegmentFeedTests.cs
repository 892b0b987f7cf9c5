using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux.Bpf;
using Weir.Packets;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class SegmentFeedTests
{
    private const uint OwnNamespace = 100;

    private readonly SegmentFeed _feed = new(new ProcessTable("/nowhere"), new KernelClock(), OwnNamespace);
    private readonly Segments _seen = new();

    [Fact]
    public void Sent_bytes_go_from_local_to_remote_and_received_ones_back()
    {
        Take(Data(EventDirection.Sent), "hello");
        Take(Data(EventDirection.Received), "world");
        Assert.Equal("10.0.0.1:1000>10.0.0.2:80 seq 7 ack 9 hello/5 Sender scope 0", _seen.Lines[0]);
        Assert.Equal("10.0.0.2:80>10.0.0.1:1000 seq 7 ack 9 world/5 Receiver scope 0", _seen.Lines[1]);
    }

    [Fact]
    public void What_an_event_left_out_is_told_later_so_that_another_may_bring_it()
    {
        Take(Data(EventDirection.Sent) with { Total = 12 }, "hello");
        Assert.Single(_seen.Lines);
        _feed.TellMissing(long.MaxValue, _seen);
        Assert.Equal("10.0.0.1:1000>10.0.0.2:80 seq 12 ack 9 /7 Sender scope 0", _seen.Lines[1]);
    }

    [Fact]
    public void A_reset_waits_for_what_can_still_be_read()
    {
        Take(Data(EventDirection.Received) with { Kind = EventKind.Fin, Flags = EventFlags.Reset }, "");
        Take(Data(EventDirection.Received) with { Seq = 3 }, "late");
        _feed.TellMissing(long.MaxValue, _seen);
        Assert.Contains("late", _seen.Lines[0], StringComparison.Ordinal);
        Assert.Equal(TcpFlags.Rst | TcpFlags.Ack, _seen.Flags[1]);
    }

    [Fact]
    public void An_opening_becomes_a_handshake_with_the_round_trip_that_the_kernel_measured()
    {
        Take(Data(EventDirection.Sent) with { Kind = EventKind.Open, Role = EventRole.Client, Total = 1500, Seq = 1001, Ack = 5001 }, "");
        Assert.Equal([TcpFlags.Syn, TcpFlags.Syn | TcpFlags.Ack, TcpFlags.Ack], _seen.Flags);
        Assert.Equal([1000u, 5000u, 1001u], _seen.Sequences);
        Assert.Equal(1_500_000, _seen.Times[2] - _seen.Times[0]);
        Assert.StartsWith("10.0.0.1:1000>", _seen.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_measured_round_trip_none_is_made_up()
    {
        Take(Data(EventDirection.Sent) with { Kind = EventKind.Open, Role = EventRole.Server, Total = 40, Seq = 5001, Ack = 1001 }, "");
        Assert.Equal([TcpFlags.Syn | TcpFlags.Ack], _seen.Flags);
        Assert.Equal([5000u], _seen.Sequences);
        Assert.StartsWith("10.0.0.1:1000>", _seen.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Loopback_of_another_namespace_is_another_connection()
    {
        Take(Loopback(OwnNamespace), "a");
        Take(Loopback(200), "b");
        Take(Loopback(201), "c");
        Take(Loopback(200), "d");
        Assert.Equal(["0", "1", "2", "1"], _seen.Lines.Select(line => line[(line.LastIndexOf(' ') + 1)..]));
    }

    [Fact]
    public void Addresses_that_lead_elsewhere_mean_the_same_in_every_namespace()
    {
        Take(Data(EventDirection.Sent) with { Netns = 200 }, "a");
        Take(Data(EventDirection.Sent) with { Netns = 201 }, "b");
        Assert.All(_seen.Lines, line => Assert.EndsWith("scope 0", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(EventHeader.Bytes - 1)]
    public void A_record_that_is_too_short_is_counted(int length)
    {
        _feed.Take(new byte[length], _seen);
        Assert.Equal(1, _feed.Malformed);
        Assert.Empty(_seen.Lines);
    }

    [Fact]
    public void A_record_that_claims_more_than_it_holds_is_counted()
    {
        var header = Data(EventDirection.Sent) with { Captured = 6 };
        _feed.Take(Record(header, "hello"), _seen);
        Assert.Equal(1, _feed.Malformed);
    }

    private static EventHeader Data(EventDirection direction)
    {
        var header = new EventHeader
        {
            Kind = EventKind.Data, Direction = direction, Flags = EventFlags.Sequence, LocalPort = 1000, RemotePort = 80, Seq = 7, Ack = 9,
            Netns = OwnNamespace,
        };
        Address(header.LocalAddress[..], 10, 1);
        Address(header.RemoteAddress[..], 10, 2);
        return header;
    }

    private static EventHeader Loopback(uint netns)
    {
        var header = Data(EventDirection.Sent) with { Netns = netns };
        Address(header.LocalAddress[..], 127, 1);
        Address(header.RemoteAddress[..], 127, 1);
        return header;
    }

    private static void Address(Span<byte> to, byte first, byte last)
    {
        to.Clear();
        (to[10], to[11], to[12], to[15]) = (0xff, 0xff, first, last);
    }

    private void Take(EventHeader header, string data)
    {
        if (header.Kind == EventKind.Data)
        {
            header.Captured = (uint)data.Length;
            if (header.Total == 0) header.Total = header.Captured;
        }

        _feed.Take(Record(header, data), _seen);
    }

    private static byte[] Record(EventHeader header, string data) =>
        [.. MemoryMarshal.AsBytes(new ReadOnlySpan<EventHeader>(in header)), .. Encoding.ASCII.GetBytes(data)];

    private sealed class Segments : ISegmentSink
    {
        public List<string> Lines { get; } = [];

        public List<TcpFlags> Flags { get; } = [];

        public List<uint> Sequences { get; } = [];

        public List<long> Times { get; } = [];

        public void OnSegment(in PacketView segment)
        {
            Flags.Add(segment.Flags);
            Sequences.Add(segment.Sequence);
            Times.Add(segment.TimestampNs);
            Lines.Add($"{segment.Source}:{segment.SourcePort}>{segment.Destination}:{segment.DestinationPort} seq {segment.Sequence} ack {segment.Acknowledgment} "
                + $"{Encoding.ASCII.GetString(segment.Payload)}/{segment.PayloadWireLength} {segment.Origin} scope {segment.Scope}");
        }

        public void OnFrame(in Frame frame) => throw new InvalidOperationException("there are no frames at sockets");

        public void OnIdle(long nowNs)
        {
            // Time is of no interest here.
        }
    }
}
