using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// TCP reassembly of many connections (RFC 9293): packets in, in-order chunks and gaps out, per direction. One thread;
/// memory is bounded by <see cref="StreamLimits"/>; nothing is allocated per packet, nor per connection once warm.
/// </summary>
public sealed class ConnectionTable
{
    /// <summary>Longest believable segment in bytes; BIG TCP (Linux 6.3) stays below.</summary>
    private const int MaxSegmentBytes = 1 << 20;

    private readonly StreamLimits _limits;
    private readonly IStreamHandlerFactory _factory;
    private readonly ConnectionStore _store;
    private readonly Reassembler _reassembler;
    private readonly Handshake _handshake;

    /// <param name="limits">Bounds.</param>
    /// <param name="factory">Opens a handler per connection.</param>
    /// <param name="over">Receives the connections that are over, and open ones at an interval; null when nobody asks.</param>
    public ConnectionTable(StreamLimits limits, IStreamHandlerFactory factory, IConnectionSink? over = null)
    {
        _limits = limits;
        _factory = factory;
        _store = new ConnectionStore(limits, Counters, over);
        _reassembler = new Reassembler(limits, Counters, _store);
        _handshake = new Handshake(limits, _store, _reassembler);
    }

    public StreamCounters Counters { get; } = new();

    /// <summary>Takes a packet; any but TCP is ignored. Its bytes are used during the call only, or copied.</summary>
    public void Add(in PacketView packet)
    {
        if (packet.Protocol != IpProtocol.Tcp) return;
        Advance(packet.TimestampNs);
        var wireLength = packet.PayloadWireLength;
        if (wireLength < packet.Payload.Length || wireLength > MaxSegmentBytes) wireLength = packet.Payload.Length;
        Counters.Segments++;
        Counters.PayloadBytes += wireLength;

        var key = ConnectionKey.From(packet, out var fromLow);
        var connection = _store.Find(key, fromLow, packet);
        var isSyn = (packet.Flags & (TcpFlags.Syn | TcpFlags.Rst)) == TcpFlags.Syn;
        if (connection is not null && isSyn && _handshake.IsNewConnection(connection.Half(fromLow), packet))
        {
            if (!connection.Lingering) _reassembler.Close(connection, StreamEnd.Reused, packet.TimestampNs);

            // Closing may have ended both directions by their own FIN, which leaves the connection lingering.
            if (connection.Lingering) _store.Free(connection);
            connection = null;
        }

        if (connection is null)
        {
            if (!Opens(packet, wireLength))
            {
                Counters.UnknownConnectionSegments++;
                return;
            }

            connection = Open(key, fromLow, packet);
        }

        if (packet.Origin == SegmentOrigin.Wire) connection.Info.SeenOnWire = true;
        else Attribute(connection, fromLow, packet);
        connection.Info.LastPacketNs = Math.Max(connection.Info.LastPacketNs, packet.TimestampNs);
        _store.Touch(connection, wireLength > 0);
        var half = connection.Half(fromLow);
        half.Counters.On(packet).Packets++;
        if (packet.Window == 0) CountZeroWindow(half, packet);
        if (connection.Handler is not null || connection.Lingering) Reassemble(half, packet, wireLength, isSyn);
        else Follow(half, packet, wireLength, isSyn);
    }

    /// <summary>Lets time pass (Unix nanoseconds): tells due gaps, ends idle connections. Cheap when nothing is due.</summary>
    public void Advance(long nowNs)
    {
        _store.SetTime(nowNs);
        _reassembler.CheckHoles();
        _store.ReportDue();
        while (_store.Lingering.First is { } old && IsOver(_store.NowNs - old.SinceNs, _limits.LingerNs)) _store.Free(old);
        ExpireIdle(_store.Silent);
        ExpireIdle(_store.Active);
    }

    /// <summary>The capture is over: tells every pending gap and ends every connection.</summary>
    public void Flush(long nowNs)
    {
        Advance(nowNs);
        while ((_store.Silent.First ?? _store.Active.First) is { } connection)
        {
            _reassembler.Close(connection, StreamEnd.CaptureEnd, _store.NowNs);
        }

        while (_store.Lingering.First is { } lingering) _store.Free(lingering);
    }

    /// <summary>
    /// A SYN or payload opens a connection; what only acknowledges or ends one that began before the capture does not, nor
    /// does the single byte of a keep-alive probe, which would be taken for the start of the stream.
    /// </summary>
    private static bool Opens(in PacketView packet, int wireLength)
    {
        if ((packet.Flags & TcpFlags.Rst) != 0) return false;
        if ((packet.Flags & TcpFlags.Syn) != 0) return true;
        // A socket tells by a length alone what it could not show: of a connection that is over, nobody misses it any more.
        if (packet.Origin != SegmentOrigin.Wire && packet.Payload.IsEmpty) return false;
        return wireLength > 1 || (wireLength == 1 && (packet.Flags & (TcpFlags.Psh | TcpFlags.Fin)) != 0);
    }

