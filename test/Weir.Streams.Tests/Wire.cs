using System.Net;
using System.Text;
using Weir.Packets;
using Weir.Streams;

namespace Weir.Streams.Tests;

/// <summary>Puts segments of one client and one server on the wire of a table. Times are milliseconds from a fixed start.</summary>
internal sealed class Wire
{
    public const long StartNs = 1_700_000_000_000_000_000;
    public const uint ClientIsn = 1000;
    public const uint ServerIsn = 5000;

    public Wire(StreamLimits? limits = null, IStreamHandlerFactory? factory = null, IConnectionSink? over = null)
    {
        Table = new ConnectionTable(limits ?? new StreamLimits(), factory ?? Recorder, over);
    }

    public ConnectionTable Table { get; }

    public Recorder Recorder { get; } = new();

    public Recording Only => Recorder.Only;

    public StreamCounters Counters => Table.Counters;

    public double NowMs { get; set; }

    public int Interface { get; set; }

    public ushort Window { get; set; } = 1000;

    public ushort ClientPort { get; set; } = 40000;

    /// <summary>The VXLAN network of the packets; 0 sends them plain.</summary>
    public uint Vni { get; set; }

    public string ClientIp { get; set; } = "10.0.0.1";

    public string ServerIp { get; set; } = "10.0.0.2";

    /// <summary>Sequence numbers count from the client's ISN: byte 1 is the first.</summary>
    public void Client(uint at, string data = "", TcpFlags flags = TcpFlags.Ack, uint ack = 1, int? wireLength = null) =>
        Send(true, ClientIsn + at, ServerIsn + ack, flags, Encoding.Latin1.GetBytes(data), wireLength);

    public void Server(uint at, string data = "", TcpFlags flags = TcpFlags.Ack, uint ack = 1, int? wireLength = null) =>
        Send(false, ServerIsn + at, ClientIsn + ack, flags, Encoding.Latin1.GetBytes(data), wireLength);

    public void Handshake()
    {
        Client(0, flags: TcpFlags.Syn);
        Server(0, flags: TcpFlags.Syn | TcpFlags.Ack);
        Client(1);
    }

    public void Advance(double toMs)
    {
        NowMs = toMs;
        Table.Advance(StartNs + (long)(toMs * 1e6));
    }

    public void Flush() => Table.Flush(StartNs + (long)(NowMs * 1e6));

    public void Send(bool fromClient, uint sequence, uint ack, TcpFlags flags, ReadOnlySpan<byte> data, int? wireLength = null)
    {
        var client = IpAddress.From(IPAddress.Parse(ClientIp));
        var server = IpAddress.From(IPAddress.Parse(ServerIp));
        var packet = new PacketView
        {
            TimestampNs = StartNs + (long)(NowMs * 1e6),
            InterfaceId = Interface,
            Protocol = IpProtocol.Tcp,
            Source = fromClient ? client : server,
            Destination = fromClient ? server : client,
            SourcePort = fromClient ? ClientPort : (ushort)80,
            DestinationPort = fromClient ? (ushort)80 : ClientPort,
            Sequence = sequence,
            Acknowledgment = (flags & TcpFlags.Ack) != 0 ? ack : 0,
            Flags = flags,
            Window = Window,
            Payload = data,
            PayloadWireLength = wireLength ?? data.Length,
            Tunnel = Vni == 0 ? default : new PacketTunnel(TunnelKind.Vxlan, server, client, Vni, 1),
        };
        Table.Add(packet);
    }
}
