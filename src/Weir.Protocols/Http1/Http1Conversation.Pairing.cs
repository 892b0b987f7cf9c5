using Weir.Records;

namespace Weir.Protocols.Http1;

/// <content>
/// Which request a response answers. Without loss: the oldest one. After a loss the number of lost messages is unknown, and
/// these facts decide, in this order:
/// <list type="number">
/// <item>a response cannot answer a request whose first byte came later, nor one whose packet acknowledged the response's first
/// byte: captured late, or sent again, it was there before;</item>
/// <item>what a request's packet acknowledged is where its response begins, unless the client pipelines;</item>
/// <item>one candidate and no lost requests: it is that one;</item>
/// <item>a request that was followed by bytes of no readable response may have been answered by those: it is given up;</item>
/// <item>after lost bytes that may have held whole requests, the first request is given up, the next is certain;</item>
/// <item>a client that was not seen pipelining sends a request only when all before it were answered: it is the newest
/// (only where the handshake told the round-trip time, without which pipelining can go unseen);</item>
/// <item>a pipelining client: nothing is certain, so nothing is paired until the connection was quiet.</item>
/// </list>
/// </content>
internal sealed partial class Http1Conversation
{
    /// <summary>Length of <c>GET / HTTP/1.1</c> and two line ends.</summary>
    private const int ShortestRequestBytes = 18;

    private bool _lost;
    private bool _holeNext;
    private long _holeBytes;
    private bool _unsure;
    private bool _pipelines;
    private int _evicted;
    private long _begun;
    private long _clientChunk;
    private long _lastRequestEndChunk;
    private long _lastRequestEndNs;
    private long _lastOrphanNs;
    private long _lastChunkNs;
    private long _strayNs;
    private bool _answers;
    private bool _matched;
    private uint? _interimSequence;
    private uint? _lastAcknowledged;
    private Http1Pending? _requesting;

    private void StartPairing(bool midStream)
    {
        // Mid-stream, messages before the first seen one are "lost" in the same sense.
        _lost = _holeNext = midStream;
        _unsure = _pipelines = _answers = _matched = false;
        _evicted = 0;
        _begun = _clientChunk = _lastRequestEndNs = _holeBytes = 0;
        _lastRequestEndChunk = -1;
        _lastOrphanNs = _lastChunkNs = _strayNs = long.MinValue;
        _requesting = null;
        _interimSequence = _lastAcknowledged = null;
    }

    /// <summary>The first byte of a request came.</summary>
    public Http1Pending BeginRequest(long ns)
    {
        if (_unsure && ns - _lastChunkNs >= _limits.QuietNs) _unsure = _lost = _holeNext = false;
        if (_queue.Count > 0) ObservePipelining(ns);
        _begun++;
        var pending = _host.RentPending();
        _requesting = pending;
        pending.HoleBefore = _holeNext;
        pending.MayFollowLost = _holeBytes >= ShortestRequestBytes;
        pending.Acknowledged = _connection.Of(_client).ChunkAcknowledgment;
        pending.FollowsAtOnce = _begun > 1 && pending.Acknowledged is not null && pending.Acknowledged == _lastAcknowledged;
        _pipelines |= pending.FollowsAtOnce;
        _lastAcknowledged = pending.Acknowledged;
        _holeNext = false;
        _holeBytes = 0;
        if (_serverEnd is { } end) Fail(pending, MissingBecause(end));
        else if (_unsure || ns < _lastOrphanNs) Fail(pending, Anomaly.ResponseMissingLost);
        else Enqueue(pending);
        return pending;
    }

    /// <summary>What began as a request is none.</summary>
    public void AbortRequest()
    {
        var pending = _requesting!;
        _begun--;
        if (pending.Queued)
        {
            _queue.RemoveLast();
            pending.ResponseDone = true;
        }

        pending.Whole = false;
        RequestDone(pending);
    }

    /// <param name="length">Lost bytes that were not the rest of a body.</param>
    public void RequestsLost(long length)
    {
        _holeNext = true;
        _holeBytes += length;
    }

    /// <summary>
    /// Bytes of responses are lost outside of a body of known length. Sent at <paramref name="ns"/> at the latest, they answered
    /// no request that came later, and say nothing of the order from there on.
    /// </summary>
    public void ResponsesLost(LossScope scope, long length, long ns)
    {
        if (_evicted == 0 && _queue.Count > 0 && _queue[0].Acknowledged is null && _queue[0].Exchange.Request.FirstByteNs > ns) return;
        _lost = true;
        _evicted = 0;
        if (scope != LossScope.FromNext || _queue.Count == 0) return;
        var pending = _queue.Dequeue();
        pending.Exchange.Anomalies.Add(Anomaly.ResponseGap);
        pending.Exchange.GapBytes += length;
        Fail(pending, Anomaly.ResponseMissingLost);
    }

    /// <summary>
    /// Bytes of the server, captured at <paramref name="ns"/>, belong to no response that could be read: a loss that nobody
    /// told when they come first, as where its SYN and its first data are missing.
    /// </summary>
    public void ResponseBytesSkipped(long ns)
    {
        _lost |= !_answers;
        _strayNs = Math.Max(_strayNs, ns);
    }

