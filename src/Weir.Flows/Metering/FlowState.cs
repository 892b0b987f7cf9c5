namespace Weir.Flows.Metering;

/// <summary>Neighbours in one of the meter's lists.</summary>
internal struct FlowLinks
{
    public FlowState? Previous;
    public FlowState? Next;
    public FlowList? List;
}

/// <summary>How far a TCP connection has been closed.</summary>
internal enum CloseState : byte
{
    Open,
    FirstFin,
    BothFins,
    Closed,
}

/// <summary>One flow: constant in size however long it lasts. Pooled.</summary>
internal sealed class FlowState
{
    /// <summary>Forward direction first; the table's key too, whichever way around.</summary>
    public FlowTuple Tuple;
    public ulong Hash;
    public ushort VlanId;
    /// <summary>The key was made by a packet of the other direction.</summary>
    public bool IdIsReversed;
    public FlowState? NextInBucket;

    /// <summary>In the list of running flows by their last touch, or of closed ones by when they closed.</summary>
    public FlowLinks Age;
    /// <summary>In the list of flows by when they are told next.</summary>
    public FlowLinks Due;
    public long TouchedUs;
    public long DueUs;

    public long StartUs;
    public long StartNs;
    public long LastUs;
    public long LastNs;
    public long ConnectionStartUs;
    public int Part;
    public int InterfaceId;
    public CloseState Close;
    public FlowExport CloseReason;
    public bool HasSyn;
    public uint SynSequence;
    /// <summary>Tells a connection's segments from those of others in the memory for segments.</summary>
    public ulong Epoch;
    public int IcmpType;
    public int IcmpCode;

    public DirectionState Forward;
    public DirectionState Backward;
    public RunningStatistics Iat;
    public RunningStatistics Active;
    public RunningStatistics Idle;
    public long ActiveStartUs;
    public long ActiveEndUs;
    public long Subflows;
    /// <summary>Payload of the first packet: V4 puts it into the statistics of both directions twice.</summary>
    public double FirstLength;

    public long Packets => Forward.Packets + Backward.Packets;

    /// <summary>Weir's own direction: by address and port.</summary>
    public bool IsForward(in FlowPacket packet) =>
        packet.Tuple.SourcePort == Tuple.SourcePort && packet.Tuple.Source == Tuple.Source;

    /// <summary>Begins to measure anew; identity, lists and the connection's own state stay.</summary>
    public void StartPart(in FlowPacket packet)
    {
        (StartUs, LastUs, ActiveStartUs, ActiveEndUs) = (packet.TimeUs, packet.TimeUs, packet.TimeUs, packet.TimeUs);
        (StartNs, LastNs) = (packet.TimeNs, packet.TimeNs);
        (Forward, Backward) = (default, default);
        (Iat, Active, Idle) = (default, default, default);
        Subflows = 0;
        FirstLength = packet.PayloadBytes;
        (IcmpType, IcmpCode) = (packet.IcmpType, packet.IcmpCode);
    }

    /// <summary>
    /// The definition of active and idle time: a silence longer than the timeout ends an active period, which counts unless it was a single
    /// instant; the period that is running when the flow ends does not count.
    /// </summary>
    public void UpdateActivity(long nowUs, long timeoutUs)
    {
        if (nowUs - ActiveEndUs > timeoutUs)
        {
            if (ActiveEndUs - ActiveStartUs > 0) Active.Add(ActiveEndUs - ActiveStartUs);
            Idle.Add(nowUs - ActiveEndUs);
            ActiveStartUs = nowUs;
        }

        ActiveEndUs = nowUs;
    }
}
