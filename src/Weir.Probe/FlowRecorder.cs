using Weir.Capture;
using Weir.Records;
using Weir.Streams;

namespace Weir.Probe;

/// <summary>
/// Makes a flow record of each connection of one worker that is over, and of one that lasts a part each time it is told: counters
/// of a part are what was added since the one before (deltaCount of RFC 7012 §3.2.3).
/// </summary>
/// <param name="sink">Receives the record; it is the same object each time.</param>
/// <param name="options">What goes on each record.</param>
/// <param name="interfaces">Names the interface of a connection; null when it is unknown.</param>
internal sealed class FlowRecorder(IFlowSink sink, ProbeOptions options, Func<int, string?> interfaces) : IConnectionSink
{
    private readonly ExchangeIdGenerator _ids = new();
    private readonly FlowRecord _flow = new();
    private readonly Stack<FlowParts> _free = new();

    public void OnOver(Connection connection)
    {
        // The encrypted connection beside it is the flow.
        if (connection.Tls is not null) return;
        Write(connection, EndOf(connection.End), connection.SinkState as FlowParts);
        if (connection.SinkState is not FlowParts told) return;
        told.Clear();
        _free.Push(told);
    }

    public void OnOpen(Connection connection)
    {
        if (connection.Tls is not null) return;
        var told = connection.SinkState as FlowParts;
        // Nothing came since: nobody misses a part of zeroes.
        if (told is not null && told.ToldUntilNs == connection.LastPacketNs) return;
        if (told is null)
        {
            connection.SinkState = told = _free.TryPop(out var spare) ? spare : new FlowParts();
            told.Id = _ids.Next(connection.FirstPacketNs);
        }

        Write(connection, FlowEnd.Active, told);
    }

    /// <param name="connection">What it counted so far.</param>
    /// <param name="end">Why it is told.</param>
    /// <param name="told">What parts told already, which is brought up to date; null for a connection in one record.</param>
    private void Write(Connection connection, FlowEnd end, FlowParts? told)
    {
        var flow = _flow;
        flow.Id = told?.Id ?? _ids.Next(connection.FirstPacketNs);
        flow.Part = told is null ? 0 : told.Parts + 1;
        flow.Source = options.Source;
        flow.Node = options.Node;
        flow.Interface = interfaces(connection.InterfaceId);
        flow.VlanId = connection.VlanId;
        flow.Tunnel = connection.Tunnel;
        flow.Protocol = connection.Protocol;
        flow.Exchanges = connection.Exchanges - (told?.Exchanges ?? 0);
        flow.End = end;
        flow.HandshakeSeen = connection.HandshakeSeen;
        flow.HandshakeRttNs = connection.HandshakeRttNs;
        flow.StartedAtNs = told is { Parts: > 0 } ? told.ToldUntilNs : connection.FirstPacketNs;
        flow.EndedAtNs = connection.LastPacketNs;
        var initiatorIsClient = connection.Client != Direction.FromResponder;
        var (initiator, responder) = initiatorIsClient ? (flow.Client, flow.Server) : (flow.Server, flow.Client);
        (initiator.Peer.Ip, initiator.Peer.Port) = (connection.InitiatorIp, connection.InitiatorPort);
        (responder.Peer.Ip, responder.Peer.Port) = (connection.ResponderIp, connection.ResponderPort);
        var (fromInitiator, fromResponder) = (FlowTotals.Of(connection.FromInitiator), FlowTotals.Of(connection.FromResponder));
        (fromInitiator - (told?.FromInitiator ?? default)).WriteTo(initiator);
        (fromResponder - (told?.FromResponder ?? default)).WriteTo(responder);
        told?.Told(connection, fromInitiator, fromResponder);
        sink.Write(flow);
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
