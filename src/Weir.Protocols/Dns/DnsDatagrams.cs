using Weir.Packets;
using Weir.Records;

namespace Weir.Protocols.Dns;

/// <summary>
/// DNS, multicast DNS (RFC 6762) and LLMNR (RFC 4795) over UDP: datagrams in, lookups out. On the three well-known ports
/// whatever can be read is; elsewhere only what is DNS beyond doubt. One per worker, through <see cref="ConversationFactory"/>.
/// </summary>
public sealed class DnsDatagrams
{
    private const ushort DnsPort = 53;
    private const ushort MulticastDnsPort = 5353;
    private const ushort LlmnrPort = 5355;

    /// <summary>NetBIOS names (RFC 1002) have the header of DNS and are none.</summary>
    private const ushort NetBiosPort = 137;

    private readonly ConversationHost _host;
    private readonly DnsLimits _limits;
    private readonly DnsWaiting _waiting;
    private readonly DnsCopies _copies;

    internal DnsDatagrams(ConversationHost host)
    {
        _host = host;
        _limits = host.Options.Dns;
        _waiting = new DnsWaiting(_limits);
        _copies = new DnsCopies(_limits.DuplicateWindowNs);
    }

    /// <summary>Whether the packet is a datagram that <see cref="Add"/> takes for DNS.</summary>
    public static bool Recognises(in PacketView packet)
    {
        if (packet.Protocol != IpProtocol.Udp || packet.Payload.Length < DnsHeader.Bytes) return false;
        if (IsWellKnown(packet.SourcePort) || IsWellKnown(packet.DestinationPort)) return true;
        return new DnsHeader(packet.Payload).IsPlausible && packet.Payload.Length == packet.PayloadWireLength
            && packet.SourcePort != NetBiosPort && packet.DestinationPort != NetBiosPort && DnsMessage.IsCertain(packet.Payload);
    }

    /// <summary>Multicast DNS or LLMNR, where query and response need not have an address in common.</summary>
    public static bool IsOfGroup(in PacketView packet) => packet.Protocol == IpProtocol.Udp
        && (packet.SourcePort is MulticastDnsPort or LlmnrPort || packet.DestinationPort is MulticastDnsPort or LlmnrPort);

    /// <summary>Takes a datagram that was recognised. Its bytes are used during the call only.</summary>
    public void Add(in PacketView packet)
    {
        var header = new DnsHeader(packet.Payload);
        if (!header.HasKnownOpcode || !DnsMessage.TryFindQuestion(packet.Payload, out var question))
        {
            _host.Counters.DnsMalformed++;
            return;
        }

        if (_copies.IsCopy(packet))
        {
            _host.Counters.DnsCopies++;
            return;
        }

        if (header.IsResponse) OnResponse(packet, header.Id, question);
        else OnQuery(packet, header.Id, question);
    }

    /// <summary>Lets go of queries that nobody answered in time.</summary>
    /// <param name="nowNs">Unix nanoseconds.</param>
    public void Advance(long nowNs)
    {
        while (_waiting.TryTakeDue(nowNs, out var pending))
        {
            if (pending is null) continue;
            _host.Counters.DnsUnanswered++;
            Fail(pending, Anomaly.ResponseMissingIdle);
        }
    }

    /// <summary>The capture is over.</summary>
    public void Flush()
    {
        while (_waiting.TryTakeOldest(out var pending))
            if (pending is not null) Fail(pending, Anomaly.ResponseMissingCaptureEnd);
    }

    private void OnQuery(in PacketView packet, ushort id, ulong question)
    {
        var multicast = IsMulticast(packet.Destination);
        // Between two 5353 ports nothing pairs: whoever knows answers everybody (RFC 6762 §6).
        var oneWay = packet is { SourcePort: MulticastDnsPort, DestinationPort: MulticastDnsPort };
        var key = new DnsKey(
            packet.Source, packet.SourcePort, multicast ? default : packet.Destination, packet.DestinationPort, id, question);
        if (!oneWay && _waiting.Find(key) is { Waiting: { } asked } known)
        {
            asked.Exchange.Retransmissions++;
            _host.Counters.DnsRepeated++;
            _waiting.Renew(known, packet.TimestampNs);
            return;
        }

        var pending = _host.RentDns();
        pending.SetPeers(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort);
        pending.TakeQuery(packet.Payload, packet.PayloadWireLength, packet.TimestampNs, packet.TimestampNs);
        if (oneWay)
        {
            // Several questions are usual here (RFC 6762 §5.3).
            Emit(pending, whole: true);
            return;
        }

        pending.MarkUnusualQuestions(packet.Payload);
        if (_waiting.IsFull && _waiting.TryTakeOldest(out var oldest) && oldest is not null)
            Fail(oldest, Anomaly.ResponseMissingEvicted);
        _waiting.Add(key, pending, packet.TimestampNs);
        _host.Watch(pending, packet.TimestampNs);
    }

    private void OnResponse(in PacketView packet, ushort id, ulong question)
    {
        var key = new DnsKey(packet.Destination, packet.DestinationPort, packet.Source, packet.SourcePort, id, question);
        var known = _waiting.Find(key) ?? _waiting.Find(key with { Server = default })
            ?? (question == 0 ? _waiting.FindWithoutQuestion(key) : null);
        var pending = known?.Waiting;
        var announced = IsMulticast(packet.Destination) || packet is { SourcePort: MulticastDnsPort, DestinationPort: MulticastDnsPort };
        if (pending is null)
        {
            pending = _host.RentDns();
            if (known is not null) pending.Exchange.Anomalies.Add(Anomaly.DnsAnswerRepeated);
            else if (!announced) pending.Exchange.Anomalies.Add(Anomaly.RequestMissing);
        }
        else
        {
            DnsWaiting.Answered(known!);
        }

        // A question that went to a group is answered by one of it.
        pending.SetPeers(packet.Destination, packet.DestinationPort, packet.Source, packet.SourcePort);
        pending.TakeResponse(packet.Payload, packet.PayloadWireLength, packet.TimestampNs, packet.TimestampNs, _limits);
        Emit(pending, whole: announced || pending.Exchange.HasRequest);
    }

    private void Fail(DnsPending pending, Anomaly reason)
    {
        pending.Exchange.Anomalies.Add(reason);
        Emit(pending, whole: false);
    }

    private void Emit(DnsPending pending, bool whole)
    {
        pending.Exchange.Complete = whole && pending.Exchange.GapBytes == 0;
        _host.Write(pending);
        _host.Return(pending);
    }

    private static bool IsWellKnown(ushort port) => port is DnsPort or MulticastDnsPort or LlmnrPort;

    /// <summary>224.0.0.0/4 and ff00::/8.</summary>
    private static bool IsMulticast(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.WriteBytes(bytes) == 4 ? bytes[0] >> 4 == 14 : bytes[0] == 0xFF;
    }
}
