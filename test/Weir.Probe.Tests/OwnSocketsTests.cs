using System.Net;
using Weir.Packets;

namespace Weir.Probe.Tests;

/// <summary>Packets of the probe's own connections are known by their local end.</summary>
public class OwnSocketsTests
{
    private static readonly IPEndPoint s_local = new(IPAddress.Parse("10.0.0.5"), 40_001);

    [Theory]
    [InlineData("10.0.0.5", 40_001, "10.0.0.9", 7374, true)]
    [InlineData("10.0.0.9", 7374, "10.0.0.5", 40_001, true)]
    // Behind a Service address the packet has another destination: it is the same connection.
    [InlineData("10.0.0.5", 40_001, "10.96.0.1", 80, true)]
    [InlineData("10.0.0.5", 40_002, "10.0.0.9", 7374, false)]
    [InlineData("10.0.0.6", 40_001, "10.0.0.9", 7374, false)]
    [InlineData("10.0.0.9", 40_001, "10.0.0.5", 7374, false)]
    public void Packets_from_and_to_the_local_end_are_own_whatever_the_other_is(string from, int fromPort, string to, int toPort, bool own)
    {
        var sockets = new OwnSockets();
        Assert.False(Has(sockets, from, fromPort, to, toPort));
        using var connection = sockets.Add(s_local);
        Assert.Equal(own, Has(sockets, from, fromPort, to, toPort));
    }

    [Fact]
    public void An_address_of_version_4_in_a_socket_of_version_6_is_the_same_end()
    {
        var sockets = new OwnSockets();
        using var connection = sockets.Add(new IPEndPoint(s_local.Address.MapToIPv6(), s_local.Port));
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374));
    }

    [Fact]
    public void A_closed_connection_is_own_until_its_last_packets_have_passed()
    {
        var clock = new Clock();
        var sockets = new OwnSockets(clock);
        var connection = sockets.Add(s_local);
        clock.Now = 10_000;
        connection.Dispose();
        clock.Now = 129_000;
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374));
        clock.Now = 131_000;
        Assert.False(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374));
        // The kernel may give the port again.
        using var again = sockets.Add(s_local);
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374));
    }

    [Fact]
    public void A_connection_that_opens_at_the_end_of_a_closed_one_is_not_own()
    {
        var clock = new Clock();
        var sockets = new OwnSockets(clock);
        var connection = sockets.Add(s_local);
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374, TcpFlags.Syn));
        clock.Now = 10_000;
        connection.Dispose();
        // Its own, which waited in the ring.
        clock.Now = 12_000;
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374, TcpFlags.Syn));
        clock.Now = 40_000;
        Assert.True(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 7374));
        Assert.False(Has(sockets, "10.0.0.5", 40_001, "10.0.0.9", 80, TcpFlags.Syn));
        Assert.False(Has(sockets, "10.0.0.9", 80, "10.0.0.5", 40_001));
    }

    private static bool Has(OwnSockets sockets, string from, int fromPort, string to, int toPort, TcpFlags flags = default)
    {
        var packet = new PacketView
        {
            Source = IpAddress.From(IPAddress.Parse(from)), SourcePort = (ushort)fromPort,
            Destination = IpAddress.From(IPAddress.Parse(to)), DestinationPort = (ushort)toPort, Flags = flags,
        };
        return sockets.Has(in packet);
    }

    private sealed class Clock : TimeProvider
    {
        /// <summary>Milliseconds; not zero, which is no time.</summary>
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Now;
    }
}
