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

    /// <summary>Time has come so far (Unix nanoseconds). Cheap when no interval is over.</summary>
    public void Advance(long nowNs)
    {
        // Back by more than an interval: the clock was set, and the interval under way would not end for so long.
        if (nowNs >= _endNs || nowNs < _endNs - (2 * intervalNs)) Begin(nowNs);
    }

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
