namespace Weir.Records.Filter;

/// <summary>"Did you mean": the known name with the fewest typing errors in between.</summary>
public static class Spelling
{
    /// <summary>Empty when no name is near; else text to append to a message.</summary>
    public static string Suggest(string wrong, IEnumerable<string> known)
    {
        if (wrong.Length > 64) return "";
        string? best = null;
        var bestDistance = Math.Max(1, wrong.Length / 3) + 1;
        foreach (var name in known)
        {
            var distance = name.EndsWith("." + wrong, StringComparison.OrdinalIgnoreCase) ||
                           name.Replace("_", "", StringComparison.Ordinal)
                               .Equals(wrong.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
                ? 0
                : Distance(wrong.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance >= bestDistance) continue;
            (best, bestDistance) = (name, distance);
        }

        return best is null ? "" : $"; did you mean {best}?";
    }

    /// <summary>Levenshtein distance, one row at a time.</summary>
    private static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var substituted = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
