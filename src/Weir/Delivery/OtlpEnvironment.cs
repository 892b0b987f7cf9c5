using Weir.Cli.Commands;
using Weir.Export.Otlp;

namespace Weir.Cli.Delivery;

/// <summary>
/// Where spans go, from the command line or the variables that every OpenTelemetry exporter reads: <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> (whole
/// URL), <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>OTEL_EXPORTER_OTLP_HEADERS</c>.
/// </summary>
internal static class OtlpEnvironment
{
    /// <exception cref="UsageException">There is no URL, or the headers are no list.</exception>
    public static void Check(string? url) => Read(url, "");

    /// <exception cref="UsageException">There is no URL, or the headers are no list.</exception>
    public static OtlpOptions Read(string? url, string spoolRoot)
    {
        var text = url ?? SniffOptions.FromEnvironment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? SniffOptions.FromEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT");
        if (!OtlpOptions.TryParseUrl(text, out var destination, out var error)) throw new UsageException(error);
        if (!OtlpOptions.TryParseHeaders(SniffOptions.FromEnvironment("OTEL_EXPORTER_OTLP_HEADERS"), out var headers, out error)) throw new UsageException(error);
        return new OtlpOptions { Url = destination, Headers = headers, SpoolRoot = spoolRoot };
    }
}
