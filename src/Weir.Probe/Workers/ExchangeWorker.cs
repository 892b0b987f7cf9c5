using Weir.Packets;
using Weir.Protocols;
using Weir.Protocols.Dns;
using Weir.Protocols.Http1;
using Weir.Protocols.Http2;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;

namespace Weir.Probe;

/// <summary>
/// The second half of a worker's way: reassemble → parse → outputs. It owns all its state and runs on one thread; only its
/// counters are read from elsewhere.
/// </summary>
internal sealed class ExchangeWorker : IPacketSink
{
    /// <summary>A live call that lasts longer is shown while it runs: the time after which a reader begins to miss it.</summary>
    private const long ReportOpenAfterNs = 2_000_000_000;

    private readonly ExchangeFanOut _outputs;
    private readonly ConversationFactory _conversations;
    private readonly ConnectionTable _connections;
    private readonly PacketRecorder? _recorder;

    /// <param name="options">What is kept.</param>
    /// <param name="outputs">This worker's own end.</param>
    /// <param name="packets">Where packets of matching exchanges go, shared by the workers; null keeps none.</param>
    /// <param name="workers">How many share the memory that the limits allow.</param>
    /// <param name="interfaces">Names an interface by its id.</param>
    public ExchangeWorker(
        ProbeOptions options, ExchangeFanOut outputs, PacketFile? packets, int workers, Func<int, string?> interfaces)
    {
        _outputs = outputs;
        if (packets is not null) outputs.Recorder = _recorder = new PacketRecorder(packets, new PacketRecorderLimits().Share(workers), options.Privacy.Redaction);
        _conversations = new ConversationFactory(outputs, new ConversationOptions
        {
            Http1 = Http1Limits.Default with { BodyCaptureBytes = options.BodyLimitBytes },
            Http2 = Http2Limits.Default with { BodyCaptureBytes = options.BodyLimitBytes },
            WebSocket = WebSocketLimits.Default with
            {
                MessageCaptureBytes = options.BodyLimitBytes,
                MaxInflaters = WebSocketLimits.Default.MaxInflaters / workers,
            },
            Dns = DnsLimits.Default with { MaxPending = DnsLimits.Default.MaxPending / workers },
            ReportOpenAfterNs = options.Source == CaptureSourceKind.File ? 0 : ReportOpenAfterNs,
            Schema = options.Schema,
            Source = options.Source,
            Node = options.Node,
        });
        var flows = outputs.TakesFlows ? new FlowRecorder(outputs, options, interfaces) : null;
        _connections = new ConnectionTable(Share(Streams(options), workers), _conversations, flows);
    }

    public ExchangeFanOut Outputs => _outputs;

    public bool KeepsFrames => _recorder is not null;

    public long Connections => _connections.Counters.ConnectionsOpened;

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        if (packet.Origin == SegmentOrigin.Wire) _recorder?.OnPacket(in frame, in packet);
        if (packet.Protocol == IpProtocol.Udp) _conversations.Datagrams.Add(in packet);
        else _connections.Add(in packet);
    }

    public void Advance(long nowNs)
    {
        _connections.Advance(nowNs);
        _conversations.Datagrams.Advance(nowNs);
        _conversations.ReportOpen(nowNs);
    }

    public void OnIdle(long nowNs)
    {
        Advance(nowNs);
        _outputs.Flush();
    }

    /// <summary>What is still open becomes incomplete exchanges.</summary>
    public void Finish(long nowNs)
    {
        _connections.Flush(nowNs);
        _conversations.Datagrams.Flush();
        _outputs.Flush();
        _recorder?.Flush();
    }

    /// <summary>Reasons why captured data became no record, by interface (-1: not told apart); all zero when nothing was lost.</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> Losses()
    {
        foreach (var loss in _connections.Counters.LossesByInterface()) yield return loss;
        yield return (-1, "protocol_skipped_bytes", _conversations.Counters.SkippedBytes);
        yield return (-1, "dns_malformed", _conversations.Counters.DnsMalformed);
        if (_recorder is null) yield break;
        yield return (-1, "pcap_exchanges_cut", _recorder.CutExchanges);
        yield return (-1, "pcap_frames_unmasked", _recorder.MaskedFrames);
    }

    /// <summary>What was seen and left aside because it is not what Weir reads: no loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("rules_stopped", _outputs.Stopped);
        yield return new("connection_opaque", _conversations.Counters.OpaqueConnections);
        yield return new("connection_opaque_bytes", _conversations.Counters.OpaqueBytes);
    }

    /// <summary>Every counter of reassembly and parsing, for metrics and the status page.</summary>
    public IEnumerable<KeyValuePair<string, long>> Details() =>
        _connections.Counters.All().Concat(_conversations.Counters.Read());

    private static StreamLimits Streams(ProbeOptions options)
    {
        var limits = new StreamLimits();
        if (options.FlowInterval is { } interval) return limits with { ReportIntervalNs = (long)(interval.TotalMilliseconds * 1_000_000) };
        return options.Source == CaptureSourceKind.File ? limits with { ReportIntervalNs = 0 } : limits;
    }

    /// <summary>Connections spread evenly over the workers, so each has its part of what all may hold.</summary>
    private static StreamLimits Share(StreamLimits limits, int workers) => limits with
    {
        MaxConnections = limits.MaxConnections / workers,
        MaxPendingBytes = limits.MaxPendingBytes / workers,
    };
}
