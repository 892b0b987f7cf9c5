using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Benchmarks;

/// <summary>The command line of the benchmarks. <c>Skip</c> names peers to leave out.</summary>
public sealed record BenchOptions(
    string Verb, string Directory, int Exchanges, string? Weir, IReadOnlySet<string> Skip, TimeSpan Duration)
{
    public const string Usage = """
        usage: Weir.Benchmarks generate [--directory DIR] [--exchanges N]
               Weir.Benchmarks run --weir PATH [--directory DIR] [--exchanges N] [--skip NAME,…]
               Weir.Benchmarks parse
               Weir.Benchmarks soak --weir PATH [--for 30s|10m]
        generate writes the capture, run reads it with weir and the peers on the PATH, parse measures the parsers alone,
        soak overloads weir and watches its memory.
        """;

    private const int DefaultExchanges = 50_000;
    private const int MaxExchanges = 5_000_000;

    public string CaptureFile => Path.Combine(Directory, $"rest-{Exchanges.ToString(CultureInfo.InvariantCulture)}.pcap");

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options)
    {
        options = null;
        if (args is not [("generate" or "run" or "parse" or "soak") and var verb, .. var rest] || rest.Length % 2 != 0) return false;
        var (directory, exchanges, skip) = (Path.GetTempPath(), DefaultExchanges, "");
        string? weir = null;
        var duration = TimeSpan.FromSeconds(30);
        for (var i = 0; i < rest.Length; i += 2)
        {
            var value = rest[i + 1];
            switch (rest[i])
            {
                case "--directory":
                    directory = value;
                    break;
                case "--weir":
                    weir = value;
                    break;
                case "--skip":
                    skip = value;
                    break;
                case "--for" when TryParseDuration(value, out duration):
                    break;
                case "--exchanges" when int.TryParse(value, CultureInfo.InvariantCulture, out exchanges)
                                        && exchanges is >= 1 and <= MaxExchanges:
                    break;
                default:
                    return false;
            }
        }

        if (verb is "run" or "soak" && weir is null) return false;
        options = new BenchOptions(verb, directory, exchanges, weir, skip.Split(',').ToHashSet(StringComparer.Ordinal), duration);
        return true;
    }

    /// <summary>Seconds or minutes: <c>30s</c>, <c>10m</c>.</summary>
    private static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        duration = text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), _ => default };
        return duration > TimeSpan.Zero;
    }
}