    private TrackedConnection Open(in ConnectionKey key, bool fromLow, in PacketView packet)
    {
        while (_store.Count >= Math.Max(1, _limits.MaxConnections)) MakeRoom();

        // A SYN-ACK is the responder's: its SYN was missed.
        var fromInitiator = (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack)) != (TcpFlags.Syn | TcpFlags.Ack);
        var connection = _store.Add(key);
        connection.InitiatorIsLow = fromInitiator == fromLow;
        connection.Half(fromLow).Network = packet.Tunnel.Network;
        var info = connection.Info;
        (info.InitiatorIp, info.ResponderIp) = fromInitiator
            ? (packet.Source, packet.Destination) : (packet.Destination, packet.Source);
        (info.InitiatorPort, info.ResponderPort) = fromInitiator
            ? (packet.SourcePort, packet.DestinationPort) : (packet.DestinationPort, packet.SourcePort);
        info.VlanId = packet.VlanId;
        info.InterfaceId = packet.InterfaceId;
        info.Tunnel = packet.Tunnel;
        info.Tls = packet.Tls;
        info.FirstPacketNs = info.LastPacketNs = packet.TimestampNs;
        info.HandshakeSeen = (packet.Flags & TcpFlags.Syn) != 0;
        connection.Handler = _factory.Open(info);
        if (connection.Handler is null) Counters.ConnectionsUnwanted++;
        return connection;
    }

    private static void Attribute(TrackedConnection connection, bool fromLow, in PacketView packet)
    {
        if (packet.Process is not { } process) return;
        var sentByInitiator = connection.InitiatorIsLow == fromLow;
        if (sentByInitiator == (packet.Origin == SegmentOrigin.Sender)) connection.Info.InitiatorProcess = process;
        else connection.Info.ResponderProcess = process;
    }

    private void MakeRoom()
    {
        if (_store.Lingering.First is { } lingering) _store.Free(lingering);
        else if ((_store.Silent.First ?? _store.Active.First) is { } oldest)
        {
            _reassembler.Close(oldest, StreamEnd.Evicted, _store.NowNs);
        }
    }

    private void Reassemble(HalfStream half, in PacketView packet, int wireLength, bool isSyn)
    {
        var sequence = packet.Sequence;
        if (isSyn)
        {
            _handshake.Synchronize(half, packet);
            sequence++;
        }
        else if ((packet.Flags & TcpFlags.Rst) != 0)
        {
            Reset(half, packet);
            return;
        }
        else if (!half.Started)
        {
            half.StartedByPureAck = half.StartAt(sequence, _limits.ResetWindowBytes) && wireLength == 0;
        }

        if ((packet.Flags & TcpFlags.Ack) != 0)
        {
            if (half.Owner.AwaitsHandshakeAck && !isSyn) Handshake.Complete(half, packet);
            _reassembler.Acknowledge(half.Other, packet.Acknowledgment, packet.TimestampNs);
        }

        if (wireLength > 0) _reassembler.AddPayload(half, sequence, packet, wireLength);
        if ((packet.Flags & TcpFlags.Fin) != 0)
        {
            _reassembler.AddFin(half, sequence + (uint)wireLength, wireLength, packet);
        }
    }

    /// <summary>A connection nobody wants: only its handshake, FINs and RST are noticed.</summary>
    private void Follow(HalfStream half, in PacketView packet, int wireLength, bool isSyn)
    {
        if (isSyn) _handshake.Synchronize(half, packet);
        else if ((packet.Flags & TcpFlags.Rst) != 0)
        {
            Reset(half, packet);
            return;
        }

        if (!half.Started) half.Start(packet.Sequence);
        if (!isSyn && (int)(packet.Sequence - half.Next) >= 0)
        {
            half.Next = packet.Sequence + (uint)wireLength;
            half.Counters.Bytes += wireLength;
        }

        if ((packet.Flags & TcpFlags.Fin) != 0) _reassembler.End(half, StreamEnd.Fin, packet.TimestampNs);
    }

    private void Reset(HalfStream half, in PacketView packet)
    {
        if (!_handshake.BelievesReset(half, packet))
        {
            if (!half.Owner.Lingering) Counters.ImplausibleControls++;
            return;
        }

        if (DirectionCounters.IsNew(ref half.Counters.On(packet).Resets, half.Counters.Resets)) half.Counters.Resets++;
        if (!half.Owner.Lingering) _reassembler.Close(half.Owner, StreamEnd.Reset, packet.TimestampNs);
    }

    /// <summary>A window is announced by what is neither the first nor the last packet of its sender.</summary>
    private static void CountZeroWindow(HalfStream half, in PacketView packet)
    {
        if ((packet.Flags & (TcpFlags.Syn | TcpFlags.Fin | TcpFlags.Rst)) != 0) return;
        if (DirectionCounters.IsNew(ref half.Counters.On(packet).ZeroWindows, half.Counters.ZeroWindows)) half.Counters.ZeroWindows++;
    }

    /// <summary>Elapsed time is negative after the source's clock was set back.</summary>
    private static bool IsOver(long elapsedNs, long limitNs) => elapsedNs >= limitNs || elapsedNs < 0;

    private void ExpireIdle(Chain<TrackedConnection> chain)
    {
        if (chain.First is { } ahead && ahead.SinceNs > _store.NowNs)
        {
            ahead.SinceNs = _store.NowNs;
            chain.MoveToEnd(ahead.Age);
        }

        while (chain.First is { } oldest && _store.NowNs - oldest.SinceNs >= _limits.IdleTimeoutNs)
        {
            _reassembler.Close(oldest, StreamEnd.Idle, _store.NowNs);
        }
    }
}
