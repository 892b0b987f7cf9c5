using Weir.Center.Respond.Shared;
using Weir.Storage;

namespace Weir.Center.Respond;

/// <summary>Something that somebody changed.</summary>
/// <param name="Number">Counts up; each center counts for itself.</param>
/// <param name="At">When.</param>
/// <param name="By">Who: a user, or <c>auto</c> and <c>expiry</c> for Weir itself.</param>
/// <param name="Action">Such as <c>ratelimit.apply</c>.</param>
/// <param name="Subject">What was changed.</param>
/// <param name="Detail">With what result.</param>
public sealed record ChangeEntry(long Number, DateTimeOffset At, string By, string Action, string Subject, string? Detail);

/// <summary>Who changed what and when, in the store; at any center, where several share it. Thread-safe.</summary>
/// <param name="documents">Where it is written down.</param>
/// <param name="limits">How much is kept.</param>
/// <param name="time">Clock.</param>
/// <param name="share">What other centers wrote; null where there are none.</param>
internal sealed class ChangeLog(RespondDocuments documents, RespondLimits limits, TimeProvider time, RespondShare? share)
{
    public const string Kind = "respond-changes";

    private readonly Lock _lock = new();
    private readonly DocumentSlots<ChangeEntry> _slots = new(documents, Kind, limits.MaxChanges);
    private readonly List<ChangeEntry> _entries = [];
    private long _next = 1;

    public void Load()
    {
        lock (_lock)
        {
            _entries.AddRange(_slots.Load().OrderBy(static entry => entry.Number));
            if (_entries.Count > 0) _next = _entries[^1].Number + 1;
        }
    }

    /// <exception cref="StoreException">It could not be written down: what was to be changed must not be.</exception>
    public void Add(string by, string action, string subject, string? detail = null)
    {
        lock (_lock)
        {
            var entry = new ChangeEntry(_next, time.GetUtcNow(), by, action, subject, detail);
            _slots.Save(entry.Number, entry);
            _next++;
            _entries.Add(entry);
            if (_entries.Count > limits.MaxChanges) _entries.RemoveAt(0);
        }
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<ChangeEntry> Latest(int most)
    {
        List<ChangeEntry> own;
        lock (_lock) own = [.. _entries.AsEnumerable().Reverse()];
        if (share is null) return [.. own.Take(most)];
        return [.. own.Concat(share.Changes.Items.Select(static one => one.Item)).OrderByDescending(static entry => entry.At).ThenByDescending(static entry => entry.Number).Take(Math.Min(most, limits.MaxChanges))];
    }
}
