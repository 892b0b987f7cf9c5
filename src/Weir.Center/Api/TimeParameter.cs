using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Center.Api;

/// <summary>A point in time as a query parameter: RFC 3339, Unix milliseconds, or before now as <c>-5m</c>.</summary>
public static partial class TimeParameter
{
    public const string Description = "RFC 3339 time, Unix milliseconds, or relative to now such as -15m, -24h, -7d";

    private const long NsPerMs = 1_000_000;

    /// <param name="text">Null or empty is no bound.</param>
    /// <param name="now">What relative times count from.</param>
    /// <param name="unixNs">Unix nanoseconds; null for no bound.</param>
    public static bool TryParse(string? text, DateTimeOffset now, out long? unixNs)
    {
        unixNs = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (text[0] == '-') return TryRelative(text, now, out unixNs);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            if (milliseconds > long.MaxValue / NsPerMs) return false;
            unixNs = milliseconds * NsPerMs;
            return true;
        }

        // The check keeps out what the framework would guess from ("12:00", "Jan 5"); it also knows no nanoseconds.
        var match = Rfc3339().Match(text);
        if (!match.Success) return false;
        var fraction = match.Groups["fraction"];
        var known = fraction.Length <= 7 ? text : text.Remove(fraction.Index + 7, fraction.Length - 7);
        if (!DateTimeOffset.TryParse(known, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return false;
        return TryNanoseconds(time, out unixNs);
    }

    private static bool TryRelative(string text, DateTimeOffset now, out long? unixNs)
    {
        unixNs = null;
        double seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (seconds == 0) return false;
        if (!double.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        return number * seconds <= 100 * 365 * 86400.0 && TryNanoseconds(now.AddSeconds(-number * seconds), out unixNs);
    }

    private static bool TryNanoseconds(DateTimeOffset time, out long? unixNs)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        unixNs = Math.Abs(ticks) < long.MaxValue / 100 ? ticks * 100 : null;
        return unixNs is not null;
    }

    /// <summary>RFC 3339 §5.6; the time of day, its seconds and the offset (UTC) may be left out.</summary>
    [GeneratedRegex(@"^[0-9]{4}-[0-9][0-9]-[0-9][0-9](T[0-9][0-9]:[0-9][0-9](:[0-9][0-9](\.(?<fraction>[0-9]{1,9}))?)?(Z|[+-][0-9][0-9]:[0-9][0-9])?)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Rfc3339();
}
