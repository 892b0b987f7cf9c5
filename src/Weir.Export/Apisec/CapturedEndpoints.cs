using System.Globalization;
using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>What of the events goes into <c>captured-endpoints.json</c>.</summary>
/// <param name="SkipHealthChecks">Leave out health checks: <c>/health</c>, <c>/ready</c> and the like, and what is below them.</param>
/// <param name="NewOnly">Only events behind the first so many, which an earlier extraction had.</param>
/// <param name="Node">Where they were captured; null when nobody knows.</param>
public sealed record CapturedEndpointsOptions(bool SkipHealthChecks = true, int? NewOnly = null, string? Node = null);

/// <summary>What came of it.</summary>
/// <param name="InFile">Events that were read.</param>
/// <param name="Written">Events that were written.</param>
/// <param name="HealthChecks">Events left out as health checks.</param>
/// <param name="Summary">Counts by type, method and status, and the endpoints, as lines for a person.</param>
public sealed record CapturedEndpointsResult(int InFile, int Written, int HealthChecks, IReadOnlyList<string> Summary);

/// <summary>Writes <c>captured-endpoints.json</c> in the shape of the old guide from the events of <see cref="CapturedEventWriter"/>.</summary>
public static class CapturedEndpoints
{
    private static readonly string[] s_health = ["/health", "/healthz", "/ready", "/readiness", "/live", "/liveness", "/ping", "/status"];

    /// <summary>Whether an endpoint is one by which clusters ask whether a service lives.</summary>
    public static bool IsHealthCheck(string endpoint) =>
        s_health.Any(path => endpoint.StartsWith(path, StringComparison.OrdinalIgnoreCase) && (endpoint.Length == path.Length || endpoint[path.Length] is '/' or '?'));

    /// <param name="lines">Events, a line each, marked or not; others are passed over.</param>
    /// <param name="options">What goes in.</param>
    /// <param name="now">For the metadata.</param>
    /// <param name="output">Takes the file.</param>
    public static CapturedEndpointsResult Write(IEnumerable<string> lines, CapturedEndpointsOptions options, DateTimeOffset now, Stream output)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(options);
        var counts = new SummaryCounts();
        var (read, health) = (0, 0);
        using var endpoints = new MemoryStream();
        using (var json = new Utf8JsonWriter(endpoints, new JsonWriterOptions { Indented = true, SkipValidation = true }))
        {
            json.WriteStartArray();
            foreach (var line in lines)
            {
                if (!TryRead(line, out var document)) continue;
                using (document)
                {
                    read++;
                    if (options.NewOnly >= read) continue;
                    var one = document.RootElement;
                    if (options.SkipHealthChecks && IsHealthCheck(ApisecJson.Text(one, "endpoint") ?? ""))
                    {
                        health++;
                        continue;
                    }

                    counts.Add(one);
                    Endpoint(json, one);
                }
            }

            json.WriteEndArray();
        }

        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteString("extracted_at", now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteNumber("total_endpoints", counts.Events);
            json.WriteNumber("total_in_file", read);
            json.WriteBoolean("filtered_health_checks", options.SkipHealthChecks);
            json.WriteBoolean("new_only", options.NewOnly is not null);
            json.WriteString("node", options.Node ?? counts.Node ?? "unknown");
            json.WriteEndObject();
            json.WritePropertyName("endpoints");
            json.WriteRawValue(endpoints.GetBuffer().AsSpan(0, (int)endpoints.Length));
            json.WriteEndObject();
        }

        return new CapturedEndpointsResult(read, counts.Events, health, counts.Lines());
    }

    private static bool TryRead(string line, out JsonDocument document)
    {
        document = null!;
        var at = line.IndexOf(CapturedEventWriter.Prefix, StringComparison.Ordinal);
        var text = at < 0 ? line.AsMemory() : line.AsMemory(at + CapturedEventWriter.Prefix.Length);
        if (text.Span.TrimStart() is not ['{', ..]) return false;
        try
        {
            document = JsonDocument.Parse(text);
            if (ApisecJson.Text(document.RootElement, "endpoint") is not null) return true;
            document.Dispose();
            return false;
        }
        catch (JsonException)
        {
            // The last line of a file that is being written may be half a line.
            return false;
        }
    }

    private static void Endpoint(Utf8JsonWriter json, JsonElement one)
    {
        var isResponse = ApisecJson.Text(one, "type") == "response";
        json.WriteStartObject();
        Copy(json, one, "id", "id");
        Copy(json, one, "timestamp", "timestamp");
        if (isResponse)
        {
            Copy(json, one, "status_code", "status_code");
            Copy(json, one, "status_text", "status_text");
        }

        foreach (var name in (ReadOnlySpan<string>)["service", "method", "endpoint", "full_url", "type"]) Copy(json, one, name, name);
        Copy(json, one, isResponse ? "response_headers" : "request_headers", "headers");
        Copy(json, one, "request_body", "request_body");
        if (isResponse) Copy(json, one, "response_body", "response_body");
        json.WriteEndObject();
    }

    private static void Copy(Utf8JsonWriter json, JsonElement from, string name, string to)
    {
        var value = ApisecJson.Get(from, name);
        var isEmpty = value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0)
            || (value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any());
        if (isEmpty) return;
        json.WritePropertyName(to);
        value.WriteTo(json);
    }

    private sealed class SummaryCounts
    {
        private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
        private readonly SortedSet<string> _endpoints = new(StringComparer.Ordinal);

        public int Events { get; private set; }

        public string? Node { get; private set; }

        public void Add(JsonElement one)
        {
            Events++;
            Node ??= ApisecJson.Text(one, "node");
            var method = ApisecJson.Text(one, "method") ?? "?";
            Count($"type {ApisecJson.Text(one, "type") ?? "?"}");
            Count($"method {method}");
            if (ApisecJson.Number(one, "status_code") is { } status) Count($"status {status}");
            _endpoints.Add($"{method} {ApisecJson.Text(one, "endpoint")}");
        }

        public List<string> Lines() => [.. _counts.Select(static one => $"{one.Key}: {one.Value}"), .. _endpoints];

        private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
    }
}
