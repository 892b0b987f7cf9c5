using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// Turns plaintext events into segments of a connection beside the encrypted one: same addresses, a scope of its own, and sequence
/// numbers that count plaintext. Both ends of a connection may be on this host; the end that is seen first tells the bytes, the other
/// only who it is, so that each message comes once.
/// </summary>
internal sealed class TlsFeed(ProcessTable processes, KernelClock clock, TlsFeedLimits limits)
{
    /// <summary>Set in the scope of every segment of plaintext.</summary>
    public const ushort ScopeBit = 0x8000;

    private readonly Dictionary<ulong, TlsStream> _streams = [];
    private readonly Dictionary<TlsEnds, TlsStream> _owners = [];

    /// <summary>Ends that are bound and have told nothing yet, as long as the other end has not either.</summary>
    private readonly Dictionary<(TlsEnds Ends, TlsEnd Local), TlsStream> _quiet = [];

    private readonly Queue<(long DueNs, ulong Connection)> _waiting = new();
    private readonly TlsFeedCounters _counters = new();
    private readonly OpaqueConnections _opaque = new(limits);
    private long _heldBytes;

    public TlsFeedCounters Counters => _counters;

    public OpaqueConnections Opaque => _opaque;

    /// <summary>Takes an event whose kind is one of TLS.</summary>
    public void Take(in EventHeader header, ReadOnlySpan<byte> data, ISegmentSink sink)
    {
        if (header.Kind == EventKind.Encrypted)
        {
            _opaque.Suspect(in header, processes.Of(in header), clock.ToUnixNs((long)header.TimeNs));
            return;
        }

        if (header.Kind == EventKind.TlsClose)
        {
            if (_streams.TryGetValue(header.Connection, out var ended)) End(ended, clock.ToUnixNs((long)header.TimeNs), sink);
            return;
        }

        if (!_streams.TryGetValue(header.Connection, out var stream))
        {
            if (_streams.Count >= limits.MaxStreams) EndOldest(sink);
            stream = new TlsStream(header.Connection, header.Pid, processes.Of(in header), (TlsLibrary)header.Reserved);
            _streams.Add(header.Connection, stream);
        }

        var nowNs = clock.ToUnixNs((long)header.TimeNs);
        stream.LastNs = nowNs;
        if (stream.State == TlsStreamState.Waiting && header.Binding != EventBinding.None) Bind(stream, in header);
        if (header.Kind == EventKind.TlsBound)
        {
            if (stream.State != TlsStreamState.Bound) return;
            // Before any plaintext: it may be the other end that tells it.
            if (_owners.TryGetValue(stream.Ends, out var owner) && owner.Local != stream.Local) Follow(stream, owner, sink);
            else _quiet[(stream.Ends, stream.Local)] = stream;
            return;
        }

        if (stream.State == TlsStreamState.Bound) Settle(stream, sink);
        switch (stream.State)
        {
            case TlsStreamState.Waiting:
                Hold(stream, in header, data, nowNs, sink);
                break;
            case TlsStreamState.Telling:
                Tell(stream, header.Direction, header.Seq, data, (int)(header.Total - header.Captured), nowNs, sink);
                break;
        }
    }

    /// <summary>Gives up waiting for sockets, and on streams that are silent.</summary>
    /// <param name="nowNs">Unix time.</param>
    /// <param name="sink">Takes what was held.</param>
    public void Advance(long nowNs, ISegmentSink sink)
    {
        while (_waiting.TryPeek(out var first) && first.DueNs <= nowNs)
        {
            _waiting.Dequeue();
            if (_streams.TryGetValue(first.Connection, out var stream) && stream.State == TlsStreamState.Waiting) GiveUp(stream, sink);
        }

        _opaque.Advance(nowNs);
    }

    /// <summary>The process is gone, and with it whatever it did not end.</summary>
    public void ProcessEnded(uint pid, long nowNs, ISegmentSink sink)
    {
        _opaque.Forget(pid);
        foreach (var stream in _streams.Values.Where(stream => stream.Pid == pid).ToList()) End(stream, nowNs, sink);
    }

    /// <summary>The capture is over.</summary>
    public void Finish(ISegmentSink sink)
    {
        foreach (var stream in _streams.Values.Where(stream => stream.State == TlsStreamState.Waiting).ToList()) GiveUp(stream, sink);
    }

    private void Bind(TlsStream stream, in EventHeader header)
    {
        stream.Bind(in header);
        stream.State = TlsStreamState.Bound;
        _counters.Bound[(int)header.Binding]++;
        _opaque.Cover(stream.Ends);
    }

