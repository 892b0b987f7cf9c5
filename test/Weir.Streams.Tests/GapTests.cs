using Weir.Packets;

namespace Weir.Streams.Tests;

public class GapTests
{
    private readonly Wire _wire = new();

    [Fact]
    public void What_was_missed_before_the_first_segment_of_a_direction_is_a_gap_when_the_other_side_waited_for_it()
    {
        _wire.Client(30, "ask", ack: 500);
        _wire.Server(510, "late", ack: 33);
        _wire.Client(33, ack: 514);
        _wire.Advance(300);

        Assert.Equal("__________late", _wire.Only.Responder);
    }

    [Theory]
    [InlineData(505u)] // Acknowledges what comes only now: the interfaces are read in turn.
    [InlineData(2_000_000_000u)] // Nonsense.
    public void An_acknowledgment_that_cannot_be_where_a_direction_starts_is_not_believed(uint ack)
    {
        _wire.Client(30, "ask", ack: ack);
        _wire.Server(500, "early", ack: 33);
        _wire.Flush();

        Assert.Equal("early", _wire.Only.Responder);
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void An_acknowledged_hole_is_told_after_the_delay_and_data_goes_on()
    {
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.Server(1, ack: 7);
        Assert.Empty(_wire.Only.Log);
        _wire.Advance(199);
        Assert.Empty(_wire.Only.Log);
        _wire.Advance(200);

        Assert.Equal("___def", _wire.Only.Initiator);
        _wire.Client(7, "ghi");
        Assert.Equal("___defghi", _wire.Only.Initiator);
        Assert.Equal(3, _wire.Only.Connection.GapBytes);
        Assert.Equal(1, _wire.Counters.Gaps);
    }

    [Fact]
    public void A_hole_that_is_not_acknowledged_waits_for_the_retransmission()
    {
        _wire.Handshake();
        for (uint i = 0; i < 20; i++) _wire.Client(4 + i, "d");
        _wire.Server(1, ack: 1);
        _wire.Advance(5000);
        Assert.Empty(_wire.Only.Log);
        _wire.Client(1, "abc");

        Assert.Equal("abc" + new string('d', 20), _wire.Only.Initiator);
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void Enough_segments_after_the_ack_tell_the_gap_without_delay()
    {
        _wire.Handshake();
        _wire.Client(4, "d");
        _wire.Server(1, ack: 5);
        for (uint i = 0; i < 7; i++) _wire.Client(5 + i, "e");
        Assert.Empty(_wire.Only.Log);
        _wire.Client(12, "e");

        Assert.Equal("___deeeeeeee", _wire.Only.Initiator);
    }

    [Fact]
    public void An_ack_captured_before_its_data_makes_no_gap()
    {
        _wire.Handshake();
        _wire.Server(1, ack: 7);
        _wire.NowMs = 3;
        _wire.Client(4, "def");
        _wire.Client(1, "abc");

        Assert.Equal("abcdef", _wire.Only.Initiator);
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void Acknowledged_bytes_that_never_came_are_a_gap_with_nothing_buffered()
    {
        _wire.Handshake();
        _wire.Server(1, "reply", ack: 101);
        _wire.Advance(200);

        Assert.Equal(["<5", ">gap100"], _wire.Only.Log);
    }

    [Fact]
    public void Data_behind_a_hole_acknowledged_earlier_tells_the_gap_at_once()
    {
        _wire.Handshake();
        _wire.Server(1, "reply", ack: 101);
        _wire.NowMs = 50;
        _wire.Client(101, "next");

        Assert.Equal(["<5", ">gap100", ">4"], _wire.Only.Log);
    }

    [Fact]
    public void One_acknowledged_byte_without_data_is_a_missed_fin_and_no_gap()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Server(1, ack: 5);
        _wire.Advance(1000);
        _wire.Flush();

        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void A_capture_of_one_direction_tells_gaps_by_delay_alone()
    {
        _wire.Client(1, "abc");
        _wire.Client(7, "ghi");
        _wire.Advance(200);

        Assert.Equal("abc___ghi", _wire.Only.Initiator);
    }

    [Fact]
    public void A_segment_after_its_gap_is_late_and_not_handed_over()
    {
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.Server(1, ack: 7);
        _wire.Advance(200);
        _wire.Client(1, "abc");

        Assert.Equal("___def", _wire.Only.Initiator);
        Assert.Equal(1, _wire.Counters.LateSegments);
        Assert.Equal(0, _wire.Counters.Retransmissions);
    }

    [Fact]
    public void A_full_direction_tells_its_first_hole()
    {
        var wire = new Wire(new StreamLimits { MaxPendingBytesPerDirection = 10 });
        wire.Handshake();
        wire.Client(3, "cccc");
        wire.Client(9, "iiii");
        wire.Client(13, "mmmm");

        Assert.Equal("__cccc", wire.Only.Initiator);
        Assert.Equal(1, wire.Counters.BufferLimitGaps);
        wire.Client(7, "gg");
        Assert.Equal("__ccccggiiiimmmm", wire.Only.Initiator);
    }

    [Fact]
    public void A_full_direction_does_not_lose_a_segment_that_comes_before_the_buffered_ones()
    {
        var wire = new Wire(new StreamLimits { MaxPendingSegmentsPerDirection = 1 });
        wire.Handshake();
        wire.Client(9, "i");
        wire.Client(4, "d");

        Assert.Equal("___d", wire.Only.Initiator);
        wire.Flush();
        Assert.Equal("___d____i", wire.Only.Initiator);
    }

    [Fact]
    public void A_segment_larger_than_the_limit_passes_with_a_gap_before_it()
    {
        var wire = new Wire(new StreamLimits { MaxPendingBytesPerDirection = 3 });
        wire.Handshake();
        wire.Client(3, "cdefgh");

        Assert.Equal("__cdefgh", wire.Only.Initiator);
    }

    [Fact]
    public void A_full_pool_gives_up_the_oldest_hole_of_any_connection()
    {
        var wire = new Wire(new StreamLimits { MaxPendingBytes = 4096 });
        for (ushort port = 1; port <= 3; port++)
        {
            wire.ClientPort = port;
            wire.Handshake();
            wire.Client(4, "def");
        }

        Assert.Equal(["___def", "", ""], wire.Recorder.All.Select(r => r.Initiator));
        Assert.Equal(4096, wire.Counters.BufferedBytes);
        Assert.Equal(4096, wire.Counters.BufferedBytesPeak);
    }

    [Fact]
    public void Fin_waits_for_the_bytes_before_it()
    {
        _wire.Handshake();
        _wire.Client(4, "def", TcpFlags.Fin | TcpFlags.Ack);
        Assert.Empty(_wire.Only.Log);
        _wire.Client(1, "abc");

        Assert.Equal([">3", ">3", ">Fin"], _wire.Only.Log);
    }

    [Fact]
    public void Fin_behind_a_lost_segment_ends_the_direction_after_the_gap()
    {
        _wire.Handshake();
        _wire.Client(4, "", TcpFlags.Fin | TcpFlags.Ack);
        _wire.Server(1, ack: 5);
        _wire.Advance(200);

        Assert.Equal([">gap3", ">Fin"], _wire.Only.Log);
    }

    [Fact]
    public void Flush_tells_gaps_then_bytes_then_the_end_of_both_directions()
    {
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.Server(3, "cd");
        _wire.Flush();

        Assert.Equal([">gap3", ">3", "<gap2", "<2", ">CaptureEnd", "<CaptureEnd"], _wire.Only.Log);
        Assert.Equal(0, _wire.Counters.ConnectionsActive);
        Assert.Equal(0, _wire.Counters.BufferedBytes);
    }

    [Fact]
    public void A_jump_beyond_the_window_is_believed_once_several_segments_agree()
    {
        _wire.Handshake();
        for (uint i = 0; i < 4; i++) _wire.Client(1_000_000_001 + i, "x");

        Assert.Equal([1_000_000_003L], _wire.Only.Gaps);
        Assert.Equal(3, _wire.Counters.ImplausibleSegments);
        _wire.Client(1_000_000_005, "y");
        Assert.Equal([">gap1000000003", ">1", ">1"], _wire.Only.Log);
    }

    [Fact]
    public void A_stray_segment_far_from_the_stream_changes_nothing()
    {
        _wire.Handshake();
        _wire.Client(2_000_000_000, "forged");
        _wire.Client(1, "abc");
        _wire.Flush();

        Assert.Equal("abc", _wire.Only.Initiator);
        Assert.Equal(1, _wire.Counters.ImplausibleSegments);
        Assert.Empty(_wire.Only.Gaps);
    }
}
