namespace Weir.Packets;

/// <summary>
/// Frames by what became of them, since the decoder was made. One thread writes; any thread may read, each number on its own.
/// </summary>
public sealed class PacketDecoderCounters
{
    private static readonly (DecodeOutcome Outcome, string Name)[] OutcomeNames =
    [
        (DecodeOutcome.Decoded, "packet_decoded"),
        (DecodeOutcome.OtherIpProtocol, "packet_other_ip_protocol"),
        (DecodeOutcome.NotIp, "packet_not_ip"),
        (DecodeOutcome.FragmentPending, "packet_fragment_pending"),
        (DecodeOutcome.TruncatedLinkHeader, "packet_truncated_link_header"),
        (DecodeOutcome.TruncatedIpHeader, "packet_truncated_ip_header"),
        (DecodeOutcome.TruncatedTransportHeader, "packet_truncated_transport_header"),
        (DecodeOutcome.MalformedIpHeader, "packet_malformed_ip_header"),
        (DecodeOutcome.MalformedTransportHeader, "packet_malformed_transport_header"),
        (DecodeOutcome.MalformedFragment, "packet_malformed_fragment"),
        (DecodeOutcome.UnknownLinkType, "packet_unknown_link_type"),
        (DecodeOutcome.MalformedTunnel, "packet_malformed_tunnel"),
        (DecodeOutcome.TruncatedTunnelHeader, "packet_truncated_tunnel_header"),
        (DecodeOutcome.TunnelTooDeep, "packet_tunnel_too_deep"),
        (DecodeOutcome.TunnelIgnored, "packet_tunnel_ignored"),
    ];

    private readonly long[] _outcomes = new long[OutcomeNames.Length];
    private long _fragmentsExpired;
    private long _fragmentsEvicted;
    private long _fragmentsDiscarded;

    /// <summary>The reason name of an outcome.</summary>
    public static string NameOf(DecodeOutcome outcome) => Array.Find(OutcomeNames, one => one.Outcome == outcome).Name;

    /// <summary>Frames that had this outcome.</summary>
    public long this[DecodeOutcome outcome] => Volatile.Read(ref _outcomes[(int)outcome]);

    /// <summary>Fragments given up because the rest of their datagram did not come in time.</summary>
    public long FragmentsExpired => Volatile.Read(ref _fragmentsExpired);

    /// <summary>Fragments given up to stay within <see cref="FragmentLimits"/>.</summary>
    public long FragmentsEvicted => Volatile.Read(ref _fragmentsEvicted);

    /// <summary>Fragments thrown away with a datagram that turned out malformed (RFC 5722 overlap and the like).</summary>
    public long FragmentsDiscarded => Volatile.Read(ref _fragmentsDiscarded);

    /// <summary>All counters by the reason names used in metrics. Allocates; meant for scrapes.</summary>
    public IEnumerable<KeyValuePair<string, long>> Read()
    {
        foreach (var (outcome, name) in OutcomeNames) yield return new(name, this[outcome]);
        yield return new("fragment_expired", FragmentsExpired);
        yield return new("fragment_evicted", FragmentsEvicted);
        yield return new("fragment_discarded", FragmentsDiscarded);
    }

    internal void Add(DecodeOutcome outcome) => _outcomes[(int)outcome]++;

    internal void AddExpired(int fragments) => _fragmentsExpired += fragments;

    internal void AddEvicted(int fragments) => _fragmentsEvicted += fragments;

    internal void AddDiscarded(int fragments) => _fragmentsDiscarded += fragments;
}
