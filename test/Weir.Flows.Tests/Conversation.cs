using System.Globalization;
using Weir.Packets;

namespace Weir.Flows.Tests;

/// <summary>Feeds a meter packets of 10.0.0.1:40000 (client) and 10.0.0.2:80 (server) unless told otherwise, and keeps what it tells.</summary>
internal sealed class Conversation : IMeteredFlowSink
{
    private const long StartNs = 1_769_860_800_000_000_000;
    private readonly List<Told> _told = [];

    public Conversation(FlowMeterOptions? options = null) => Meter = new FlowMeter(options ?? new FlowMeterOptions(), this);

    public FlowMeter Meter { get; }

    public IReadOnlyList<Told> Flows => _told;

    public string Client { get; init; } = "10.0.0.1";

    public string Server { get; init; } = "10.0.0.2";

    public ushort ClientPort { get; set; } = 40000;

    public int InterfaceId { get; set; }

    /// <summary>VXLAN network that carries the packets; 0 for none.</summary>
    public uint Vni { get; set; }

    /// <summary>What was told, and why, as short text such as <c>Fin 3/2</c>.</summary>
    public IEnumerable<string> Summary => _told.Select(flow => string.Create(
        CultureInfo.InvariantCulture, $"{flow.Export} {flow[FlowFeature.FwdPackets]}/{flow[FlowFeature.BwdPackets]}"));

    public Conversation FromClient(double second, TcpFlags flags, int payload = 0, uint sequence = 0, int window = 1000, int header = 20, IpProtocol protocol = IpProtocol.Tcp) =>
        Add(true, second, flags, payload, sequence, window, header, protocol);

    public Conversation FromServer(double second, TcpFlags flags, int payload = 0, uint sequence = 0, int window = 2000, int header = 20, IpProtocol protocol = IpProtocol.Tcp) =>
        Add(false, second, flags, payload, sequence, window, header, protocol);

    public Conversation Advance(double second)
    {
        Meter.Advance(At(second));
        return this;
    }

    public Conversation Flush()
    {
        Meter.Flush();
        return this;
    }

    public static long At(double second) => StartNs + (long)Math.Round(second * 1e9);

    void IMeteredFlowSink.OnFlow(MeteredFlow flow) =>
        _told.Add(new Told(flow.Tuple, flow.Export, flow.Part, flow.StartNs, flow.EndNs, flow.Features.ToArray()));

    private Conversation Add(bool fromClient, double second, TcpFlags flags, int payload, uint sequence, int window, int header, IpProtocol protocol)
    {
        var packet = new PacketView
        {
            TimestampNs = At(second),
            InterfaceId = InterfaceId,
            Tunnel = Vni == 0 ? default : new PacketTunnel(TunnelKind.Vxlan, default, default, Vni, 1),
            Source = Address(fromClient ? Client : Server),
            Destination = Address(fromClient ? Server : Client),
            SourcePort = fromClient ? ClientPort : (ushort)80,
            DestinationPort = fromClient ? (ushort)80 : ClientPort,
            Protocol = protocol,
            Flags = flags,
            Sequence = sequence,
            Window = (ushort)window,
            HeaderLength = (byte)header,
            PayloadWireLength = payload,
        };
        Meter.Add(in packet);
        return this;
    }

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text, nameof(text));

    internal sealed record Told(FlowTuple Tuple, FlowExport Export, int Part, long StartNs, long EndNs, double[] Features)
    {
        public double this[FlowFeature feature] => Features[(int)feature];
    }
}
