using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Weir.Benchmarks.Generate;

namespace Weir.Benchmarks;

/// <summary>The command line of the benchmarks.</summary>
/// <param name="Verb"><c>generate</c>, <c>run</c>, <c>parse</c>, <c>redact</c>, <c>flows</c>, <c>soak</c> or <c>chaos</c>.</param>
/// <param name="Directory">Where generated captures and scratch files lie.</param>
/// <param name="Exchanges">Size of the generated captures.</param>
/// <param name="Captures">Names of generated captures, or paths.</param>
/// <param name="Weir">The built command.</param>
/// <param name="Skip">Peers to leave out.</param>
/// <param name="Runs">How often each command runs; the cheapest run counts.</param>
/// <param name="Duration">How long a soak or chaos lasts.</param>
/// <param name="Seed">Of the choices of chaos.</param>
/// <param name="Fault">The beginning of the names of the faults that chaos makes; null for all.</param>
public sealed record BenchOptions(
    string Verb, string Directory, int Exchanges, IReadOnlyList<string> Captures, string? Weir, IReadOnlySet<string> Skip, int Runs,
    TimeSpan Duration, int Seed, string? Fault)
{
    public const string Usage = """
        usage: Weir.Benchmarks generate [--directory DIR] [--exchanges N] [--captures NAME,…]
               Weir.Benchmarks run --weir PATH [--directory DIR] [--exchanges N] [--captures NAME|FILE,…] [--runs N] [--skip PEER,…]
               Weir.Benchmarks parse | redact | flows [--directory DIR]
               Weir.Benchmarks soak --weir PATH [--for 30s|10m]
               Weir.Benchmarks chaos --weir PATH [--for 30s|30m] [--seed N] [--fault NAME]
        generate writes the captures (rest, large, connections), run reads them, or given pcap files, with weir and the peers on
        the PATH, parse measures the parsers alone, redact what looking for sensitive data costs, flows the
        flow meter with every feature,
        soak overloads weir and watches its memory,
        chaos breaks what weir stands on and looks for every call.
        """;

    private const int DefaultExchanges = 50_000;
    private const int MaxExchanges = 5_000_000;
    private const int MaxRuns = 100;

    public IEnumerable<Capture> Open() => Captures.Select(capture => GeneratedCapture.Names.Contains(capture)
        ? GeneratedCapture.Write(capture, Directory, Exchanges)
        : Capture.FromFile(capture));

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options)
    {
        options = null;
        if (args is not [("generate" or "run" or "parse" or "redact" or "flows" or "soak" or "chaos") and var verb, .. var rest] || rest.Length % 2 != 0) return false;
        var (directory, exchanges, runs, seed) = (Path.GetTempPath(), DefaultExchanges, 1, Environment.TickCount & int.MaxValue);
        var (captures, skip) = (GeneratedCapture.Names, "");
        string? weir = null, fault = null;
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
                case "--fault":
                    fault = value;
                    break;
                case "--skip":
                    skip = value;
                    break;
                case "--captures":
                    captures = value.Split(',');
                    break;
                case "--for" when TryParseDuration(value, out duration):
                    break;
                case "--exchanges" when IsNumber(value, MaxExchanges, out exchanges):
                case "--runs" when IsNumber(value, MaxRuns, out runs):
                case "--seed" when IsNumber(value, int.MaxValue, out seed):
                    break;
                default:
                    return false;
            }
        }

        if (verb is "run" or "soak" or "chaos" && weir is null) return false;
        options = new BenchOptions(verb, directory, exchanges, captures, weir, skip.Split(',').ToHashSet(StringComparer.Ordinal), runs, duration, seed, fault);
        return verb != "generate" || captures.All(GeneratedCapture.Names.Contains);
    }

    private static bool IsNumber(string text, int most, out int number) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most;

    /// <summary>Seconds or minutes: <c>30s</c>, <c>10m</c>.</summary>
    private static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Length < 2 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        duration = text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), _ => default };
        return duration > TimeSpan.Zero;
    }
}
