using System.Net;
using System.Text;
using Weir.Packets;
using Xunit;

namespace Weir.Streams.Tests;

/// <summary>Segments that were seen at sockets: at both ends, beside packets, late.</summary>
public class SocketSegmentTests
{
    private static readonly SocketProcess Client = new(1, "curl", null, null);
    private static readonly SocketProcess Server = new(2, "nginx", null, null);

    private readonly Seen _seen = new();
    private readonly ConnectionTable _table;
    private long _nowNs = 1_000_000_000_000;

    public SocketSegmentTests() => _table = new ConnectionTable(new StreamLimits(), _seen);

    [Fact]
    public void Bytes_seen_at_both_ends_are_told_once_and_both_processes_known()
    {
        Add("request", fromClient: true, SegmentOrigin.Sender);
        Add("request", fromClient: true, SegmentOrigin.Receiver);
        Add("answer", fromClient: false, SegmentOrigin.Receiver);
        Add("answer", fromClient: false, SegmentOrigin.Sender);
        Assert.Equal(["request", "answer"], _seen.Chunks);
        Assert.Same(Client, _seen.Connection!.InitiatorProcess);
        Assert.Same(Server, _seen.Connection.ResponderProcess);
        Assert.False(_seen.Connection.SeenOnWire);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000_000_000)]
    public void What_a_slow_reader_reads_was_not_sent_again(long laterNs)
    {
        Add("request", fromClient: true, SegmentOrigin.Sender);
        _nowNs += laterNs;
        Add("request", fromClient: true, SegmentOrigin.Receiver);
        Assert.Equal(0, _seen.Connection!.Retransmissions);
        Assert.Equal(0, _table.Counters.Retransmissions);
        Assert.Equal(1, _table.Counters.DuplicateSegments);
    }

    [Fact]
    public void Packets_and_socket_of_one_connection_are_one()
    {
        Add("request", fromClient: true, SegmentOrigin.Wire);
        Add("request", fromClient: true, SegmentOrigin.Receiver);
        Assert.Equal(["request"], _seen.Chunks);
        Assert.True(_seen.Connection!.SeenOnWire);
        Assert.Same(Server, _seen.Connection.ResponderProcess);
        Assert.Equal(1, _table.Counters.ConnectionsOpened);
    }

    [Fact]
    public void Bytes_that_the_sender_left_out_are_taken_from_the_receiver()
    {
        Add("head", fromClient: false, SegmentOrigin.Sender);
        Add("headbody", fromClient: false, SegmentOrigin.Receiver);
        Assert.Equal(["head", "body"], _seen.Chunks);
    }

    [Fact]
    public void Equal_addresses_in_different_scopes_are_different_connections()
    {
        Add("one", fromClient: true, SegmentOrigin.Sender);
        Add("one", fromClient: true, SegmentOrigin.Sender, scope: 1);
        Assert.Equal(2, _table.Counters.ConnectionsOpened);
    }

    [Fact]
    public void A_length_without_bytes_opens_no_connection()
    {
        Add("", fromClient: true, SegmentOrigin.Sender, length: 500);
        Assert.Equal(0, _table.Counters.ConnectionsOpened);
        Assert.Equal(0, _table.Counters.Gaps);
    }

    private void Add(string data, bool fromClient, SegmentOrigin origin, ushort scope = 0, int? length = null)
    {
        var (client, server) = (IpAddress.From(IPAddress.Loopback), IpAddress.From(IPAddress.Parse("127.0.0.2")));
        var atClient = fromClient == (origin == SegmentOrigin.Sender);
        _table.Add(new PacketView
        {
            TimestampNs = _nowNs++,
            InterfaceId = origin == SegmentOrigin.Wire ? 1 : origin == SegmentOrigin.Sender ? -2 : -3,
            Protocol = IpProtocol.Tcp,
            Source = fromClient ? client : server,
            Destination = fromClient ? server : client,
            SourcePort = fromClient ? (ushort)5000 : (ushort)80,
            DestinationPort = fromClient ? (ushort)80 : (ushort)5000,
            Sequence = 1,
            Flags = TcpFlags.Psh,
            Window = 1,
            Payload = Encoding.ASCII.GetBytes(data),
            PayloadWireLength = length ?? data.Length,
            Origin = origin,
            Scope = scope,
            Process = origin == SegmentOrigin.Wire ? null : atClient ? Client : Server,
        });
    }

    private sealed class Seen : IStreamHandlerFactory, IStreamHandler
    {
        public List<string> Chunks { get; } = [];

        public Connection? Connection { get; private set; }

        public IStreamHandler Open(Connection connection)
        {
            Connection = connection;
            return this;
        }

        public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs) => Chunks.Add(Encoding.ASCII.GetString(bytes));

        public void OnGap(Direction direction, long length, long timestampNs) => Chunks.Add($"gap {length}");

        public void OnEnd(Direction direction, StreamEnd reason, long timestampNs) => Chunks.Add($"end {reason}");
    }
}
