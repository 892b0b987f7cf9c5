using Weir.Packets;

namespace Weir.Streams.Tests;

public class LifecycleTests
{
    private const TcpFlags FinAck = TcpFlags.Fin | TcpFlags.Ack;
    private const TcpFlags SynAck = TcpFlags.Syn | TcpFlags.Ack;
    private const TcpFlags RstAck = TcpFlags.Rst | TcpFlags.Ack;
    private readonly Wire _wire = new();

    [Fact]
    public void Handshake_round_trip_lasts_from_the_first_syn_to_the_completing_ack()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.NowMs = 1;
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Server(0, flags: SynAck);
        Assert.Equal(-1, _wire.Only.Connection.HandshakeRttNs);
        _wire.NowMs = 2.5;
        _wire.Client(1);

        Assert.Equal(2_500_000, _wire.Only.Connection.HandshakeRttNs);
        Assert.True(_wire.Only.Connection.HandshakeSeen);
        Assert.Equal(1, _wire.Counters.Retransmissions);
        Assert.Equal(1, _wire.Counters.ConnectionsOpened);
    }

    [Fact]
    public void A_syn_ack_seen_first_makes_its_destination_the_initiator()
    {
        _wire.Server(0, flags: SynAck);
        _wire.Client(1, "abc");

        Assert.Equal(40000, _wire.Only.Connection.InitiatorPort);
        Assert.Equal("10.0.0.1", _wire.Only.Connection.InitiatorIp.ToString());
        Assert.True(_wire.Only.Connection.HandshakeSeen);
        Assert.Equal("abc", _wire.Only.Initiator);
    }

    [Fact]
    public void Simultaneous_open_is_one_connection()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Server(0, flags: TcpFlags.Syn);
        _wire.Client(0, flags: SynAck);
        _wire.Server(0, flags: SynAck);
        _wire.Client(1, "a");
        _wire.Server(1, "b");

        Assert.Equal("a", _wire.Only.Initiator);
        Assert.Equal("b", _wire.Only.Responder);
    }

    [Theory]
    [InlineData(TcpFlags.Ack, "")]
    [InlineData(FinAck, "")]
    [InlineData(RstAck, "text")]
    [InlineData(TcpFlags.Ack, "k")]
    public void What_only_acknowledges_probes_or_ends_opens_no_connection(TcpFlags flags, string data)
    {
        _wire.Client(10, data, flags);

        Assert.Empty(_wire.Recorder.All);
        Assert.Equal(1, _wire.Counters.UnknownConnectionSegments);
    }

    [Fact]
    public void A_syn_captured_after_its_data_belongs_to_it()
    {
        _wire.Client(1, "abc");
        _wire.Client(0, flags: TcpFlags.Syn);

        Assert.Equal("abc", _wire.Only.Initiator);
        Assert.True(_wire.Only.Connection.HandshakeSeen);
        Assert.Null(_wire.Only.InitiatorEnd);
    }

    [Fact]
    public void Reset_ends_both_directions_after_what_was_buffered()
    {
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.Server(1, "", RstAck, ack: 1);

        Assert.Equal([">gap3", ">3", ">Reset", "<Reset"], _wire.Only.Log);
        Assert.Equal(1, _wire.Counters.Closed(StreamEnd.Reset));
    }

    [Fact]
    public void A_reset_far_from_the_stream_is_ignored()
    {
        _wire.Handshake();
        _wire.Client(50_000_000, "", TcpFlags.Rst);
        _wire.Client(1, "abc");

        Assert.Equal("abc", _wire.Only.Initiator);
        Assert.Equal(1, _wire.Counters.ImplausibleControls);
    }

    [Fact]
    public void A_fin_far_from_the_stream_is_ignored()
    {
        _wire.Handshake();
        _wire.Client(200_000_000, "", FinAck);
        _wire.Client(1, "abc");
        _wire.Flush();

        Assert.Equal([">3", ">CaptureEnd", "<CaptureEnd"], _wire.Only.Log);
        Assert.Equal(1, _wire.Counters.ImplausibleControls);
    }

    [Fact]
    public void A_refused_connection_ends_by_reset()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Send(false, 0, Wire.ClientIsn + 1, RstAck, []);

        Assert.Equal(StreamEnd.Reset, _wire.Only.InitiatorEnd);
        Assert.Equal(StreamEnd.Reset, _wire.Only.ResponderEnd);
    }

    [Fact]
    public void A_new_syn_on_the_same_ports_ends_the_old_connection_and_opens_one()
    {
        _wire.Handshake();
        _wire.Client(1, "old");
        _wire.Client(7_000_000, flags: TcpFlags.Syn);
        _wire.Client(7_000_001, "new");

        Assert.Equal(2, _wire.Recorder.All.Count);
        Assert.Equal([">3", ">Reused", "<Reused"], _wire.Recorder.All[0].Log);
        Assert.Equal("new", _wire.Recorder.All[1].Initiator);
        Assert.Equal(1, _wire.Counters.ConnectionsActive);
    }

    [Fact]
    public void A_closed_connection_swallows_what_comes_late()
    {
        Close();
        _wire.Client(1, "abc");
        _wire.Server(1, ack: 5);
        _wire.Client(4, "", FinAck, ack: 2);
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Server(2, "", TcpFlags.Rst);
        _wire.Client(5, "more");

        Assert.Single(_wire.Recorder.All);
        Assert.Equal(1, _wire.Counters.AfterEndSegments);
        Assert.Equal(3, _wire.Counters.Retransmissions);
    }

    [Fact]
    public void A_new_syn_opens_at_once_on_a_lingering_connection()
    {
        Close();
        _wire.Client(9999, flags: TcpFlags.Syn);
        _wire.Client(10000, "new");

        Assert.Equal(["abc", "new"], _wire.Recorder.All.Select(r => r.Initiator));
        Assert.Equal(0, _wire.Counters.Closed(StreamEnd.Reused));
    }

    [Fact]
    public void After_lingering_the_ports_are_free()
    {
        Close();
        _wire.Advance(1999);
        _wire.Client(5, "swallowed");
        _wire.NowMs = 2000;
        _wire.Client(5, "again");

        Assert.Equal(["abc", "again"], _wire.Recorder.All.Select(r => r.Initiator));
    }

    [Fact]
    public void An_idle_connection_ends_after_the_limit_and_not_before()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.NowMs = 1000;
        _wire.Client(4, "def");
        _wire.Advance(300_999);
        Assert.Null(_wire.Only.InitiatorEnd);
        _wire.Advance(301_000);

        Assert.Equal([">3", ">3", ">Idle", "<Idle"], _wire.Only.Log);
    }

    [Fact]
    public void The_least_recently_used_connection_is_evicted_at_the_limit()
    {
        var wire = new Wire(new StreamLimits { MaxConnections = 2 });
        foreach (ushort port in new ushort[] { 1, 2, 1, 3 })
        {
            wire.ClientPort = port;
            wire.Client(port == 1 ? 1u + (uint)wire.Recorder.All.Count * 2 : 1u, "ab");
        }

        Assert.Equal(new StreamEnd?[] { null, StreamEnd.Evicted, null }, wire.Recorder.All.Select(r => r.InitiatorEnd));
        Assert.Equal(1, wire.Counters.Closed(StreamEnd.Evicted));
    }

    [Fact]
    public void Connections_without_payload_are_evicted_before_those_that_talk()
    {
        var wire = new Wire(new StreamLimits { MaxConnections = 2 });
        wire.Handshake();
        wire.Client(1, "abc");
        for (ushort port = 1; port < 10; port++)
        {
            wire.ClientPort = port;
            wire.Client(0, flags: TcpFlags.Syn);
        }

        Assert.Null(wire.Recorder.All[0].InitiatorEnd);
        Assert.Equal(8, wire.Counters.Closed(StreamEnd.Evicted));
    }

    [Fact]
    public void A_clock_that_goes_back_ends_nothing_and_loses_nothing()
    {
        _wire.NowMs = 1000;
        _wire.Handshake();
        _wire.NowMs = 10;
        _wire.Client(1, "abc");
        _wire.NowMs = -3_600_000;
        _wire.Client(7, "ghi");
        _wire.Server(1, ack: 10);
        _wire.Advance(-3_600_000 + 200);

        Assert.Equal("abc___ghi", _wire.Only.Initiator);
        Assert.Null(_wire.Only.InitiatorEnd);
        _wire.Advance(-3_600_000 + 300_000);
        Assert.Equal(StreamEnd.Idle, _wire.Only.InitiatorEnd);
    }

    [Fact]
    public void A_connection_nobody_wants_is_only_counted()
    {
        _wire.Recorder.Wanted = false;
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.Client(1, "abc", FinAck);
        _wire.Server(1, "", FinAck);

        Assert.Equal(1, _wire.Counters.ConnectionsUnwanted);
        Assert.Equal(6, _wire.Counters.PayloadBytes);
        Assert.Equal(0, _wire.Counters.DeliveredBytes);
        Assert.Equal(0, _wire.Counters.BufferedBytesPeak);
        Assert.Equal(1, _wire.Counters.Closed(StreamEnd.Fin));
    }

    private void Close()
    {
        _wire.Handshake();
        _wire.Client(1, "abc", FinAck);
        _wire.Server(1, "", FinAck, ack: 5);
        _wire.Client(5, ack: 2);
        Assert.Equal([">3", ">Fin", "<Fin"], _wire.Only.Log);
    }
}
