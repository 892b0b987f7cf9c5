using Weir.Capture;
using Weir.Records;
using Weir.Streams;

namespace Weir.Probe;

/// <summary>Makes a flow record of each connection of one worker that is over.</summary>
/// <param name="sink">Receives the record; it is the same object each time.</param>
/// <param name="options">What goes on each record.</param>
/// <param name="interfaces">Names the interface of a connection; null when it is unknown.</param>
internal sealed class FlowRecorder(IFlowSink sink, ProbeOptions options, Func<int, string?> interfaces) : IConnectionSink
{
    private readonly ExchangeIdGenerator _ids = new();
    private readonly FlowRecord _flow = new();

    public void OnOver(Connection connection)
    {
        // The encrypted connection beside it is the flow.
        if (connection.Tls is not null) return;
        var flow = _flow;
        flow.Id = _ids.Next(connection.FirstPacketNs);
        flow.Source = options.Source;
        flow.Node = options.Node;
        flow.Interface = interfaces(connection.InterfaceId);
        flow.VlanId = connection.VlanId;
        flow.Protocol = connection.Protocol;
        flow.Exchanges = connection.Exchanges;
        flow.End = EndOf(connection.End);
        flow.HandshakeSeen = connection.HandshakeSeen;
        flow.HandshakeRttNs = connection.HandshakeRttNs;
        flow.StartedAtNs = connection.FirstPacketNs;
        flow.EndedAtNs = connection.LastPacketNs;
        var initiatorIsClient = connection.Client != Direction.FromResponder;
        var (initiator, responder) = initiatorIsClient ? (flow.Client, flow.Server) : (flow.Server, flow.Client);
        (initiator.Peer.Ip, initiator.Peer.Port) = (connection.InitiatorIp, connection.InitiatorPort);
        (responder.Peer.Ip, responder.Peer.Port) = (connection.ResponderIp, connection.ResponderPort);
        Fill(initiator, connection.FromInitiator);
        Fill(responder, connection.FromResponder);
        sink.Write(flow);
    }

    private static void Fill(FlowSide side, DirectionCounters counters)
    {
        side.Packets = counters.Packets;
        side.Bytes = counters.Bytes;
        side.Retransmissions = counters.Retransmissions;
        side.RetransmittedBytes = counters.RetransmittedBytes;
        side.SynRetransmissions = counters.SynRetransmissions;
        side.OutOfOrder = counters.OutOfOrder;
        side.ZeroWindows = counters.ZeroWindows;
        side.Resets = counters.Resets;
        side.GapBytes = counters.GapBytes;
        side.Copies = counters.Copies;
    }

    private static FlowEnd EndOf(StreamEnd? end) => end switch
    {
        StreamEnd.Fin => FlowEnd.Fin,
        StreamEnd.Reset => FlowEnd.Reset,
        StreamEnd.Idle => FlowEnd.Idle,
        StreamEnd.Evicted => FlowEnd.Evicted,
        StreamEnd.Reused => FlowEnd.Reused,
        _ => FlowEnd.CaptureEnd,
    };
}
