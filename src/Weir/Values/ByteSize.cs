using System.Globalization;

namespace Weir.Cli.Values;

/// <summary>
/// Sizes as people write them: <c>65536</c>, <c>64k</c>, <c>64KiB</c>, <c>2GiB</c> (powers of 1024), <c>1MB</c> (powers of 1000); and as
/// GoReplay takes them: <c>32mb</c> (powers of 1024), <c>0x10000</c>, <c>0b1000</c>, <c>0o777</c>.
/// </summary>
public static class ByteSize
{
    private static readonly (string Suffix, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kb", 1L << 10), ("mb", 1L << 20), ("gb", 1L << 30), ("tb", 1L << 40),
        ("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("k", 1L << 10), ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("B", 1),
    ];

    public static bool TryParse(string text, out long bytes)
    {
        if (TryPrefixed(text, out bytes)) return true;
        var (suffix, unit) = Array.Find(Units, u => text.EndsWith(u.Suffix, StringComparison.Ordinal));
        var number = suffix is null ? text : text[..^suffix.Length];
        var parsed = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        if (!parsed || bytes > long.MaxValue / Math.Max(1, unit)) return false;
        if (suffix is not null) bytes *= unit;
        return true;
    }

    private static bool TryPrefixed(string text, out long bytes)
    {
        bytes = 0;
        var numberBase = text.Length < 3 || text[0] != '0' ? 0 : text[1] switch { 'x' or 'X' => 16, 'b' => 2, 'o' => 8, _ => 0 };
        if (numberBase == 0) return false;
        foreach (var c in text.AsSpan(2))
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : numberBase;
            if (digit >= numberBase || bytes > (long.MaxValue - digit) / numberBase) return false;
            bytes = (bytes * numberBase) + digit;
        }

        return true;
    }

    public static string Format(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes} B",
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.##} GiB"),
    };
}
