using Weir.Packets;

namespace Weir.Streams.Tests;

public class OrderTests
{
    private readonly Wire _wire = new();

    [Fact]
    public void Both_directions_of_a_whole_connection_arrive_in_order_and_end_with_fin()
    {
        _wire.Handshake();
        _wire.Client(1, "GET");
        _wire.Server(1, "OK", ack: 4);
        _wire.Server(3, "", TcpFlags.Fin | TcpFlags.Ack, ack: 4);
        _wire.Client(4, "", TcpFlags.Fin | TcpFlags.Ack, ack: 4);
        _wire.Server(4, "", ack: 5);

        Assert.Equal([">3", "<2", "<Fin", ">Fin"], _wire.Only.Log);
        Assert.Equal("GET", _wire.Only.Initiator);
        Assert.Equal("OK", _wire.Only.Responder);
        Assert.Equal(1, _wire.Counters.Closed(StreamEnd.Fin));
        Assert.Equal(0, _wire.Counters.ConnectionsActive);
        Assert.All(_wire.Counters.Losses(), loss => Assert.Equal(0, loss.Value));
    }

    [Fact]
    public void A_swapped_pair_of_segments_is_put_in_order_with_its_own_timestamps()
    {
        _wire.Handshake();
        _wire.NowMs = 1;
        _wire.Client(4, "def");
        _wire.NowMs = 2;
        _wire.Client(1, "abc");

        Assert.Equal("abcdef", _wire.Only.Initiator);
        Assert.Equal([Wire.StartNs + 2_000_000, Wire.StartNs + 1_000_000], _wire.Only.ChunkTimes);
        Assert.Equal(1, _wire.Counters.OutOfOrderSegments);
        Assert.Equal(0, _wire.Counters.Retransmissions);
        Assert.Equal(0, _wire.Counters.BufferedBytes);
    }

    [Fact]
    public void Bytes_seen_first_win_where_segments_overlap()
    {
        _wire.Handshake();
        _wire.Client(3, "CD");
        _wire.Client(1, "abxxef");

        Assert.Equal("abCDef", _wire.Only.Initiator);
    }

    [Fact]
    public void A_retransmission_is_dropped_and_counted()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Client(1, "abc");
        _wire.Client(2, "bcd");

        Assert.Equal("abcd", _wire.Only.Initiator);
        Assert.Equal(2, _wire.Only.Connection.Retransmissions);
        Assert.Equal(2, _wire.Counters.Retransmissions);
        Assert.Equal(0, _wire.Counters.DuplicateSegments);
    }

    [Fact]
    public void A_keep_alive_probe_brings_no_byte()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Client(3, "x");
        _wire.Client(3);
        _wire.Client(4, "def");

        Assert.Equal("abcdef", _wire.Only.Initiator);
        Assert.Equal(1, _wire.Counters.Probes);
        Assert.Equal(0, _wire.Counters.Retransmissions);
    }

    [Fact]
    public void Sequence_numbers_wrap()
    {
        var isn = uint.MaxValue - 3;
        _wire.Send(true, isn, 0, TcpFlags.Syn, []);
        _wire.Send(true, isn + 1, 1, TcpFlags.Ack, "ab"u8);
        _wire.Send(true, isn + 6, 1, TcpFlags.Ack, "fg"u8);
        _wire.Send(true, isn + 3, 1, TcpFlags.Ack, "cde"u8);
        _wire.Send(true, isn + 2, 1, TcpFlags.Ack, "bcdefgh"u8);

        Assert.Equal("abcdefgh", _wire.Only.Initiator);
    }

    [Fact]
    public void A_capture_that_begins_in_mid_stream_takes_the_first_payload_as_start()
    {
        _wire.Server(500, "late", ack: 30);
        _wire.Server(490, "0123456789", ack: 30);
        _wire.Client(30, "ask", ack: 504);
        _wire.Server(504, "r");

        Assert.Equal("later", _wire.Only.Initiator);
        Assert.Equal("ask", _wire.Only.Responder);
        Assert.Equal("10.0.0.2", _wire.Only.Connection.InitiatorIp.ToString());
        Assert.Equal(80, _wire.Only.Connection.InitiatorPort);
        Assert.False(_wire.Only.Connection.HandshakeSeen);
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void A_direction_first_seen_by_a_keep_alive_probe_loses_nothing()
    {
        _wire.Client(30, "ask", ack: 500);
        _wire.Server(499, ack: 33);
        _wire.Server(500, "ok", ack: 33);

        Assert.Equal("ok", _wire.Only.Responder);
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void Payload_on_the_syn_is_the_start_of_the_stream()
    {
        _wire.Client(0, "abc", TcpFlags.Syn);
        _wire.Server(0, "", TcpFlags.Syn | TcpFlags.Ack, ack: 4);
        _wire.Client(1, "abcdef");

        Assert.Equal("abcdef", _wire.Only.Initiator);
    }

    [Fact]
    public void Bytes_that_the_capture_cut_off_are_a_gap_behind_the_captured_ones()
    {
        _wire.Handshake();
        _wire.Client(1, "abc", wireLength: 5);
        _wire.Client(9, "ij", wireLength: 3);
        _wire.Client(6, "fgh");

        Assert.Equal("abc__fghij_", _wire.Only.Initiator);
        Assert.Equal([2, 1], _wire.Only.Gaps);
        Assert.Equal(3, _wire.Only.Connection.GapBytes);
        Assert.Equal(3, _wire.Counters.CutBytes);
    }

    [Fact]
    public void Ipv6_and_ipv4_connections_on_the_same_ports_are_apart()
    {
        _wire.Handshake();
        _wire.Client(1, "four");
        _wire.ClientIp = "2001:db8::1";
        _wire.ServerIp = "2001:db8::2";
        _wire.Handshake();
        _wire.Client(1, "six");

        Assert.Equal(["four", "six"], _wire.Recorder.All.Select(r => r.Initiator));
    }
}
