using Weir.Storage;

namespace Weir.Center.Respond.Incidents;

/// <summary>The incidents of late, in memory and in the store. Thread-safe.</summary>
internal sealed class IncidentBook(RespondDocuments documents, RespondLimits limits)
{
    private readonly Lock _lock = new();
    private readonly DocumentSlots<IncidentRecord> _slots = new(documents, "respond-incidents", limits.MaxIncidents);
    private readonly SortedDictionary<long, IncidentRecord> _records = [];

    /// <summary>For the next incident.</summary>
    public long NextNumber
    {
        get
        {
            lock (_lock) return _records.Count == 0 ? 1 : _records.Keys.Max() + 1;
        }
    }

    public void Load()
    {
        // Nobody is left to say that they are over.
        foreach (var record in _slots.Load())
            lock (_lock) _records[record.Number] = record with { State = IncidentState.Closed };
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

    public IncidentRecord? Find(string id)
    {
        lock (_lock) return _records.Values.FirstOrDefault(record => record.Id == id);
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<IncidentRecord> Latest(Func<IncidentRecord, bool> wanted, int most)
    {
        lock (_lock) return [.. _records.Values.Reverse().Where(wanted).Take(most)];
    }
}
