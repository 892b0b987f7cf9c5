using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Traffic;

/// <summary>
/// The command line. <c>Rate</c> is in calls per second over all shoppers, a null <c>Duration</c> runs until a signal, and the
/// same <c>Seed</c> gives the same order of calls. Nobody guesses passwords while <c>GuessAfter</c> is null.
/// </summary>
public sealed record Options(Uri ExampleApi, Uri OrderService, double Rate, TimeSpan? Duration, int Seed, TimeSpan? GuessAfter = null)
{
    public const string Usage =
        "usage: traffic --example-api URL --order-service URL [--rate CALLS_PER_SECOND] [--for 30s|5m|1h] [--seed N] [--guess-after 45s]";

    private const double MaxRate = 1000;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out Options? options, out string? problem)
    {
        options = null;
        Uri? api = null, orders = null;
        var (rate, seed, duration, guess) = (5.0, 1, (TimeSpan?)null, (TimeSpan?)null);
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var understood = args[i] switch
            {
                "--example-api" => Uri.TryCreate(value, UriKind.Absolute, out api),
                "--order-service" => Uri.TryCreate(value, UriKind.Absolute, out orders),
                "--rate" => double.TryParse(value, CultureInfo.InvariantCulture, out rate) && rate is > 0 and <= MaxRate,
                "--for" => (duration = ParseDuration(value)) is not null,
                "--guess-after" => (guess = ParseDuration(value)) is not null,
                "--seed" => int.TryParse(value, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
            problem = $"not understood: {args[i]} {value}";
            if (!understood) return false;
        }

        problem = "--example-api and --order-service are needed";
        if (api is null || orders is null) return false;
        options = new Options(api, orders, rate, duration, seed, guess);
        return true;
    }

    private static TimeSpan? ParseDuration(string text)
    {
        if (text.Length < 2 || !double.TryParse(text[..^1], CultureInfo.InvariantCulture, out var number) || number <= 0) return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => null,
        };
    }
}
