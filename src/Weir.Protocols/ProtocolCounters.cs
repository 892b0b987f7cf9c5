using Weir.Records;

namespace Weir.Protocols;

/// <summary>What became of the bytes of one worker since it started. Written by its thread only; readable from others.</summary>
public sealed class ProtocolCounters
{
    private static readonly string[] AnomalyNames =
        [.. WireNames.Anomalies.Select(name => "anomaly_" + name)];

    private readonly long[] _anomalies = new long[AnomalyNames.Length];

    /// <summary>Exchanges handed to the sink.</summary>
    public long Exchanges;
    /// <summary>Times an exchange was told while it ran; none of them counts as an exchange.</summary>
    public long ProgressReports;
    public long ExchangesComplete;
    public long ExchangesIncomplete;
    /// <summary>Times a direction found the next message after a loss or after bytes that were no message.</summary>
    public long Resynchronised;
    /// <summary>Bytes that belong to no message: skipped while looking for the next one.</summary>
    public long SkippedBytes;
    public long GapBytes;
    /// <summary>Interim (1xx) responses, which make no exchange of their own.</summary>
    public long InterimResponses;
    public long ProtocolsSwitched;
    /// <summary>Times the pairing of a pipelining connection was given up after a loss.</summary>
    public long PairingsLost;
    /// <summary>Messages of WebSockets that are over.</summary>
    public long WebSocketMessages;
    /// <summary>DNS queries that nobody answered in time.</summary>
    public long DnsUnanswered;
    /// <summary>Datagrams or framed messages where DNS was expected that are none.</summary>
    public long DnsMalformed;
    /// <summary>Datagrams seen again on another interface.</summary>
    public long DnsCopies;
    /// <summary>Queries that were asked again before they were answered; they make no record of their own.</summary>
    public long DnsRepeated;
    public long ConnectionsRecognised;
    /// <summary>Connections (or the inside of a tunnel) that are no protocol of the catalog.</summary>
    public long OpaqueConnections;
    public long OpaqueBytes;

    internal void Count(Exchange exchange)
    {
        Exchanges++;
        if (exchange.Complete) ExchangesComplete++;
        else ExchangesIncomplete++;
        foreach (var anomaly in exchange.Anomalies) _anomalies[(int)anomaly]++;
    }

    public long this[Anomaly anomaly] => Volatile.Read(ref _anomalies[(int)anomaly]);

    /// <summary>Every counter by its snake_case name; anomalies as <c>anomaly_…</c>.</summary>
    public IEnumerable<KeyValuePair<string, long>> Read()
    {
        yield return new("exchanges", Volatile.Read(ref Exchanges));
        yield return new("progress_reports", Volatile.Read(ref ProgressReports));
        yield return new("exchanges_complete", Volatile.Read(ref ExchangesComplete));
        yield return new("exchanges_incomplete", Volatile.Read(ref ExchangesIncomplete));
        yield return new("resynchronised", Volatile.Read(ref Resynchronised));
        yield return new("skipped_bytes", Volatile.Read(ref SkippedBytes));
        yield return new("gap_bytes", Volatile.Read(ref GapBytes));
        yield return new("interim_responses", Volatile.Read(ref InterimResponses));
        yield return new("protocols_switched", Volatile.Read(ref ProtocolsSwitched));
        yield return new("pairings_lost", Volatile.Read(ref PairingsLost));
        yield return new("websocket_messages", Volatile.Read(ref WebSocketMessages));
        yield return new("dns_unanswered", Volatile.Read(ref DnsUnanswered));
        yield return new("dns_malformed", Volatile.Read(ref DnsMalformed));
        yield return new("dns_copies", Volatile.Read(ref DnsCopies));
        yield return new("dns_repeated", Volatile.Read(ref DnsRepeated));
        yield return new("connections_recognised", Volatile.Read(ref ConnectionsRecognised));
        yield return new("opaque_connections", Volatile.Read(ref OpaqueConnections));
        yield return new("opaque_bytes", Volatile.Read(ref OpaqueBytes));
        for (var i = 0; i < AnomalyNames.Length; i++)
            yield return new(AnomalyNames[i], Volatile.Read(ref _anomalies[i]));
    }
}
