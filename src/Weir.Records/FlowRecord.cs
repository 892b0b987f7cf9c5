namespace Weir.Records;

/// <summary>Why a flow is over, or is told although it is not.</summary>
public enum FlowEnd : byte
{
    Fin,
    Reset,
    /// <summary>Nothing was seen for the idle limit.</summary>
    Idle,
    /// <summary>Pushed out of a full connection table.</summary>
    Evicted,
    /// <summary>A new SYN took the same addresses and ports.</summary>
    Reused,
    CaptureEnd,
    /// <summary>Not over: this is a part of a flow that lasts (the active timeout of RFC 5470 §5.1.1).</summary>
    Active,
}

/// <summary>What one side of a flow sent.</summary>
public sealed class FlowSide
{
    public Peer Peer { get; } = new();

    /// <summary>Packets, retransmissions included, each once however many interfaces saw it.</summary>
    public long Packets { get; set; }

    /// <summary>TCP payload in bytes, each once.</summary>
    public long Bytes { get; set; }

    /// <summary>Segments sent again; keep-alive probes are none.</summary>
    public long Retransmissions { get; set; }

    public long RetransmittedBytes { get; set; }

    /// <summary>The part of <see cref="Retransmissions"/> that were SYNs.</summary>
    public long SynRetransmissions { get; set; }

    /// <summary>Segments that came behind a later one, within a round trip.</summary>
    public long OutOfOrder { get; set; }

    /// <summary>Packets that announced a receive window of zero.</summary>
    public long ZeroWindows { get; set; }

    public long Resets { get; set; }

    /// <summary>Payload bytes that the capture lost.</summary>
    public long GapBytes { get; set; }

    /// <summary>Packets that were seen on another interface as well.</summary>
    public long Copies { get; set; }

    internal void Clear()
    {
        Peer.Clear();
        Packets = Bytes = Retransmissions = RetransmittedBytes = SynRetransmissions = 0;
        OutOfOrder = ZeroWindows = Resets = GapBytes = Copies = 0;
    }
}

/// <summary>
/// One TCP connection from its first to its last packet, or one that lasts in parts: each part counts what came since the one
/// before, so that the parts add up to the connection. Pooled and mutable: valid during the call that hands it over.
/// </summary>
public sealed class FlowRecord
{
    /// <summary>The same for all parts of a connection.</summary>
    public ExchangeId Id { get; set; }

    /// <summary>1 for the first part of a connection that is told in parts; 0 where the record is the whole connection.</summary>
    public int Part { get; set; }

    /// <summary>The tunnel that carried it, with its outer addresses; kind none where it came plain.</summary>
    public Packets.PacketTunnel Tunnel { get; set; }

    public CaptureSourceKind Source { get; set; }

    /// <summary>Name of the node that captured it; null when unknown.</summary>
    public string? Node { get; set; }

    /// <summary>Interface or file that saw its first packet; null when unknown.</summary>
    public string? Interface { get; set; }

    /// <summary>802.1Q VLAN, 0 when untagged.</summary>
    public ushort VlanId { get; set; }

    /// <summary>What its bytes were recognised as, by its name in the protocol catalog; null when nothing was.</summary>
    public string? Protocol { get; set; }

    /// <summary>Exchanges that it carried.</summary>
    public long Exchanges { get; set; }

    public FlowEnd End { get; set; }

    /// <summary>False when the capture began after the handshake: who is the client is then what the bytes or the first packet showed.</summary>
    public bool HandshakeSeen { get; set; }

    /// <summary>SYN to handshake ACK in nanoseconds; -1 when unknown.</summary>
    public long HandshakeRttNs { get; set; } = -1;

    /// <summary>First packet, or end of the part before. Unix nanoseconds.</summary>
    public long StartedAtNs { get; set; }

    /// <summary>Last packet, Unix nanoseconds.</summary>
    public long EndedAtNs { get; set; }

    public FlowSide Client { get; } = new();

    public FlowSide Server { get; } = new();

    public void Clear()
    {
        Id = default;
        Source = default;
        Node = Interface = Protocol = null;
        VlanId = 0;
        Part = 0;
        Tunnel = default;
        Exchanges = StartedAtNs = EndedAtNs = 0;
        End = default;
        HandshakeSeen = false;
        HandshakeRttNs = -1;
        Client.Clear();
        Server.Clear();
    }
}

/// <summary>Takes flows that are over, and parts of those that last. The record is valid only during the call.</summary>
public interface IFlowSink
{
    void Write(FlowRecord flow);
}
