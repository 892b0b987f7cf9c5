using Weir.Packets;

namespace Weir.Streams.Tests;

/// <summary>Each connection is told to the sink once, when nothing more of it will be counted.</summary>
public class ConnectionOverTests
{
    private const TcpFlags FinAck = TcpFlags.Fin | TcpFlags.Ack;
    private readonly Ledger _over = new();
    private readonly Wire _wire;

    public ConnectionOverTests() => _wire = new Wire(new StreamLimits { MaxConnections = 3 }, over: _over);

    [Fact]
    public void A_closed_connection_is_told_after_it_lingered_with_its_last_packets()
    {
        _wire.Handshake();
        _wire.Client(1, "abc", FinAck);
        _wire.Server(1, "", FinAck, ack: 5);
        Assert.Empty(_over.Lines);
        _wire.Client(5, ack: 2);
        _wire.Advance(3000);

        Assert.Equal(["40000 Fin 4/3 2/0"], _over.Lines);
    }

    [Theory]
    [InlineData(StreamEnd.Reset)]
    [InlineData(StreamEnd.Idle)]
    [InlineData(StreamEnd.Reused)]
    [InlineData(StreamEnd.Evicted)]
    [InlineData(StreamEnd.CaptureEnd)]
    public void It_says_why_it_is_over(StreamEnd reason)
    {
        _wire.Handshake();
        switch (reason)
        {
            case StreamEnd.Reset:
                _wire.Server(1, "", TcpFlags.Rst);
                _wire.Advance(2001);
                break;
            case StreamEnd.Idle:
                _wire.Advance(300_001);
                break;
            case StreamEnd.Reused:
                _wire.Client(700_000_000, flags: TcpFlags.Syn);
                break;
            case StreamEnd.Evicted:
                for (ushort port = 1; port < 4; port++)
                {
                    _wire.ClientPort = port;
                    _wire.Client(0, flags: TcpFlags.Syn);
                }

                break;
            default:
                _wire.Flush();
                break;
        }

        Assert.StartsWith($"40000 {reason} ", Assert.Single(_over.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Connections_that_nobody_wants_are_told_too()
    {
        _wire.Recorder.Wanted = false;
        _wire.Handshake();
        _wire.Client(1, "abc");
        _wire.Server(1, "defg", ack: 4);
        _wire.Flush();

        Assert.Equal(["40000 CaptureEnd 3/3 2/4"], _over.Lines);
    }

    [Fact]
    public void Each_connection_is_told_once()
    {
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            _wire.NowMs += random.Next(1000);
            _wire.ClientPort = (ushort)random.Next(6);
            var flags = random.Next(5) switch { 0 => TcpFlags.Syn, 1 => FinAck, 2 => TcpFlags.Rst, _ => TcpFlags.Ack };
            if (random.Next(2) == 0) _wire.Client((uint)random.Next(2000), "data", flags);
            else _wire.Server((uint)random.Next(2000), "data", flags);
        }

        _wire.Flush();
        Assert.Equal(_wire.Counters.ConnectionsOpened, _over.Lines.Count);
        Assert.Equal(0, _wire.Counters.ConnectionsActive);
    }

    private sealed class Ledger : IConnectionSink
    {
        public List<string> Lines { get; } = [];

        public void OnOver(Connection connection) => Lines.Add(
            $"{connection.InitiatorPort} {connection.End} {connection.FromInitiator.Packets}/{connection.FromInitiator.Bytes} "
            + $"{connection.FromResponder.Packets}/{connection.FromResponder.Bytes}");

        public void OnOpen(Connection connection)
        {
            // Reports of open connections have tests of their own.
        }
    }
}
