namespace Weir.Storage.Traffic;

/// <summary>
/// Points that wait for InfluxDB. In it a point replaces the one before of the same time and tags, so the sum of all that came is written, and
/// written again when more comes. Thread-safe, for one writer.
/// </summary>
public interface ITrafficPoints
{
    /// <summary>How often to look for points that others left; null where there are no others.</summary>
    TimeSpan? PollTime { get; }

    /// <summary>Points that were never written because there were too many.</summary>
    long DroppedPoints { get; }

    /// <summary>How many InfluxDB does not have yet.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    long WaitingPoints();

    /// <summary>Points that InfluxDB does not have yet, oldest first.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<TrafficPoint> UnwrittenPoints(int limit);

    /// <summary>To be said before a request with these is made.</summary>
    /// <exception cref="StoreException">They must not be written.</exception>
    void Writing(IReadOnlyList<TrafficPoint> points);

    /// <summary>InfluxDB has these, or will never take them.</summary>
    /// <exception cref="StoreException">They will be written again.</exception>
    void Written(IReadOnlyList<TrafficPoint> points);

    /// <summary>
    /// After the requests with these: those that are more by now, to be written again at once. Else what was older may stand in InfluxDB in the
    /// place of what somebody else wrote meanwhile.
    /// </summary>
    /// <exception cref="StoreException">They will be written again.</exception>
    IReadOnlyList<TrafficPoint> Outdated(IReadOnlyList<TrafficPoint> points);
}
