using Weir.Packets;

namespace Weir.Flows.Accounting;

/// <summary>Takes the table of an interval that is over. Called on the thread of the meter.</summary>
public interface ITrafficIntervals
{
    /// <summary>
    /// An empty table in exchange for a full one. False when there is none now: the meter then goes on with the one it has, and what
    /// follows counts for its interval too.
    /// </summary>
    bool TryExchange(ref TrafficTable table);

    /// <summary>The last table of a meter.</summary>
    void Take(TrafficTable last);
}

/// <summary>
/// Counts frames by interval, on the thread that decodes them. An interval is a multiple of its length since the Unix epoch, so that
/// those of all workers and nodes are the same. Time is that of the frames, and of the idle calls where those tell it.
/// </summary>
/// <param name="first">Counted into until the first interval is over.</param>
/// <param name="intervals">Takes tables.</param>
/// <param name="intervalNs">Length of an interval.</param>
public sealed class TrafficMeter(TrafficTable first, ITrafficIntervals intervals, long intervalNs)
{
    private TrafficTable _table = first;
    private long _endNs = long.MinValue;

    /// <param name="frame">As the source gave it: its length on the wire counts, however much of it was captured.</param>
    /// <param name="outcome">What the decoder said.</param>
    /// <param name="packet">What it found.</param>
    public void Count(in Frame frame, DecodeOutcome outcome, in PacketView packet)
    {
        Advance(frame.TimestampNs);
        var key = TrafficKey.Of(in frame, outcome, in packet);
        _table.Add(in key, Math.Max(frame.OriginalLength, frame.Data.Length));
    }

    /// <summary>Adds what was counted elsewhere to the interval under way.</summary>
    public void Add(in TrafficKey key, long bytes, long packets) => _table.Add(in key, bytes, packets);

    /// <summary>Time has come so far (Unix nanoseconds). Cheap when no interval is over.</summary>
    public void Advance(long nowNs)
    {
        if (Ends(nowNs)) Begin(nowNs);
    }

    /// <summary>
    /// Whether an interval ends at this time (Unix nanoseconds), so that <see cref="Advance"/> would begin another: also when it is back by
    /// more than an interval, for then the clock was set, and the one under way would not end for so long.
    /// </summary>
    public bool Ends(long nowNs) => nowNs >= _endNs || nowNs < _endNs - (2 * intervalNs);

    /// <summary>The capture is over.</summary>
    public void Finish()
    {
        intervals.Take(_table);
    }

    private void Begin(long nowNs)
    {
        if (_table.Count > 0 && !intervals.TryExchange(ref _table))
        {
            // Not asked again for every frame: a sixteenth of an interval later.
            _endNs = nowNs + Math.Max(1, intervalNs / 16);
            return;
        }

        _table.StartNs = nowNs - (nowNs % intervalNs);
        _endNs = _table.StartNs + intervalNs;
    }
}
