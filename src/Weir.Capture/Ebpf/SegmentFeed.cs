using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Turns events into segments: what crossed a socket, with its TCP sequence, is what a packet would have brought, so reassembly joins
/// both ends of a connection, and packets of the same connection, by itself.
/// </summary>
/// <param name="processes">Names who made a call.</param>
/// <param name="clock">Of the events.</param>
/// <param name="ownNamespace">Network namespace of the host, where Weir runs.</param>
internal sealed class SegmentFeed(ProcessTable processes, KernelClock clock, uint ownNamespace)
{
    /// <summary>As an interface, the socket that sent. Negative: no device has it, so it names none.</summary>
    private const int SenderInterface = -2;
    private const int ReceiverInterface = -3;

    /// <summary>
    /// Nanoseconds in which what an event left out may still come from the other end, from another program or from an interface.
    /// Above <see cref="BpfRingBuffer.PollIntervalMs"/> and what a reader takes to read what was written to it.
    /// </summary>
    private const long MissingDelayNs = 250_000_000;

    /// <summary>Network namespaces of which loopback connections are told apart.</summary>
    private const int MaxScopes = ushort.MaxValue;

    private readonly Dictionary<uint, ushort> _scopes = [];
    private readonly Queue<Missing> _missing = new();

    /// <summary>Events that were no event: they were counted nowhere else.</summary>
    public long Malformed { get; private set; }

    public void Take(ReadOnlySpan<byte> record, ISegmentSink sink)
    {
        if (!EventHeader.TryRead(record, out var header, out var data))
        {
            Malformed++;
            return;
        }

        switch (header.Kind)
        {
            case EventKind.Data:
                OnData(in header, data, sink);
                break;
            case EventKind.Open:
                OnOpen(in header, sink);
                break;
            case EventKind.Fin:
                OnFin(in header, sink);
                break;
            case EventKind.Close or EventKind.Encrypted:
                break;
            default:
                Malformed++;
                break;
        }
    }

    /// <summary>Tells what is missing and did not come in time.</summary>
    /// <param name="nowNs">Monotonic; <see cref="long.MaxValue"/> tells all.</param>
    /// <param name="sink">Takes it.</param>
    public void TellMissing(long nowNs, ISegmentSink sink)
    {
        while (_missing.TryPeek(out var first) && first.DueNs <= nowNs)
        {
            _missing.Dequeue();
            var header = first.Header;
            var segment = Segment(in header);
            if (header.Kind == EventKind.Fin)
            {
                segment.Flags = TcpFlags.Rst | TcpFlags.Ack;
            }
            else
            {
                segment.Process = processes.Of(in header);
                segment.PayloadWireLength = (int)header.Total;
            }

            sink.OnSegment(in segment);
        }
    }

    private void OnData(in EventHeader header, ReadOnlySpan<byte> data, ISegmentSink sink)
    {
        var segment = Segment(in header);
        segment.Process = processes.Of(in header);
        segment.Payload = data;
        segment.PayloadWireLength = data.Length;
        sink.OnSegment(in segment);
        if (header.Captured >= header.Total) return;
        var rest = header;
        rest.Seq += header.Captured;
        rest.Total -= header.Captured;
        rest.Captured = 0;
        _missing.Enqueue(new Missing(KernelClock.MonotonicNs + MissingDelayNs, rest));
    }

    /// <summary>
    /// The handshake, as packets would have shown it. Its round trip is the kernel's own measurement; without one the SYN is left out,
    /// and with it a wrong time.
    /// </summary>
    private void OnOpen(in EventHeader header, ISegmentSink sink)
    {
        var isClient = header.Role == EventRole.Client;
        var (clientFirst, serverFirst) = isClient ? (header.Seq, header.Ack) : (header.Ack, header.Seq);
        var roundTripNs = isClient ? header.Total * 1000L : 0;
        var opened = Segment(in header, fromLocal: isClient);
        var openedNs = opened.TimestampNs;
        if (roundTripNs > 0)
        {
            opened.TimestampNs = openedNs - roundTripNs;
            opened.Flags = TcpFlags.Syn;
            opened.Sequence = clientFirst - 1;
            opened.Acknowledgment = 0;
            sink.OnSegment(in opened);
        }

        var answer = Segment(in header, fromLocal: !isClient);
        answer.Flags = TcpFlags.Syn | TcpFlags.Ack;
        answer.Sequence = serverFirst - 1;
        answer.Acknowledgment = clientFirst;
        sink.OnSegment(in answer);
        if (roundTripNs <= 0) return;
        opened.TimestampNs = openedNs;
        opened.Flags = TcpFlags.Ack;
        opened.Sequence = clientFirst;
        opened.Acknowledgment = serverFirst;
        sink.OnSegment(in opened);
    }

    /// <summary>What a process had received before a reset it can still read: the reset waits as long as what is missing does.</summary>
    private void OnFin(in EventHeader header, ISegmentSink sink)
    {
        if ((header.Flags & EventFlags.Reset) != 0)
        {
            _missing.Enqueue(new Missing(KernelClock.MonotonicNs + MissingDelayNs, header));
            return;
        }

        var segment = Segment(in header);
        segment.Flags = TcpFlags.Fin | TcpFlags.Ack;
        sink.OnSegment(in segment);
    }

    private PacketView Segment(in EventHeader header) => Segment(in header, header.Direction == EventDirection.Sent);

    private PacketView Segment(in EventHeader header, bool fromLocal)
    {
        var local = Address(header.LocalAddress);
        var remote = Address(header.RemoteAddress);
        return new PacketView
        {
            TimestampNs = clock.ToUnixNs((long)header.TimeNs),
            InterfaceId = fromLocal ? SenderInterface : ReceiverInterface,
            Source = fromLocal ? local : remote,
            SourcePort = fromLocal ? header.LocalPort : header.RemotePort,
            Destination = fromLocal ? remote : local,
            DestinationPort = fromLocal ? header.RemotePort : header.LocalPort,
            Protocol = IpProtocol.Tcp,
            Sequence = header.Seq,
            Acknowledgment = header.Ack,
            Flags = TcpFlags.Ack | TcpFlags.Psh,
            Window = ushort.MaxValue,
            Origin = fromLocal ? SegmentOrigin.Sender : SegmentOrigin.Receiver,
            Scope = ScopeOf(header.Netns, in local, in remote),
        };
    }

    /// <summary>
    /// Addresses that lead to another host mean the same everywhere; those that stay within a namespace do not.
    /// </summary>
    private ushort ScopeOf(uint netns, in IpAddress local, in IpAddress remote)
    {
        if (netns == ownNamespace || (!local.IsLoopback && !local.Equals(remote))) return 0;
        if (_scopes.TryGetValue(netns, out var scope)) return scope;
        if (_scopes.Count >= MaxScopes) _scopes.Clear();
        return _scopes[netns] = (ushort)(_scopes.Count + 1);
    }

    private static IpAddress Address(ReadOnlySpan<byte> bytes) => IpAddress.FromV6(bytes);

    private readonly record struct Missing(long DueNs, EventHeader Header);
}
