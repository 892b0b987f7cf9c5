using Weir.Center.Respond.Shared;
using Weir.Storage;

namespace Weir.Center.Respond.Incidents;

/// <summary>The incidents of late, in memory and in the store; those of all centers, where several share it. Thread-safe.</summary>
/// <param name="documents">Where they are written down.</param>
/// <param name="limits">How many are kept.</param>
/// <param name="share">What other centers wrote; null where there are none.</param>
internal sealed class IncidentBook(RespondDocuments documents, RespondLimits limits, RespondShare? share)
{
    public const string Kind = "respond-incidents";

    private readonly Lock _lock = new();
    private readonly DocumentSlots<IncidentRecord> _slots = new(documents, Kind, limits.MaxIncidents);
    private readonly SortedDictionary<long, IncidentRecord> _records = [];

    /// <summary>For the next incident.</summary>
    public long NextNumber
    {
        get
        {
            lock (_lock) return _records.Count == 0 ? 1 : _records.Keys.Max() + 1;
        }
    }

    /// <summary>Takes up what an earlier run left.</summary>
    /// <exception cref="StoreException">The store can't be read, or what is over could not be written down for others.</exception>
    public void Load()
    {
        // Nobody is left to say that they are over.
        foreach (var record in _slots.Load())
        {
            var over = record with { State = IncidentState.Closed };
            lock (_lock) _records[record.Number] = over;
            // Others take it for open as long as this center is there.
            if (share is not null && record.State == IncidentState.Open) _slots.Save(record.Number, over);
        }
    }

    /// <exception cref="StoreException">It holds, but could not be written down.</exception>
    public void Save(IncidentRecord record)
    {
        lock (_lock)
        {
            _records[record.Number] = record;
            while (_records.Count > limits.MaxIncidents) _records.Remove(_records.Keys.First());
        }

        _slots.Save(record.Number, record);
    }

    public IncidentRecord? Find(string id) => All().FirstOrDefault(record => record.Id == id);

    /// <summary>Newest first.</summary>
    public IReadOnlyList<IncidentRecord> Latest(Func<IncidentRecord, bool> wanted, int most) => [.. All().Where(wanted).Take(most)];

    private IEnumerable<IncidentRecord> All()
    {
        List<IncidentRecord> own;
        lock (_lock) own = [.. _records.Values.Reverse()];
        if (share is null) return own;
        // Ids begin with the time. Several centers may have taken up the same of an older Weir, which is over at all of them.
        return own.Concat(share.Incidents.Items.Select(one => share.Leases.IsThere(one.Place.Center) ? one.Item : one.Item with { State = IncidentState.Closed }))
            .OrderByDescending(static record => record.Id, StringComparer.Ordinal).DistinctBy(static record => record.Id).Take(limits.MaxIncidents);
    }
}
