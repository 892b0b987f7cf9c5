using System.Diagnostics.CodeAnalysis;
using Weir.Export.Spool;

namespace Weir.Export.Otlp;

/// <summary>A collector, and what may be kept until spans are there. Names and defaults are those of the OpenTelemetry exporters' specification.</summary>
public sealed record OtlpOptions
{
    /// <summary>Where spans go when only a collector is named (OTLP/HTTP, "Default URL paths").</summary>
    private const string TracesPath = "/v1/traces";

    /// <summary>The same for metrics.</summary>
    private const string MetricsPath = "/v1/metrics";

    public required Uri Url { get; init; }

    /// <summary>Fields added to each request, credentials among them; never told to anybody else.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Directory below which undelivered batches are kept.</summary>
    public required string SpoolRoot { get; init; }

    /// <summary>Bytes of spans, before compression, after which a batch is sent: a quarter of what collectors take by default (4 MiB of gRPC).</summary>
    public int BundleBytes { get; init; } = 1 << 20;

    /// <summary>How long a span may wait for others.</summary>
    public TimeSpan BundleTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Holds back the caller while there is no room, instead of dropping: for files. Until <see cref="Stop"/>.</summary>
    public bool WaitForRoom { get; init; }

    /// <summary>The user wants to end.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>How long the end waits while the collector takes nothing; what is left then stays on disk.</summary>
    public TimeSpan DrainTime { get; init; } = BatchSender.ShortDrain;

    public SpoolLimits Spool { get; init; } = SpoolLimits.Default;

    public DeliveryRetry Retry { get; init; } = new();

    /// <summary>Takes what the user should know: an outage, its end, what is left.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    /// <summary>Reads a destination: a collector (<c>http://collector:4318</c>) or the whole URL of its traces.</summary>
    /// <param name="text">An absolute http or https URL.</param>
    /// <param name="url">Where to post.</param>
    /// <param name="error">What is wrong with it, for the user.</param>
    public static bool TryParseUrl(string? text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error) => TryParseUrl(text, TracesPath, out url, out error);

    /// <summary>The same for metrics.</summary>
    public static bool TryParseMetricsUrl(string? text, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error) => TryParseUrl(text, MetricsPath, out url, out error);

    private static bool TryParseUrl(string? text, string path, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error)
    {
        url = null;
        error = null;
        if (string.IsNullOrWhiteSpace(text)) error = "the otlp output needs a URL: otlp:http://collector:4318, or OTEL_EXPORTER_OTLP_ENDPOINT";
        else if (!Uri.TryCreate(text, UriKind.Absolute, out var given)) error = $"'{text}' is no URL; one looks like http://collector:4318";
        else if (given.Scheme is not ("http" or "https")) error = $"{text} is neither http nor https; OTLP over gRPC is not spoken, its HTTP port is 4318";
        else if (given.UserInfo.Length > 0) error = "the URL of a collector has no user in it: put credentials into OTEL_EXPORTER_OTLP_HEADERS";
        else url = given.AbsolutePath == "/" ? new Uri(given, path) : given;
        return error is null;
    }

    /// <summary>Reads <c>OTEL_EXPORTER_OTLP_HEADERS</c>: <c>name=value,name=value</c>, values percent-encoded (W3C Baggage without properties).</summary>
    /// <param name="text">The variable; null when it is not set.</param>
    /// <param name="headers">In their order.</param>
    /// <param name="error">What is wrong, without the values.</param>
    public static bool TryParseHeaders(
        string? text, out IReadOnlyList<KeyValuePair<string, string>> headers, [NotNullWhen(false)] out string? error)
    {
        var read = new List<KeyValuePair<string, string>>();
        headers = read;
        error = null;
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : part[..equals].Trim();
            var value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..].Trim());
            if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || value.Any(char.IsControl))
            {
                error = $"OTEL_EXPORTER_OTLP_HEADERS is a list of name=value with commas between; its entry {read.Count + 1} is not";
                return false;
            }

            read.Add(new(name, value));
        }

        return true;
    }
}
