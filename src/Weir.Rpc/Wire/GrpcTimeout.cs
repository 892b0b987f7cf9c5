using System.Globalization;

namespace Weir.Rpc.Wire;

/// <summary>The field <c>grpc-timeout</c>: at most eight digits and a unit, <c>H M S m u n</c> (PROTOCOL-HTTP2.md, Requests).</summary>
internal static class GrpcTimeout
{
    public const string Header = "grpc-timeout";

    private const long MostDigits = 99_999_999;

    /// <summary>In the finest unit that fits, rounded up: a deadline must not come early.</summary>
    public static string Format(TimeSpan time)
    {
        var ns = time <= TimeSpan.Zero ? 1 : (Int128)time.Ticks * 100;
        foreach (var (unit, length) in (ReadOnlySpan<(char, long)>)[('n', 1), ('u', 1_000), ('m', 1_000_000), ('S', 1_000_000_000), ('M', 60_000_000_000), ('H', 3_600_000_000_000)])
        {
            var count = (ns + length - 1) / length;
            if (count <= MostDigits) return string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return "99999999H";
    }

    public static bool TryParse(string text, out TimeSpan time)
    {
        time = default;
        if (text.Length is < 2 or > 9) return false;
        if (!long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        double seconds = text[^1] switch { 'H' => 3600, 'M' => 60, 'S' => 1, 'm' => 1e-3, 'u' => 1e-6, 'n' => 1e-9, _ => double.NaN };
        // "Positive integer": a time that is over before it begins is a mistake of whoever sent it.
        if (double.IsNaN(seconds) || count == 0) return false;
        // Whatever is longer than a timer can wait is for ever.
        time = TimeSpan.FromSeconds(Math.Min(count * seconds, TimeSpan.FromDays(40).TotalSeconds));
        // A few nanoseconds are less than a tick, and no time at all would be none.
        if (time < TimeSpan.FromTicks(1)) time = TimeSpan.FromTicks(1);
        return true;
    }
}
