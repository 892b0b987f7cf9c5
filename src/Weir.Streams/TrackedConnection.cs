namespace Weir.Streams;

/// <summary>A connection with all its state: entry of the hash table, of one list by age, and both directions.</summary>
internal sealed class TrackedConnection
{
    public readonly Connection Info = new();
    public readonly HalfStream FromInitiator;
    public readonly HalfStream FromResponder;
    public IStreamHandler? Handler;

    public ConnectionKey Key;
    public ulong Hash;
    public TrackedConnection? NextInBucket;

    public ConnectionList? List;
    public TrackedConnection? Previous;
    public TrackedConnection? Next;

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
        FromInitiator = new HalfStream(this, Direction.FromInitiator);
        FromResponder = new HalfStream(this, Direction.FromResponder) { Other = FromInitiator };
        FromInitiator.Other = FromResponder;
    }

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

/// <summary>Connections in order of their last packet (or end), oldest first.</summary>
internal sealed class ConnectionList
{
    public TrackedConnection? Head { get; private set; }

    public TrackedConnection? Tail { get; private set; }

    public void Append(TrackedConnection connection)
    {
        connection.List = this;
        connection.Previous = Tail;
        connection.Next = null;
        if (Tail is null) Head = connection;
        else Tail.Next = connection;
        Tail = connection;
    }

    public void Remove(TrackedConnection connection)
    {
        if (connection.Previous is null) Head = connection.Next;
        else connection.Previous.Next = connection.Next;
        if (connection.Next is null) Tail = connection.Previous;
        else connection.Next.Previous = connection.Previous;
        connection.Previous = connection.Next = null;
        connection.List = null;
    }
}
