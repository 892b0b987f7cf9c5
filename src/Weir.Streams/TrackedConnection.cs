namespace Weir.Streams;

/// <summary>A connection with all its state: entry of the hash table, its places in order of time, and both directions.</summary>
internal sealed class TrackedConnection
{
    public readonly Connection Info = new();
    public readonly HalfStream FromInitiator;
    public readonly HalfStream FromResponder;
    public IStreamHandler? Handler;

    public ConnectionKey Key;
    public ulong Hash;
    public TrackedConnection? NextInBucket;

    /// <summary>Place by age: the order of the last packet, or of the end.</summary>
    public readonly Link<TrackedConnection> Age;

    /// <summary>Place by when it is told next to whoever wants reports of open connections.</summary>
    public readonly Link<TrackedConnection> Report;
    public long ReportDueNs;

    /// <summary>The initiator is the smaller endpoint of <see cref="Key"/>.</summary>
    public bool InitiatorIsLow;
    /// <summary>Both directions ended; kept to swallow late packets.</summary>
    public bool Lingering;
    /// <summary>The initiator's SYN was seen; its round-trip time is not known yet.</summary>
    public bool AwaitsHandshakeAck;
    public long SynNs;
    public bool SynNsKnown;
    /// <summary>First ACK of the initiator, captured before the SYN-ACK that it answers; 0 when there was none.</summary>
    public long EarlyAckNs;
    public uint EarlyAck;
    public long OpenedNs;
    /// <summary>Table time of the last packet, or of the end when lingering.</summary>
    public long SinceNs;

    public TrackedConnection()
    {
        Age = new Link<TrackedConnection>(this);
        Report = new Link<TrackedConnection>(this);
        FromInitiator = new HalfStream(this, Direction.FromInitiator);
        FromResponder = new HalfStream(this, Direction.FromResponder) { Other = FromInitiator };
        FromInitiator.Other = FromResponder;
    }

    public HalfStream Half(bool fromLow) => InitiatorIsLow == fromLow ? FromInitiator : FromResponder;

    public void Reset()
    {
        Handler = null;
        Lingering = AwaitsHandshakeAck = SynNsKnown = false;
        SynNs = EarlyAckNs = 0;
        FromInitiator.Reset();
        FromResponder.Reset();
        Info.Reset();
    }
}