    /// <summary>Plaintext has come, so it is decided which end tells it.</summary>
    private void Settle(TlsStream stream, ISegmentSink sink)
    {
        _quiet.Remove((stream.Ends, stream.Local));
        if (_quiet.Remove((stream.Ends, stream.Remote), out var quiet)) stream.Other = quiet;
        if (_owners.TryGetValue(stream.Ends, out var owner))
        {
            if (owner.Local != stream.Local)
            {
                Follow(stream, owner, sink);
                Release(stream, sink);
                return;
            }

            // Both at the same end: one of the objects was left without being freed.
            End(owner, stream.LastNs, sink);
        }

        _owners[stream.Ends] = stream;
        stream.State = TlsStreamState.Telling;
        Release(stream, sink);
    }

    private static void Follow(TlsStream stream, TlsStream owner, ISegmentSink sink)
    {
        stream.State = TlsStreamState.Naming;
        Name(stream, owner, sink);
    }

    private void GiveUp(TlsStream stream, ISegmentSink sink)
    {
        stream.LeaveUnbound();
        _opaque.Cover(stream.Pid);
        stream.State = TlsStreamState.Telling;
        _counters.Unbound++;
        Release(stream, sink);
    }

    private void Hold(TlsStream stream, in EventHeader header, ReadOnlySpan<byte> data, long nowNs, ISegmentSink sink)
    {
        if (stream.Held.Count == 0) _waiting.Enqueue((nowNs + limits.WaitNs, stream.Connection));
        stream.Held.Add(new HeldChunk(header.Direction, header.Seq, data.ToArray(), (int)(header.Total - header.Captured), nowNs));
        stream.HeldBytes += data.Length;
        _heldBytes += data.Length;
        if (stream.HeldBytes > limits.MaxHeldBytesPerStream || _heldBytes > limits.MaxHeldBytes) GiveUp(stream, sink);
    }

    private void Release(TlsStream stream, ISegmentSink sink)
    {
        foreach (var chunk in stream.Held)
        {
            if (stream.State == TlsStreamState.Telling) Tell(stream, chunk.Direction, chunk.Sequence, chunk.Bytes, chunk.MissingBytes, chunk.TimeNs, sink);
        }

        _heldBytes -= stream.HeldBytes;
        stream.HeldBytes = 0;
        stream.Held.Clear();
        stream.Held.TrimExcess();
    }

    private void Tell(TlsStream stream, EventDirection direction, uint sequence, ReadOnlySpan<byte> data, int missing, long nowNs, ISegmentSink sink)
    {
        _counters.Segments++;
        _counters.Bytes += data.Length;
        var segment = stream.Segment(direction, sequence, nowNs);
        segment.Payload = data;
        // What was not copied comes from nowhere else: the parser is told at once.
        segment.PayloadWireLength = data.Length + missing;
        sink.OnSegment(in segment);
        stream.Position(direction) = sequence + (uint)(data.Length + missing);
        if (stream.Other is not { } other) return;
        stream.Other = null;
        if (_streams.ContainsKey(other.Connection) && other.State == TlsStreamState.Bound) Follow(other, stream, sink);
    }

    /// <summary>The other end tells the bytes; here it is told who reads and writes them.</summary>
    private static void Name(TlsStream stream, TlsStream owner, ISegmentSink sink)
    {
        // What this end sends, the other receives.
        var segment = stream.Segment(EventDirection.Sent, owner.Position(EventDirection.Received), owner.LastNs);
        sink.OnSegment(in segment);
    }

    private void End(TlsStream stream, long nowNs, ISegmentSink sink)
    {
        if (stream.State == TlsStreamState.Waiting) GiveUp(stream, sink);
        _streams.Remove(stream.Connection);
        if (stream.State == TlsStreamState.Bound) _quiet.Remove((stream.Ends, stream.Local));
        if (stream.State != TlsStreamState.Telling) return;
        _owners.Remove(stream.Ends);
        foreach (var direction in (ReadOnlySpan<EventDirection>)[EventDirection.Sent, EventDirection.Received])
        {
            var segment = stream.Segment(direction, stream.Position(direction), nowNs);
            segment.Flags = TcpFlags.Fin | TcpFlags.Ack;
            sink.OnSegment(in segment);
        }
    }

    /// <summary>A sixteenth at a time: each look at all of them serves thousands of new ones.</summary>
    private void EndOldest(ISegmentSink sink)
    {
        var enough = Math.Max(1, limits.MaxStreams / 16);
        foreach (var stream in _streams.Values.OrderBy(stream => stream.LastNs).Take(enough).ToList())
        {
            if (!_streams.ContainsKey(stream.Connection)) continue;
            _counters.Evicted++;
            End(stream, stream.LastNs, sink);
        }
    }
}
