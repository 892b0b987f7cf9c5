using Weir.Packets;

namespace Weir.Streams.Tests;

/// <summary>Connections between the same addresses and ports in different virtual networks, and one connection seen in several ways.</summary>
public class NetworkTests
{
    private readonly Wire _wire = new();

    private IEnumerable<string> Texts => _wire.Recorder.All.Select(one => $"{one.Initiator}|{one.Responder}");

    [Fact]
    public void Two_tenants_with_the_same_addresses_ports_and_sequence_numbers_stay_apart()
    {
        foreach (var send in (Action<uint>[])
            [
                vni => _wire.Client(0, flags: TcpFlags.Syn),
                vni => _wire.Server(0, flags: TcpFlags.Syn | TcpFlags.Ack),
                vni => _wire.Client(1),
                vni => _wire.Client(1, $"ask {vni}"),
                vni => _wire.Server(1, $"answer {vni}", ack: 7),
                vni => _wire.Client(7, " more", ack: 10),
            ])
        {
            foreach (var vni in (uint[])[17, 18])
            {
                _wire.Vni = vni;
                _wire.NowMs += 1;
                send(vni);
            }
        }

        Assert.Equal(["ask 17 more|answer 17", "ask 18 more|answer 18"], Texts);
        Assert.Equal((2, 0, 0), (_wire.Counters.ConnectionsOpened, _wire.Counters.Retransmissions, _wire.Counters.Gaps));
    }

    [Fact]
    public void A_tenant_that_closes_does_not_close_the_other()
    {
        foreach (var vni in (uint[])[17, 18])
        {
            _wire.Vni = vni;
            _wire.Handshake();
        }

        _wire.Vni = 17;
        _wire.Client(1, flags: TcpFlags.Rst);
        _wire.Vni = 18;
        _wire.Client(1, "still here");
        Assert.Equal(["|", "still here|"], Texts);
        Assert.Equal(1, _wire.Counters.Closed(StreamEnd.Reset));
        Assert.Equal(1, _wire.Counters.ConnectionsActive);
    }

    [Fact]
    public void The_same_connection_outside_and_inside_of_the_overlay_is_one()
    {
        foreach (var (vni, on) in (ReadOnlySpan<(uint, int)>)[(0, 1), (5, 2)])
        {
            (_wire.Vni, _wire.Interface) = (vni, on);
            _wire.Client(0, flags: TcpFlags.Syn);
        }

        foreach (var (vni, on) in (ReadOnlySpan<(uint, int)>)[(5, 2), (0, 1)])
        {
            (_wire.Vni, _wire.Interface) = (vni, on);
            _wire.Server(0, flags: TcpFlags.Syn | TcpFlags.Ack);
            _wire.Client(1, "once");
        }

        Assert.Equal(["once|"], Texts);
        Assert.Equal((1, 0), (_wire.Counters.ConnectionsOpened, _wire.Counters.Retransmissions));
    }

    /// <summary>Cilium's VXLAN carries the identity of the sender where others have the network.</summary>
    [Fact]
    public void An_overlay_with_an_identifier_for_each_direction_makes_one_connection()
    {
        _wire.Vni = 1001;
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Vni = 2002;
        _wire.Server(0, flags: TcpFlags.Syn | TcpFlags.Ack);
        _wire.Vni = 1001;
        _wire.Client(1, "ask");
        _wire.Vni = 2002;
        _wire.Server(1, "answer", ack: 4);
        Assert.Equal(["ask|answer"], Texts);
    }

    [Fact]
    public void A_packet_of_another_network_that_answers_nothing_opens_a_connection_of_its_own()
    {
        _wire.Vni = 17;
        _wire.Client(0, flags: TcpFlags.Syn);
        _wire.Vni = 18;
        _wire.Send(false, 9_000, 900_000_000, TcpFlags.Syn | TcpFlags.Ack, default);
        Assert.Equal(2, _wire.Counters.ConnectionsOpened);
    }

    [Theory]
    [InlineData(TunnelKind.None, 0, false)]
    [InlineData(TunnelKind.Vxlan, 0, true)]
    [InlineData(TunnelKind.Geneve, 7, true)]
    [InlineData(TunnelKind.Gre, 0, false)]
    [InlineData(TunnelKind.Gre, 7, true)]
    [InlineData(TunnelKind.Gtp, 7, false)]
    [InlineData(TunnelKind.Erspan, 7, false)]
    public void Identifiers_that_name_a_network_tell_networks_apart(TunnelKind kind, uint id, bool names) =>
        Assert.Equal(names, new PacketTunnel(kind, default, default, id, 1).Network != 0);
}
