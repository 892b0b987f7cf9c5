using System.Globalization;

namespace Weir.Capture;

/// <summary>TCP ports <c>First</c> to <c>Last</c>, both included.</summary>
public readonly record struct PortRange
{
    /// <exception cref="ArgumentOutOfRangeException">A port is outside 1–65535, or the range is backwards.</exception>
    public PortRange(int first, int last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        (First, Last) = (first, last);
    }

    public int First { get; }

    public int Last { get; }

    public static implicit operator PortRange(int port) => new(port, port);

    public static PortRange FromInt32(int port) => new(port, port);

    /// <summary>Reads <c>80,443,8000-8010</c>; spaces around the items are allowed, an empty text is an empty list.</summary>
    /// <exception cref="CaptureException">An item is neither a port nor a range of ports.</exception>
    public static IReadOnlyList<PortRange> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ranges = new List<PortRange>();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = item.IndexOf('-', StringComparison.Ordinal);
            var known = dash < 0
                ? TryPort(item, out var first) & TryPort(item, out var last)
                : TryPort(item[..dash], out first) & TryPort(item[(dash + 1)..], out last);
            if (!known || last < first)
                throw new CaptureException($"\"{item}\" is not a port: write ports from 1 to 65535 as 80,443,8000-8010");
            ranges.Add(new PortRange(first, last));
        }

        return ranges;
    }

    /// <summary>Whether one of the two ports is in one of the ranges; no ranges take all.</summary>
    public static bool Matches(IReadOnlyList<PortRange> ranges, ushort source, ushort destination)
    {
        var count = ranges.Count;
        if (count == 0) return true;
        // By number: an enumerator behind an interface is an allocation, and this is asked of every packet.
        for (var i = 0; i < count; i++)
        {
            var range = ranges[i];
            if (source >= range.First && source <= range.Last) return true;
            if (destination >= range.First && destination <= range.Last) return true;
        }

        return false;
    }

    /// <summary>The same ports in ascending order, overlapping and adjacent ranges joined.</summary>
    public static IReadOnlyList<PortRange> Merge(IEnumerable<PortRange> ranges)
    {
        var merged = new List<PortRange>();
        foreach (var range in ranges.Order(Comparer<PortRange>.Create((a, b) => a.First.CompareTo(b.First))))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
                merged[^1] = new PortRange(merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            else
                merged.Add(range);
        }

        return merged;
    }

    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= ushort.MaxValue;
}
