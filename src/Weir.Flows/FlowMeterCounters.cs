namespace Weir.Flows;

/// <summary>What the meter did. One thread counts; any thread may read, each number on its own.</summary>
public sealed class FlowMeterCounters
{
    private long _packets;
    private long _copies;
    private long _opened;
    private long _exported;
    private long _evicted;
    private long _interim;
    private long _untold;
    private long _ignored;

    /// <summary>Packets that belong to a flow.</summary>
    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Packets left aside because their flow shows on another interface: the same packets once more.</summary>
    public long Copies => Volatile.Read(ref _copies);

    /// <summary>Packets that V4 passes over: FINs after the first of the same side.</summary>
    public long Ignored => Volatile.Read(ref _ignored);

    public long Opened => Volatile.Read(ref _opened);

    /// <summary>Flows told, parts counted one by one, looks at running flows not at all.</summary>
    public long Exported => Volatile.Read(ref _exported);

    /// <summary>The part of <see cref="Exported"/> that had to make room.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    public long Interim => Volatile.Read(ref _interim);

    /// <summary>Flows of a single packet, which V4 does not tell.</summary>
    public long Untold => Volatile.Read(ref _untold);

    internal void CountPacket() => Volatile.Write(ref _packets, _packets + 1);

    internal void CountCopy() => Volatile.Write(ref _copies, _copies + 1);

    internal void CountIgnored() => Volatile.Write(ref _ignored, _ignored + 1);

    internal void CountOpened() => Volatile.Write(ref _opened, _opened + 1);

    internal void CountUntold() => Volatile.Write(ref _untold, _untold + 1);

    internal void CountExport(FlowExport reason)
    {
        if (reason == FlowExport.Interim)
        {
            Volatile.Write(ref _interim, _interim + 1);
            return;
        }

        Volatile.Write(ref _exported, _exported + 1);
        if (reason == FlowExport.Evicted) Volatile.Write(ref _evicted, _evicted + 1);
    }
}
