using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// What is known of one TCP connection, shared by reassembly (which writes it) and the parsers (which read it). Pooled: a
/// handler must not keep it after both directions ended.
/// </summary>
public sealed class Connection
{
    public IpAddress InitiatorIp { get; internal set; }

    public ushort InitiatorPort { get; internal set; }

    public IpAddress ResponderIp { get; internal set; }

    public ushort ResponderPort { get; internal set; }

    public ushort VlanId { get; internal set; }

    public int InterfaceId { get; internal set; }

    /// <summary>The tunnel that its packets came through, of the first that did; none where they came plain only.</summary>
    public PacketTunnel Tunnel { get; internal set; }

    /// <summary>The process at the initiator's socket; null while only packets were seen, or when it is on another host.</summary>
    public SocketProcess? InitiatorProcess { get; internal set; }

    /// <summary>The same of the responder.</summary>
    public SocketProcess? ResponderProcess { get; internal set; }

    /// <summary>It is the plaintext of a TLS session, beside the connection that carried it encrypted; null otherwise.</summary>
    public SegmentTls? Tls { get; internal set; }

    /// <summary>Packets of it were seen on an interface; false while all is known from sockets.</summary>
    public bool SeenOnWire { get; internal set; }

    /// <summary>False when the capture began after the handshake: then roles are a guess until bytes show them.</summary>
    public bool HandshakeSeen { get; internal set; }

    public long FirstPacketNs { get; internal set; }

    public long LastPacketNs { get; internal set; }

    /// <summary>SYN to the ACK that completed the handshake, in nanoseconds; -1 when it was not seen.</summary>
    public long HandshakeRttNs { get; internal set; } = -1;

    public DirectionCounters FromInitiator { get; } = new();

    public DirectionCounters FromResponder { get; } = new();

    /// <summary>Segments sent again, both directions.</summary>
    public long Retransmissions => (long)FromInitiator.Retransmissions + FromResponder.Retransmissions;

    /// <summary>Bytes told as gaps so far, both directions.</summary>
    public long GapBytes => FromInitiator.GapBytes + FromResponder.GapBytes;

    /// <summary>Why the direction that ended last is over; null while the connection is open.</summary>
    public StreamEnd? End { get; internal set; }

    /// <summary>What the parsers recognised last, by its name in the catalog; null while nothing is. Written by them.</summary>
    public string? Protocol { get; set; }

    /// <summary>The direction that carries requests, once the bytes have shown it. Written by the parsers.</summary>
    public Direction? Client { get; set; }

    /// <summary>Exchanges that were told of this connection. Written by the parsers.</summary>
    public long Exchanges { get; set; }

    /// <summary>Belongs to the <see cref="IConnectionSink"/>; null on a new connection.</summary>
    public object? SinkState { get; set; }

    public DirectionCounters Of(Direction direction) => direction == Direction.FromInitiator ? FromInitiator : FromResponder;

    internal void Reset()
    {
        InitiatorIp = ResponderIp = default;
        InitiatorPort = ResponderPort = VlanId = 0;
        InterfaceId = 0;
        Tunnel = default;
        InitiatorProcess = ResponderProcess = null;
        Tls = null;
        SeenOnWire = false;
        HandshakeSeen = false;
        FirstPacketNs = LastPacketNs = Exchanges = 0;
        HandshakeRttNs = -1;
        End = null;
        Protocol = null;
        Client = null;
        SinkState = null;
        FromInitiator.Reset();
        FromResponder.Reset();
    }
}
