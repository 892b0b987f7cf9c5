using System.Globalization;

namespace Weir.Cli.Values;

/// <summary>Durations as people write them: <c>500ms</c>, <c>60s</c>, <c>5m</c>, <c>1h</c>; a bare number is seconds.</summary>
public static class Duration
{
    private static readonly (string Suffix, double Seconds)[] Units =
        [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var (suffix, seconds) = Array.Find(Units, u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
        var number = suffix is null ? text : text[..^suffix.Length];
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        var total = value * (suffix is null ? 1 : seconds);
        if (total is <= 0 or > 365.0 * 86400) return false;
        duration = TimeSpan.FromSeconds(total);
        return true;
    }
}
