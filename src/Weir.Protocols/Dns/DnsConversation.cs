using System.Buffers.Binary;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Dns;

/// <summary>
/// One TCP connection of DNS. Responses may come in any order (RFC 7766 §7), so identifier and question pair them; a message
/// that a gap damaged is left out, and the framing goes on behind it.
/// </summary>
internal sealed class DnsConversation(ConversationHost host) : IHostedConversation
{
    private readonly DnsLimits _limits = host.Options.Dns;
    private readonly List<DnsPending> _waiting = [];
    private readonly Side _queries = new();
    private readonly Side _responses = new();
    private Connection _connection = null!;
    private Direction _client;
    private bool _ended;

    public bool HandedOver => false;

    public int UntakenBytes => 0;

    public ReadOnlySpan<byte> HeldClientBytes => default;

    public DnsConversation Start(Connection connection, Direction client)
    {
        _connection = connection;
        _client = client;
        _ended = false;
        _queries.Start(lost: false);
        _responses.Start(lost: !connection.HandshakeSeen);
        if (!connection.HandshakeSeen) _queries.Lost = true;
        return this;
    }

    public void Release() => host.Return(this);

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
    {
        var fromClient = direction == _client;
        var side = fromClient ? _queries : _responses;
        if (side.Lost && !TryFindBack(side, bytes, fromClient))
        {
            host.Counters.SkippedBytes += bytes.Length;
            return;
        }

        while (!bytes.IsEmpty)
        {
            if (side.Taken == 0) side.FirstNs = timestampNs;
            var part = bytes[..Math.Min(bytes.Length, side.Missing)];
            bytes = bytes[part.Length..];
            side.Take(part);
            if (!side.IsWhole) continue;
            OnMessage(side, fromClient, timestampNs);
            side.Start(lost: false);
        }
    }

    public void OnGap(Direction direction, long length, long timestampNs)
    {
        var side = direction == _client ? _queries : _responses;
        if (side.Lost) return;
        if (side.Taken >= DnsProtocol.PrefixBytes && length < side.Missing)
        {
            side.Skip((int)length);
            return;
        }

        // Exactly the rest of a message: the next one begins behind the gap.
        var next = side.Taken >= DnsProtocol.PrefixBytes && length == side.Missing;
        host.Counters.SkippedBytes += side.Taken;
        side.Start(lost: !next);
    }

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        var side = direction == _client ? _queries : _responses;
        host.Counters.SkippedBytes += side.Taken;
        side.Start(lost: true);
        if (direction == _client) return;
        _ended = true;
        foreach (var pending in _waiting)
        {
            if (!pending.Transferring) pending.Exchange.Anomalies.Add(MissingBecause(reason));
            else if (reason != StreamEnd.Fin) pending.Exchange.Anomalies.Add(Anomaly.ResponseBodyIncomplete);
            Emit(pending, whole: pending.Transferring && reason == StreamEnd.Fin);
        }

