using Weir.Packets;

namespace Weir.Streams.Tests;

public class GarbageTests
{
    private static readonly StreamLimits Limits = new()
    {
        MaxConnections = 20,
        MaxPendingBytes = 64 * 1024,
        MaxPendingBytesPerDirection = 16 * 1024,
        MaxPendingSegmentsPerDirection = 16,
        IdleTimeoutNs = 5_000_000_000,
    };

    /// <summary>The seed is the test's argument, so a failure names it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_packets_stay_within_the_limits_and_end_every_connection_once(int seed)
    {
        var random = new Random(seed);
        var recorder = new Recorder();
        var wire = new Wire(Limits, recorder);
        var data = new byte[70_000];
        var positions = new uint[] { 0, 100, uint.MaxValue - 500, 1u << 31 };
        for (var i = 0; i < 60_000; i++)
        {
            wire.NowMs += random.Next(100) == 0 ? random.Next(-20_000, 20_000) : random.Next(-5, 20);
            wire.ClientPort = (ushort)random.Next(40);
            wire.Interface = random.Next(3);
            var flags = (TcpFlags)(random.Next(3) == 0 ? random.Next(256) : (int)TcpFlags.Ack);
            var length = random.Next(4) switch { 0 => 0, 1 => random.Next(3), 2 => random.Next(1500), _ => random.Next(100) };
            if (random.Next(500) == 0) length = random.Next(data.Length);
            int? wireLength = random.Next(20) switch { 0 => random.Next(), 1 => -random.Next(), 2 => length + random.Next(3000), _ => null };
            wire.Send(random.Next(2) == 0, Position(), Position(), flags, data.AsSpan(0, length), wireLength);

            Assert.InRange(wire.Counters.BufferedBytes, 0, Limits.MaxPendingBytes);
            Assert.InRange(wire.Counters.ConnectionsActive, 0, Limits.MaxConnections);
        }

        wire.Flush();
        Assert.Equal(0, wire.Counters.ConnectionsActive);
        Assert.Equal(0, wire.Counters.BufferedBytes);
        Assert.Equal(wire.Counters.ConnectionsOpened, Enum.GetValues<StreamEnd>().Sum(wire.Counters.Closed));
        Assert.All(recorder.All, r => Assert.True(r.InitiatorEnd is not null && r.ResponderEnd is not null));
        Assert.All(wire.Counters.All(), counter => Assert.True(counter.Value >= 0, counter.Key));

        uint Position() => random.Next(10) == 0
            ? (uint)random.NextInt64(1L << 32)
            : positions[random.Next(positions.Length)] + (uint)random.Next(-3000, 3000);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Any_timestamp_is_survived(long timestampNs)
    {
        var wire = new Wire();
        wire.Handshake();
        wire.Client(4, "def");
        wire.Server(1, ack: 7);
        wire.Table.Advance(timestampNs);
        wire.Client(7, "ghi");
        wire.Table.Flush(timestampNs);

        Assert.Equal(0, wire.Counters.ConnectionsActive);
        Assert.Equal(0, wire.Counters.BufferedBytes);
    }

    [Fact]
    public void Counter_names_are_unique_snake_case()
    {
        var names = new StreamCounters().All().Select(counter => counter.Key).ToArray();

        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^stream(_[a-z]+)+$", name));
    }
}
