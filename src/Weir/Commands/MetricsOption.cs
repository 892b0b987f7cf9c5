using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Weir.Capture;
using Weir.Center.Hosting;
using Weir.Records.Status;

namespace Weir.Cli.Commands;

/// <summary><c>--metrics ADDRESS:PORT</c>: where a scraper finds the counters (docs/metrics.md).</summary>
internal sealed class MetricsOption
{
    public Option<IPEndPoint?> Listen { get; } = new("--metrics")
    {
        Description = "Serve /metrics for Prometheus, and /healthz, at this address, such as 127.0.0.1:7375",
        HelpName = "ADDRESS:PORT",
        CustomParser = result => SniffOptions.Parse<IPEndPoint?>(result, TryParse, "ADDRESS:PORT such as 127.0.0.1:7375", null),
    };

    /// <summary>Weir does not watch who watches it.</summary>
    public CaptureFilter Exclude(CaptureFilter filter, ParseResult parsed) =>
        parsed.GetValue(Listen) is { Port: > 0 and var port } ? filter.Excluding(port) : filter;

    /// <summary>Begins to serve, and tells where; null when nobody asked for it.</summary>
    /// <exception cref="IOException">It can't listen there.</exception>
    public async Task<MetricsHost?> Start(ParseResult parsed, params IEnumerable<IStatusSource> sources)
    {
        if (parsed.GetValue(Listen) is not { } endpoint) return null;
        var host = new MetricsHost(endpoint, sources);
        try
        {
            await host.StartAsync(CancellationToken.None);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        Console.Error.WriteLine($"weir: metrics at {host.Address}/metrics");
        return host;
    }

    private static bool TryParse(string text, out IPEndPoint? endpoint) =>
        IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out endpoint) && text.Contains(':', StringComparison.Ordinal);
}