        _waiting.Clear();
    }

    private static bool TryFindBack(Side side, ReadOnlySpan<byte> bytes, bool fromClient)
    {
        // The beginning of a segment that holds a whole header and question; a shorter one proves nothing.
        var expected = fromClient ? Recognition.Request : Recognition.Response;
        if (new DnsProtocol().Recognize(bytes) != expected) return false;
        side.Start(lost: false);
        return true;
    }

    private void OnMessage(Side side, bool fromClient, long ns)
    {
        var message = side.Message;
        if (side.Damaged || message.Length < DnsHeader.Bytes || new DnsHeader(message).IsResponse == fromClient)
        {
            if (side.Damaged) host.Counters.SkippedBytes += side.Taken;
            else host.Counters.DnsMalformed++;
            return;
        }

        if (fromClient) OnQuery(message, side.FirstNs, ns);
        else OnResponse(message, side.FirstNs, ns);
    }

    private void OnQuery(ReadOnlySpan<byte> message, long firstNs, long ns)
    {
        var pending = host.RentDns();
        pending.Id = new DnsHeader(message).Id;
        DnsMessage.TryFindQuestion(message, out pending.Question);
        pending.TakeQuery(message, message.Length, firstNs, ns);
        pending.MarkUnusualQuestions(message);
        pending.Exchange.Dns.OverTcp = true;
        if (_ended)
        {
            (pending.Connection, pending.Client) = (_connection, _client);
            pending.Exchange.Anomalies.Add(Anomaly.ResponseMissingClosed);
            Emit(pending, whole: false);
            return;
        }

        if (_waiting.Count >= _limits.MaxPipelined)
        {
            _waiting[0].Exchange.Anomalies.Add(Anomaly.ResponseMissingEvicted);
            Emit(_waiting[0], whole: false);
            _waiting.RemoveAt(0);
        }

        _waiting.Add(pending);
        host.Watch(pending, _connection, _client, ns);
    }

    private void OnResponse(ReadOnlySpan<byte> message, long firstNs, long ns)
    {
        var header = new DnsHeader(message);
        DnsMessage.TryFindQuestion(message, out var question);
        var index = Find(header.Id, question);
        if (index < 0)
        {
            var orphan = host.RentDns();
            (orphan.Connection, orphan.Client) = (_connection, _client);
            orphan.TakeResponse(message, message.Length, firstNs, ns, _limits);
            orphan.Exchange.Dns.OverTcp = true;
            orphan.Exchange.Anomalies.Add(Anomaly.RequestMissing);
            Emit(orphan, whole: false);
            return;
        }

        var pending = _waiting[index];
        pending.TakeResponse(message, message.Length, firstNs, ns, _limits);
        if (pending.IsTransfer && header.ResponseCode == 0 && !IsLastOfTransfer(pending, message))
        {
            pending.Transferring = true;
            return;
        }

        _waiting.RemoveAt(index);
        Emit(pending, whole: true);
    }

    private static bool IsLastOfTransfer(DnsPending pending, ReadOnlySpan<byte> message) =>
        pending.Exchange.Dns.AnswerCount != 1 && DnsMessage.EndsWithSoa(message);

    /// <summary>A response may leave the question out (RFC 1035 §7.3 allows for it); the identifier decides then.</summary>
    private int Find(ushort id, ulong question)
    {
        for (var i = 0; i < _waiting.Count; i++)
        {
            var one = _waiting[i];
            if (one.Id == id && (question == 0 || one.Question == question || one.Transferring)) return i;
        }

        return -1;
    }

    private void Emit(DnsPending pending, bool whole)
    {
        var exchange = pending.Exchange;
        exchange.Complete = whole && exchange is { HasRequest: true, HasResponse: true };
        host.Write(pending);
        host.Return(pending);
    }

    private Anomaly MissingBecause(StreamEnd reason) =>
        _responses.WasLost ? Anomaly.ResponseMissingLost : MissingResponse.Because(reason);

    /// <summary>The message of one direction that is being put together.</summary>
    private sealed class Side
    {
        private readonly ByteBuffer _bytes = new();
        private int _skipped;

        public long FirstNs;
        public bool Lost;
        public bool WasLost;

        public int Taken => _bytes.Length + _skipped;

        public bool Damaged => _skipped > 0;

        public bool IsWhole => Missing == 0;

        /// <summary>Bytes until the length, or the message, is there.</summary>
        public int Missing => _bytes.Length < DnsProtocol.PrefixBytes
            ? DnsProtocol.PrefixBytes - _bytes.Length
            : DnsProtocol.PrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(_bytes.Span) - Taken;

        public ReadOnlySpan<byte> Message => _bytes.Span[DnsProtocol.PrefixBytes..];

        public void Start(bool lost)
        {
            _bytes.Clear();
            _skipped = 0;
            Lost = lost;
            WasLost |= lost;
        }

        public void Take(ReadOnlySpan<byte> part)
        {
            if (Damaged) _skipped += part.Length;
            else _bytes.Append(part);
        }

        public void Skip(int length)
        {
            _skipped += length;
            WasLost = true;
        }
    }
}
