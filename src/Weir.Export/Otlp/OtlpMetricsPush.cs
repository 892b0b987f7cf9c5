using System.Collections.Immutable;
using System.IO.Compression;
using System.Net;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Records.Metrics;
using Weir.Records.Status;

namespace Weir.Export.Otlp;

/// <summary>A collector of metrics. Names and defaults are those of the OpenTelemetry exporters' specification.</summary>
public sealed record OtlpMetricsOptions
{
    public required Uri Url { get; init; }

    /// <summary>Fields added to each request, credentials among them.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>From one push to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the last push, at the end, may take.</summary>
    public TimeSpan LastPush { get; init; } = TimeSpan.FromSeconds(2);

    public DeliveryRetry Retry { get; init; } = new();

    /// <summary>Attributes of this process.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Resource { get; init; } = [new("service.name", "weir")];

    /// <summary>Takes what the user should know: an outage, and its end.</summary>
    public Action<string> Tell { get; init; } = static _ => { };
}

/// <summary>
/// Posts every counter now and then, and once at the end (OTLP/HTTP, protocol buffers, gzip). Counters are cumulative: a push that failed is
/// made up for by the next, so nothing is kept for later. What may be repeated is, after growing waits, until the next push is due.
/// </summary>
public sealed class OtlpMetricsPush : IAsyncDisposable
{
    private readonly OtlpMetricsOptions _options;
    private readonly IReadOnlyList<IStatusSource> _sources;
    private readonly TimeProvider _time;
    private readonly long _startNs;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _task;
    private bool _failing;

    /// <param name="options">Where to.</param>
    /// <param name="sources">Whose counters.</param>
    /// <param name="time">Null takes the system's.</param>
    public OtlpMetricsPush(OtlpMetricsOptions options, IReadOnlyList<IStatusSource> sources, TimeProvider? time = null)
    {
        (_options, _sources, _time) = (options, sources, time ?? TimeProvider.System);
        _startNs = Now();
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = !options.Url.IsLoopback, ConnectTimeout = options.Retry.ConnectTimeout, MaxConnectionsPerServer = 1,
        }) { Timeout = Timeout.InfiniteTimeSpan };
        _task = Task.Run(Run);
    }

    /// <summary>Sends what is counted by then.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _task;
        using (var limit = new CancellationTokenSource(_options.LastPush)) await Push(limit.Token);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task Run()
    {
        using var timer = new PeriodicTimer(_options.Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                limit.CancelAfter(_options.Interval);
                await Push(limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The end sends the last push.
        }
    }

    private async Task Push(CancellationToken cancellation)
    {
        var body = Pack(OtlpMetrics.Write(MetricSet.From(_sources), new OtlpScrape(_options.Resource, ProductVersion.Text, _startNs, Now())));
        var wait = TimeSpan.FromMilliseconds(_options.Retry.FirstMs);
        while (true)
        {
            var (problem, again, after) = await Send(body, cancellation);
            if (problem is null)
            {
                if (_failing) _options.Tell($"{_options.Url} takes metrics again");
                _failing = false;
                return;
            }

            if (!_failing) _options.Tell($"{_options.Url} does not take metrics: {problem}");
            _failing = true;
            if (!again || cancellation.IsCancellationRequested) return;
            try
            {
                await Task.Delay(after is { } asked && asked < _options.Retry.MaxRetryAfter ? asked : wait, _time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds * 2, _options.Retry.MaxMs));
        }
    }

    /// <summary>What is wrong, or null; whether the same may be taken later, and when.</summary>
    private async Task<(string? Problem, bool Again, TimeSpan? After)> Send(byte[] body, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Retry.AnswerTimeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _options.Url) { Content = new ByteArrayContent(body) };
            request.Headers.TryAddWithoutValidation("User-Agent", $"weir/{ProductVersion.Text}");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-protobuf");
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
            foreach (var (name, value) in _options.Headers) request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.IsSuccessStatusCode) return default;
            // "Failures" of OTLP/HTTP: these four may be repeated, and no others.
            var again = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;
            return ($"it answered {(int)answer.StatusCode}", again, answer.Headers.RetryAfter?.Delta);
        }
        catch (HttpRequestException failure)
        {
            return (failure.InnerException?.Message ?? failure.Message, true, null);
        }
        catch (OperationCanceledException)
        {
            return ("no answer in time", true, null);
        }
    }

    private long Now() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static byte[] Pack(byte[] request)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(request);
        return packed.ToArray();
    }
}