    /// <summary>A status line came.</summary>
    /// <param name="status">Its code.</param>
    /// <param name="firstNs">When its first byte was captured.</param>
    /// <param name="firstSequence">Sequence number of the chunk that byte came in.</param>
    /// <returns>The exchange it belongs to; null for an interim response.</returns>
    public Http1Pending? BeginResponse(int status, long firstNs, uint firstSequence)
    {
        _answers = true;
        if (status is >= 100 and < 200 and not 101)
        {
            _host.Counters.InterimResponses++;
            _interimSequence ??= firstSequence;
            return null;
        }

        var sequence = _interimSequence ?? firstSequence;
        _interimSequence = null;
        // Where the server's SYN was missed, nothing else tells that its first response was.
        if (!_matched && _queue.Count > 0 && _queue[0].Acknowledged is { } known && known != sequence) _lost = true;
        _matched = true;
        var pending = Match(firstNs, sequence) ?? Orphan(firstNs);
        pending.Exchange.HasResponse = true;
        return pending;
    }

    private void Enqueue(Http1Pending pending)
    {
        if (_queue.Count >= _limits.MaxPipelined)
        {
            // Its response will still come and must not be taken for another's.
            _evicted++;
            Fail(_queue.Dequeue(), Anomaly.ResponseMissingEvicted);
        }

        _queue.Enqueue(pending);
    }

    /// <summary>
    /// Sure signs only: a request in the chunk that ended another, or one sooner than a round trip allows. A request that
    /// merely starts while another waits is none, for the response may be what was lost.
    /// </summary>
    private void ObservePipelining(long ns)
    {
        var tooSoon = _connection.HandshakeRttNs > 0 && ns - _lastRequestEndNs < _connection.HandshakeRttNs / 2;
        if (_lastRequestEndChunk == _clientChunk || tooSoon) _pipelines = true;
    }

    private Http1Pending? Match(long ns, uint sequence)
    {
        if (_unsure) return null;
        if (_evicted > 0)
        {
            _evicted--;
            return null;
        }

        var candidates = 0;
        var hole = _holeNext;
        while (candidates < _queue.Count && _queue[candidates] is var one && one.Exchange.Request.FirstByteNs <= ns)
        {
            if (one.Acknowledged is { } known && (int)(known - sequence) > 0)
            {
                // Others like it may follow; the requests that they answer were never seen.
                _lost = true;
                break;
            }

            hole |= one.HoleBefore;
            candidates++;
        }

        if (candidates == 0)
        {
            // Its request is not there, and may still come late. The numbers tell which response is the first that has one.
            _lost = Server.ChunkAcknowledgment is not null || _connection.Of(_client).HasHole;
            return null;
        }

        return _lost ? MatchAfterLoss(candidates, hole, sequence) : MatchInOrder(ns);
    }

    private Http1Pending? MatchInOrder(long ns)
    {
        // No response was lost, so this one answers the oldest request or an earlier one; the next was not waiting for it.
        if (_queue.Count > 1 && _queue[1].Exchange.Request.FirstByteNs < ns) _pipelines = true;
        if (_queue[0].HoleBefore && _pipelines)
        {
            LosePairing();
            return null;
        }

        var pending = _queue.Dequeue();
        if (pending.MayFollowLost)
        {
            // The evidence of a pipeline may be what was lost. One pair given up, and the next request is certain again.
            Fail(pending, Anomaly.ResponseMissingLost);
            return null;
        }

        return pending;
    }

    private Http1Pending? MatchAfterLoss(int candidates, bool hole, uint sequence)
    {
        if (_pipelines && (candidates > 1 || hole || _queue[0].FollowsAtOnce))
        {
            LosePairing();
            return null;
        }

        // Without a round-trip time a pipeline sent in several segments looks like requests sent one after another.
        var unknown = candidates > 1 && _connection.HandshakeRttNs <= 0;
        var newest = _queue[candidates - 1];
        var exact = newest.Acknowledged is { } known ? known == sequence : !IsDoubtful(newest);
        var sure = exact && !unknown && !newest.MayFollowLost;
        _lost = unknown || (!exact && newest.Acknowledged is not null);
        var dropped = sure ? candidates - 1 : candidates;
        for (var i = 0; i < dropped; i++) Fail(_queue.Dequeue(), Anomaly.ResponseMissingLost);
        return sure ? _queue.Dequeue() : null;
    }

    /// <summary>
    /// With a loss of requests around the last candidate, the response may answer one of those. A hole that waits to be told is
    /// one as well.
    /// </summary>
    private bool IsDoubtful(Http1Pending newest) =>
        (newest.RequestDone && newest.Exchange.Request.LastByteNs < _strayNs) || _holeNext || _connection.Of(_client).HasHole;

    private Http1Pending Orphan(long ns)
    {
        _lastOrphanNs = Math.Max(_lastOrphanNs, ns);
        var pending = _host.RentPending();
        pending.Exchange.Anomalies.Add(Anomaly.RequestMissing);
        pending.RequestDone = true;
        pending.Whole = false;
        return pending;
    }

    private void LosePairing()
    {
        _host.Counters.PairingsLost++;
        _unsure = true;
        while (_queue.Count > 0) Fail(_queue.Dequeue(), Anomaly.ResponseMissingLost);
    }
}
