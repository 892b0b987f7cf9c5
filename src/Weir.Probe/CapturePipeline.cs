using Weir.Packets;
using Weir.Protocols;
using Weir.Protocols.Http1;
using Weir.Streams;

namespace Weir.Probe;

/// <summary>
/// One worker's way from frames to exchanges: decode → reassemble → parse → outputs. It owns all its state and runs on the
/// thread of its source; only its counters are read from elsewhere.
/// </summary>
public sealed class CapturePipeline : IFrameSink
{
    /// <summary>Packet time between two sweeps for idle connections.</summary>
    private const long AdvanceIntervalNs = 100_000_000;

    private readonly ProbeOptions _options;
    private readonly ExchangeFanOut _outputs;
    private readonly PacketDecoder _decoder = new();
    private readonly ConversationFactory _conversations;
    private readonly ConnectionTable _connections;
    private readonly PacketRecorder? _recorder;
    private long _packets;
    private long _bytes;
    private long _notTcp;
    private long _otherPorts;
    private long _latestNs;
    private long _advancedNs;

    public CapturePipeline(ProbeOptions options, ExchangeFanOut outputs)
    {
        _options = options;
        _outputs = outputs;
        if (options.PacketOutput is { } stream)
            outputs.Recorder = _recorder = new PacketRecorder(new PcapNgWriter(stream), new PacketRecorderLimits());
        _conversations = new ConversationFactory(outputs, new ConversationOptions
        {
            Http1 = Http1Limits.Default with { BodyCaptureBytes = options.BodyLimitBytes },
            Source = options.Source,
            Node = options.Node,
        });
        _connections = new ConnectionTable(new StreamLimits(), _conversations);
    }

    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Bytes on the wire of the frames that were handed over.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public long Connections => _connections.Counters.ConnectionsOpened;

    public void OnFrame(in Frame frame)
    {
        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + frame.OriginalLength);
        if (frame.TimestampNs > _latestNs) _latestNs = frame.TimestampNs;
        if (_decoder.Decode(in frame, out var packet) == DecodeOutcome.Decoded) OnPacket(in frame, in packet);
        if (_latestNs - _advancedNs >= AdvanceIntervalNs) Advance(_latestNs);
    }

    public void OnIdle(long nowNs)
    {
        Advance(Math.Max(nowNs, _latestNs));
        _outputs.Flush();
    }

    /// <summary>The capture is over: what is still open becomes incomplete exchanges.</summary>
    public void Finish()
    {
        _connections.Flush(_latestNs);
        _outputs.Flush();
        _recorder?.Flush();
    }

    /// <summary>Reasons why captured data became no record; all zero when nothing was lost.</summary>
    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        foreach (var counter in _decoder.Counters.Read())
            if (IsLoss(counter.Key)) yield return counter;
        foreach (var loss in _connections.Counters.Losses()) yield return loss;
        yield return new("protocol_skipped_bytes", _conversations.Counters.SkippedBytes);
        if (_recorder is not null) yield return new("pcap_exchanges_cut", _recorder.CutExchanges);
    }

    /// <summary>What was seen and left aside because it is not what Weir reads: no loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("packet_not_ip", _decoder.Counters[DecodeOutcome.NotIp]);
        yield return new("packet_not_tcp", _decoder.Counters[DecodeOutcome.OtherIpProtocol] + _notTcp);
        yield return new("packet_other_port", _otherPorts);
        yield return new("connection_opaque", _conversations.Counters.OpaqueConnections);
        yield return new("connection_opaque_bytes", _conversations.Counters.OpaqueBytes);
    }

    /// <summary>Every counter of reassembly and parsing, for metrics and the status page.</summary>
    public IEnumerable<KeyValuePair<string, long>> Details() =>
        _connections.Counters.All().Concat(_conversations.Counters.Read());

    private void OnPacket(in Frame frame, in PacketView packet)
    {
        if (packet.Protocol != IpProtocol.Tcp)
        {
            _notTcp++;
            return;
        }

        if (!Wanted(packet.SourcePort, packet.DestinationPort))
        {
            _otherPorts++;
            return;
        }

        _recorder?.OnPacket(in frame, in packet);
        _connections.Add(in packet);
    }

    private void Advance(long nowNs)
    {
        _advancedNs = nowNs;
        _connections.Advance(nowNs);
    }

    private bool Wanted(ushort source, ushort destination)
    {
        if (_options.Ports.Count == 0) return true;
        foreach (var range in _options.Ports)
        {
            if (source >= range.First && source <= range.Last) return true;
            if (destination >= range.First && destination <= range.Last) return true;
        }

        return false;
    }

    private static bool IsLoss(string counter) =>
        counter.Contains("truncated", StringComparison.Ordinal) || counter.Contains("malformed", StringComparison.Ordinal)
        || counter.Contains("unknown_link", StringComparison.Ordinal)
        || (counter.StartsWith("fragment_", StringComparison.Ordinal));
}
