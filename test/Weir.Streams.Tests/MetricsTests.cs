using Weir.Packets;

namespace Weir.Streams.Tests;

/// <summary>What is counted of a connection and its directions.</summary>
public class MetricsTests
{
    private const TcpFlags FinAck = TcpFlags.Fin | TcpFlags.Ack;
    private readonly Wire _wire = new();

    private DirectionCounters Client => _wire.Only.Connection.FromInitiator;

    private DirectionCounters Server => _wire.Only.Connection.FromResponder;

    [Fact]
    public void Packets_and_bytes_count_per_direction()
    {
        _wire.Handshake();
        _wire.Client(1, "GET");
        _wire.Server(1, "HELLO", ack: 4);
        _wire.Client(4, ack: 6);

        Assert.Equal((4, 3), (Client.Packets, Client.Bytes));
        Assert.Equal((2, 5), (Server.Packets, Server.Bytes));
        Assert.Equal((0, 0), (Client.Copies, Server.Copies));
    }

    [Fact]
    public void Bytes_sent_again_count_as_retransmitted_only()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.NowMs = 200;
        _wire.Client(1, "abcd");

        Assert.Equal(4, Client.Bytes);
        Assert.Equal((1, 3), (Client.Retransmissions, Client.RetransmittedBytes));
        Assert.Equal(1, _wire.Only.Connection.Retransmissions);
        Assert.Equal(0, Server.Retransmissions);
    }

    [Fact]
    public void Syn_and_fin_sent_again_are_retransmissions()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.NowMs = 1000;
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Server(0, flags: TcpFlags.Syn | TcpFlags.Ack);
        _wire.Client(1);
        _wire.Client(1, flags: FinAck);
        _wire.NowMs = 1200;
        _wire.Client(1, flags: FinAck);

        Assert.Equal((2, 1, 0), (Client.Retransmissions, Client.SynRetransmissions, Client.RetransmittedBytes));
        Assert.Equal((0, 0), (Server.Retransmissions, Server.SynRetransmissions));
    }

    [Fact]
    public void A_fin_sent_again_with_its_data_is_one_retransmission()
    {
        _wire.Handshake();
        _wire.Client(1, "end", FinAck);
        _wire.NowMs = 200;
        _wire.Client(1, "end", FinAck);

        Assert.Equal((1, 3), (Client.Retransmissions, Client.RetransmittedBytes));
    }

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(2.9, 0, 1)]
    [InlineData(60, 1, 0)]
    public void A_hole_filled_later_than_reordering_explains_was_sent_again(double afterMs, int sentAgain, int reordered)
    {
        _wire.Handshake();
        _wire.Client(4, "def");
        _wire.NowMs = afterMs;
        _wire.Client(1, "abc");

        Assert.Equal("abcdef", _wire.Only.Initiator);
        Assert.Equal((sentAgain, reordered), (Client.Retransmissions, Client.OutOfOrder));
    }

    [Fact]
    public void On_a_slow_path_reordering_may_take_a_round_trip()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Server(0, flags: TcpFlags.Syn | TcpFlags.Ack);
        _wire.NowMs = 100;
        _wire.Client(1);
        _wire.Client(4, "def");
        _wire.NowMs = 160;
        _wire.Client(1, "abc");

        Assert.Equal((0, 1), (Client.Retransmissions, Client.OutOfOrder));
    }

    [Fact]
    public void Each_announcement_of_a_zero_window_counts_for_its_sender()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Window = 0;
        _wire.Server(1, ack: 4);
        _wire.Server(1, ack: 4);
        _wire.Server(1, "", TcpFlags.Rst | TcpFlags.Ack, ack: 4);

        Assert.Equal((0, 2), (Client.ZeroWindows, Server.ZeroWindows));
    }

    [Fact]
    public void The_reset_counts_for_its_sender_and_ends_the_connection()
    {
        _wire.Handshake();
        _wire.Server(1, "", TcpFlags.Rst);
        _wire.Server(1, "", TcpFlags.Rst);

        Assert.Equal((0, 2), (Client.Resets, Server.Resets));
        Assert.Equal(StreamEnd.Reset, _wire.Only.Connection.End);
    }

    [Fact]
    public void A_forged_reset_does_not_count()
    {
        _wire.Handshake();
        _wire.Server(100_000_000, "", TcpFlags.Rst);

        Assert.Equal(0, Server.Resets);
        Assert.Equal(1, _wire.Counters.ImplausibleControls);
    }

    [Fact]
    public void Lost_bytes_count_for_the_direction_that_lost_them()
    {
        _wire.Handshake();
        _wire.Server(4, "def");
        _wire.Flush();

        Assert.Equal((0, 3, 3), (Client.GapBytes, Server.GapBytes, Server.Bytes));
        Assert.Equal(3, _wire.Only.Connection.GapBytes);
    }
}
