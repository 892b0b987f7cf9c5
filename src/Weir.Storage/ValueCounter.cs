namespace Weir.Storage;

/// <summary>Counts the values of a field, as the index column has them.</summary>
internal sealed class ValueCounter(string field)
{
    /// <summary>Different values of a field that are told apart; more count as others. Paths with ids in them have no end.</summary>
    private const int MaxValues = 10_000;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _others;

    public void Add(string text)
    {
        if (text.Length == 0) return;
        if (field != "anomalies")
        {
            Count(text);
            return;
        }

        // Stored with a comma on both sides of each name.
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries)) Count(name);
    }

    public FieldCounts Counts(int top)
    {
        var sorted = _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        return new FieldCounts(
            field, [.. sorted.Take(top).Select(pair => (pair.Key, pair.Value))], _others + sorted.Skip(top).Sum(pair => pair.Value));
    }

    private void Count(string value)
    {
        if (_counts.TryGetValue(value, out var count) || _counts.Count < MaxValues) _counts[value] = count + 1;
        else _others++;
    }
}
