using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Weir.Capture;
using Weir.Center.Hosting;
using Weir.Cli.Values;
using Weir.Export.Otlp;
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

    public Option<string?> Push { get; } = new("--otlp-metrics")
    {
        Description = "Also push the metrics to an OpenTelemetry collector, such as http://collector:4318 (env OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS)",
        HelpName = "URL",
    };

    public Option<TimeSpan> PushInterval { get; } = new("--otlp-interval")
    {
        Description = "How often, at least 1s (default 60s)",
        HelpName = "DURATION",
        DefaultValueFactory = static _ => TimeSpan.FromSeconds(60),
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, IsInterval, "a time of at least 1s, such as 60s", default),
    };

    public IEnumerable<Option> All => [Listen, Push, PushInterval];

    /// <summary>Somebody reads what is counted.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(Listen) is not null || Destination(parsed) is not null;

    /// <summary>Weir does not watch who watches it.</summary>
    public CaptureFilter Exclude(CaptureFilter filter, ParseResult parsed) =>
        parsed.GetValue(Listen) is { Port: > 0 and var port } ? filter.Excluding(port) : filter;

    /// <summary>Begins to serve and to push, and tells where; what is returned ends both.</summary>
    /// <exception cref="IOException">It can't listen there.</exception>
    /// <exception cref="UsageException">It is no URL of a collector.</exception>
    public async Task<IAsyncDisposable> Start(ParseResult parsed, params IEnumerable<IStatusSource?> sources)
    {
        List<IStatusSource> all = [.. sources.OfType<IStatusSource>()];
        var push = Pushing(parsed);
        var host = await Serve(parsed, all);
        return new Running(host, push is null ? null : new OtlpMetricsPush(push, MetricsHost.WithProcess(all)));
    }

    private string? Destination(ParseResult parsed) => parsed.GetValue(Push) ?? SniffOptions.FromEnvironment("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");

    private OtlpMetricsOptions? Pushing(ParseResult parsed)
    {
        if (Destination(parsed) is not { } text) return null;
        if (!OtlpOptions.TryParseMetricsUrl(text, out var url, out var error)) throw new UsageException(error);
        if (!OtlpOptions.TryParseHeaders(SniffOptions.FromEnvironment("OTEL_EXPORTER_OTLP_HEADERS"), out var headers, out error)) throw new UsageException(error);
        Notice.Tell($"metrics go to {url}");
        return new OtlpMetricsOptions
        {
            Url = url,
            Headers = headers,
            Interval = parsed.GetValue(PushInterval),
            Resource = [new("service.name", "weir"), new("service.instance.id", SniffOptions.NodeName), new("host.name", Environment.MachineName)],
            Tell = Notice.Tell,
        };
    }

    private async Task<MetricsHost?> Serve(ParseResult parsed, IReadOnlyList<IStatusSource> sources)
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

    private static bool IsInterval(string text, out TimeSpan interval) => Duration.TryParse(text, out interval) && interval >= TimeSpan.FromSeconds(1);

    /// <summary>The last push comes before the last scrape is refused.</summary>
    private sealed class Running(MetricsHost? host, OtlpMetricsPush? push) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (push is not null) await push.DisposeAsync();
            if (host is not null) await host.DisposeAsync();
        }
    }

    private static bool TryParse(string text, out IPEndPoint? endpoint) =>
        IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out endpoint) && text.Contains(':', StringComparison.Ordinal);
}
