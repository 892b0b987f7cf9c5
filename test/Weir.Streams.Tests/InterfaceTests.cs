using Weir.Packets;

namespace Weir.Streams.Tests;

/// <summary>One packet seen on several interfaces is one packet; one sent again is two.</summary>
public class InterfaceTests
{
    private const TcpFlags SynAck = TcpFlags.Syn | TcpFlags.Ack;
    private readonly Wire _wire = new();

    private DirectionCounters Client => _wire.Only.Connection.FromInitiator;

    private DirectionCounters Server => _wire.Only.Connection.FromResponder;

    [Fact]
    public void A_copy_on_another_interface_counts_once()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Client(4, "def");
        _wire.Interface = 1;
        _wire.Client(1, "abc");
        _wire.NowMs = 4;
        _wire.Client(4, "def");

        Assert.Equal("abcdef", _wire.Only.Initiator);
        Assert.Equal(2, _wire.Counters.DuplicateSegments);
        Assert.Equal(0, _wire.Counters.Retransmissions);
        Assert.Equal((4, 2), (Client.Packets, Client.Copies));
    }

    [Fact]
    public void Copies_of_a_whole_block_of_packets_count_once()
    {
        // A packet ring hands over thousands of packets of one interface before the next has its turn.
        _wire.Handshake();
        for (var onInterface = 0; onInterface < 3; onInterface++)
        {
            _wire.Interface = onInterface;
            for (uint i = 0; i < 1000; i++) _wire.Client(1 + (i * 4), "data");
        }

        Assert.Equal(0, _wire.Counters.Retransmissions);
        Assert.Equal(2000, _wire.Counters.DuplicateSegments);
        Assert.Equal((1002, 4000), (Client.Packets, Client.Bytes));
    }

    [Fact]
    public void Copies_cut_differently_by_segmentation_offload_count_once()
    {
        _wire.Handshake();
        _wire.Client(1, "abcdefghijkl");
        _wire.Interface = 1;
        _wire.Client(1, "abcde");
        _wire.Client(6, "fghij");
        _wire.Client(11, "klmno");

        Assert.Equal("abcdefghijklmno", _wire.Only.Initiator);
        Assert.Equal(0, _wire.Counters.Retransmissions);
        Assert.Equal(0, Client.OutOfOrder);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.5)]
    [InlineData(1, 500)]
    public void A_retransmission_that_passes_three_interfaces_counts_once(int firstOn, double afterMs)
    {
        _wire.Handshake();
        OnAll(0, () => _wire.Client(1, "abc"));
        _wire.NowMs = afterMs;
        OnAll(firstOn, () => _wire.Client(1, "abc"));

        Assert.Equal(1, _wire.Counters.Retransmissions);
        Assert.Equal((1, 3), (Client.Retransmissions, Client.RetransmittedBytes));
    }

    [Fact]
    public void A_retransmission_whose_first_copy_was_lost_between_two_interfaces_counts_once()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.NowMs = 300;
        OnAll(0, () => _wire.Client(1, "abc"));

        Assert.Equal(1, Client.Retransmissions);
    }

    [Fact]
    public void A_sender_whose_path_changed_repeats_itself_on_a_new_interface()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Interface = 1;
        _wire.NowMs = 201;
        _wire.Client(1, "abc");

        Assert.Equal(1, Client.Retransmissions);
    }

    [Fact]
    public void Copies_of_the_handshake_are_no_retransmissions()
    {
        OnAll(0, () => _wire.Client(0, flags: TcpFlags.Syn));
        OnAll(2, () => _wire.Server(0, flags: SynAck));
        OnAll(0, () => _wire.Client(1));
        OnAll(0, () => _wire.Client(1, flags: TcpFlags.Fin | TcpFlags.Ack));
        OnAll(0, () => _wire.Server(1, flags: TcpFlags.Fin | TcpFlags.Ack, ack: 2));

        Assert.Equal(0, _wire.Counters.Retransmissions);
        Assert.Equal((3, 2), (Client.Packets, Server.Packets));
        Assert.Equal((6, 4), (Client.Copies, Server.Copies));
    }

    [Fact]
    public void A_syn_sent_again_over_three_interfaces_is_one_retransmission()
    {
        OnAll(0, () => _wire.Client(0, flags: TcpFlags.Syn));
        _wire.NowMs = 1000;
        OnAll(1, () => _wire.Client(0, flags: TcpFlags.Syn));

        Assert.Equal((1, 1), (Client.Retransmissions, Client.SynRetransmissions));
    }

    [Fact]
    public void Zero_windows_probes_and_resets_count_once_over_three_interfaces()
    {
        OnAll(0, () => _wire.Client(0, flags: TcpFlags.Syn));
        OnAll(0, () => _wire.Server(0, flags: SynAck));
        OnAll(0, () => _wire.Client(1, "abc"));
        _wire.Window = 0;
        OnAll(1, () => _wire.Server(1, ack: 4));
        OnAll(2, () => _wire.Client(3, "c"));
        OnAll(0, () => _wire.Server(1, "", TcpFlags.Rst));

        Assert.Equal(1, Server.ZeroWindows);
        Assert.Equal(1, Server.Resets);
        Assert.Equal(1, _wire.Counters.Probes);
        Assert.Equal(0, _wire.Counters.Retransmissions);
    }

    [Fact]
    public void What_one_interface_lost_another_brings()
    {
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Client(7, "ghi");
        _wire.Interface = 1;
        _wire.Client(1, "abc");
        _wire.Client(4, "def");
        _wire.Client(7, "ghi");

        Assert.Equal("abcdefghi", _wire.Only.Initiator);
        Assert.Equal((0, 0), (Client.Retransmissions, Client.OutOfOrder));
        Assert.Empty(_wire.Only.Gaps);
    }

    [Fact]
    public void The_round_trip_time_is_known_although_the_syn_ack_comes_from_an_interface_that_has_its_turn_later()
    {
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.NowMs = 3;
        _wire.Client(1);
        _wire.NowMs = 9;
        _wire.Client(1, "abc");
        (_wire.Interface, _wire.NowMs) = (1, 2);
        _wire.Server(0, flags: SynAck);

        Assert.Equal(3_000_000, _wire.Only.Connection.HandshakeRttNs);
    }

    private void OnAll(int first, Action send)
    {
        for (var i = 0; i < 3; i++)
        {
            _wire.Interface = (first + i) % 3;
            send();
        }
    }
}
