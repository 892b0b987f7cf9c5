using Weir.Center.Respond.Alerts;
using Weir.Storage;

namespace Weir.Center.Respond.Shared;

/// <summary>Silences over a store that centers share: one that was made or ended at any of them holds at all, also when its center is gone. Thread-safe.</summary>
internal sealed class SharedSilences(FollowedDocuments<Silence> documents, string self, RespondLimits limits)
{
    public const string Kind = "respond-silences";

    /// <summary>Over by the clock of any center.</summary>
    private static readonly DateTimeOffset s_over = DateTimeOffset.UnixEpoch;

    private readonly Lock _adding = new();

    /// <summary>Those that are not over.</summary>
    public IReadOnlyList<Silence> At(DateTimeOffset now) =>
        [.. documents.Items.Select(static one => one.Item).Where(one => one.EndsAt > now).DistinctBy(static one => one.Id).OrderBy(static one => one.Id, StringComparer.Ordinal)];

    /// <returns>False when there is no room for another.</returns>
    /// <exception cref="StoreException">It could not be written down, and does not hold.</exception>
    public bool Add(Silence silence, DateTimeOffset now)
    {
        lock (_adding)
        {
            return At(now).Count < limits.MaxSilences && Put(silence, now);
        }
    }

    /// <returns>False when there is none of this id that is not over.</returns>
    /// <exception cref="StoreException">It could not be written down, and holds on.</exception>
    public bool Remove(string id, DateTimeOffset now)
    {
        var isThere = false;
        // Several only where centers took up the same of an older Weir.
        foreach (var one in documents.Items.Where(one => one.Item.Id == id && one.Item.EndsAt > now))
        {
            // Its center may have given its place to another meanwhile.
            if (documents.Read(one.Place) is not { } present || present.Id != id || present.EndsAt <= now) continue;
            documents.Save(one.Place, present with { EndsAt = s_over });
            isThere = true;
        }

        return isThere;
    }

    /// <summary>Takes up those that a center kept with its own alerts until now, which are no more than it has places for.</summary>
    /// <exception cref="StoreException">Some could not be written down.</exception>
    public void TakeUp(IEnumerable<Silence> silences, DateTimeOffset now)
    {
        lock (_adding)
        {
            var known = documents.Items.Select(static one => one.Item.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var silence in silences.Where(one => one.EndsAt > now && !known.Contains(one.Id))) Put(silence, now);
        }
    }

    /// <summary>Writes it in a place of this center where none is, or one that is over.</summary>
    private bool Put(Silence silence, DateTimeOffset now)
    {
        var taken = documents.Items.Where(one => one.Place.Center == self && one.Item.EndsAt > now).Select(static one => one.Place.Name).ToHashSet(StringComparer.Ordinal);
        if (Enumerable.Range(0, limits.MaxSilences).Select(slot => RespondDocuments.NameOf(slot, limits.MaxSilences)).FirstOrDefault(one => !taken.Contains(one)) is not { } name) return false;
        documents.Save(new DocumentPlace(self, name), silence);
        return true;
    }
}
