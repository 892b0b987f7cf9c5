using Weir.Privacy.Detection;
using Weir.Records;

namespace Weir.Privacy.Redaction;

/// <summary>Counts what was found on an exchange, by class and place, within a bound.</summary>
internal static class SensitiveTally
{
    /// <summary>Entries on one exchange; what is found beyond counts at the last entry of its class, if there is one.</summary>
    public const int MaxEntries = 64;

    public static void Add(List<SensitiveData> tally, SensitiveClass found, string where)
    {
        var sameClass = -1;
        for (var i = 0; i < tally.Count; i++)
        {
            if (!ReferenceEquals(tally[i].Class, found.Name) && tally[i].Class != found.Name) continue;
            sameClass = i;
            if (tally[i].Where != where) continue;
            tally[i] = tally[i] with { Count = tally[i].Count + 1 };
            return;
        }

        if (tally.Count < MaxEntries) tally.Add(new SensitiveData(found.Name, where, 1));
        else if (sameClass >= 0) tally[sameClass] = tally[sameClass] with { Count = tally[sameClass].Count + 1 };
    }
}
