using Weir.Records.Traffic;

namespace Weir.Storage.Traffic;

/// <summary>Byte counters of all probes. A report is counted once, however often it comes, by its id. Thread-safe.</summary>
public interface ITrafficStore : IDisposable
{
    /// <summary>Counters are told by this and nothing finer.</summary>
    TimeSpan Interval { get; }

    /// <summary>Reports that were counted.</summary>
    long Reports { get; }

    /// <summary>Reports that came again.</summary>
    long Repeated { get; }

    /// <summary>Rows deleted for their age or number.</summary>
    long Deleted { get; }

    /// <summary>Counts reports; when it ends, all are stored. After an exception the same may be given again.</summary>
    /// <exception cref="StoreException"><see cref="StoreException.IsTransient"/> says whether to try again.</exception>
    Task AddAsync(IReadOnlyList<TrafficReport> reports);

    /// <exception cref="StoreException">It can't be read, or takes too long.</exception>
    TrafficAnswer Read(TrafficQuery query, CancellationToken cancellation = default);

    /// <summary>Deletes what is too old or too much. Call it now and then.</summary>
    /// <exception cref="StoreException">It is tried again the next time.</exception>
    void ApplyRetention(CancellationToken cancellation = default);
}
