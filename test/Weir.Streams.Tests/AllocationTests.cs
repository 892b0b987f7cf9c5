using Weir.Packets;
using Weir.Testing;

namespace Weir.Streams.Tests;

public class AllocationTests
{
    private readonly ConnectionTable _table = new(new StreamLimits { LingerNs = 1000 }, new Sink());
    private readonly byte[] _payload = new byte[1400];
    private readonly IpAddress _client = IpAddress.FromV4([10, 0, 0, 1]);
    private readonly IpAddress _server = IpAddress.FromV4([10, 0, 0, 2]);
    private long _nowNs = Wire.StartNs;
    private uint _sequence;

    [Fact]
    public void Ordered_traffic_on_an_open_connection_allocates_nothing()
    {
        Send(1, true, 0, TcpFlags.Syn, 0);
        _sequence = 1;
        AssertNoAllocation(() =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                Send(1, true, _sequence, TcpFlags.Ack, 1400);
                _sequence += 1400;
            }
        });
    }

    [Fact]
    public void Disorder_and_loss_allocate_nothing()
    {
        Send(1, true, 0, TcpFlags.Syn, 0);
        _sequence = 1;
        AssertNoAllocation(() =>
        {
            for (var i = 0; i < 3_000; i++)
            {
                Send(1, true, _sequence + 1400, TcpFlags.Ack, 1400);
                Send(1, true, _sequence + 2800, TcpFlags.Ack, 1400);
                if (i % 3 > 0) Send(1, true, _sequence, TcpFlags.Ack, 1400);
                _sequence += 4200;
                Send(1, false, 1, TcpFlags.Ack, 0, _sequence);
                _nowNs += 300_000_000;
            }
        });
        Assert.True(_table.Counters.Gaps > 1000);
    }

    [Fact]
    public void Opening_and_closing_connections_allocates_nothing()
    {
        AssertNoAllocation(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var port = (ushort)i;
                Send(port, true, 0, TcpFlags.Syn, 0);
                Send(port, false, 0, TcpFlags.Syn | TcpFlags.Ack, 0, 1);
                Send(port, true, 1, TcpFlags.Ack, 100, 1);
                Send(port, false, 1, TcpFlags.Ack | TcpFlags.Fin, 1000, 101);
                Send(port, true, 101, TcpFlags.Ack | TcpFlags.Fin, 0, 1002);
                _nowNs += 100;
            }
        });
        Assert.Equal(_table.Counters.ConnectionsOpened, _table.Counters.Closed(StreamEnd.Fin));
    }

    private static void AssertNoAllocation(Action work) => Assert.Equal(0, SteadyState.AllocatedBytes(work));

    private void Send(ushort port, bool fromClient, uint sequence, TcpFlags flags, int length, uint ack = 0)
    {
        var packet = new PacketView
        {
            TimestampNs = _nowNs,
            Protocol = IpProtocol.Tcp,
            Source = fromClient ? _client : _server,
            Destination = fromClient ? _server : _client,
            SourcePort = fromClient ? port : (ushort)80,
            DestinationPort = fromClient ? (ushort)80 : port,
            Sequence = sequence,
            Acknowledgment = ack,
            Flags = flags,
            Payload = _payload.AsSpan(0, length),
            PayloadWireLength = length,
        };
        _table.Add(packet);
    }

    private sealed class Sink : IStreamHandlerFactory, IStreamHandler
    {
        public IStreamHandler? Open(Connection connection) => this;

        public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
        {
        }

        public void OnGap(Direction direction, long length, long timestampNs)
        {
        }

        public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
        {
        }
    }
}
