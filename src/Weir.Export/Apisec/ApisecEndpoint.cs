using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Records;

namespace Weir.Export.Apisec;

/// <summary>One call of an endpoint that the platform shall know, as it waits on disk: redacted, with examples for values.</summary>
internal sealed record ApisecEndpoint
{
    private const int MaxPath = 4096;
    private const int MaxHeader = 1024;

    private static readonly HashSet<string> s_connection = new(StringComparer.Ordinal)
    {
        "host", "content-length", "connection", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect", "date", "accept-encoding", "forwarded",
        "via", "user-agent", "range", "referer", "origin", "traceparent", "tracestate", "b3", "x-request-id", "x-correlation-id", "x-real-ip", "idempotency-key",
    };

    private static readonly string[] s_secret = ["auth", "cookie", "token", "secret", "key", "session", "password", "credential", "signature", "jwt"];

    /// <summary>The name that the catalogue has for the service.</summary>
    public required string Service { get; init; }

    public required string Method { get; init; }

    /// <summary>As it was asked for; its template may become better known while it waits.</summary>
    public required string Path { get; init; }

    public string Query { get; init; } = "";

    public required string Template { get; init; }

    public ulong Shape { get; init; }

    public List<KeyValuePair<string, string>> Headers { get; init; } = [];

    public string ContentType { get; init; } = "";

    public string Body { get; init; } = "";

    /// <summary>What tells deliveries apart: instance, method, template, shape.</summary>
    public ulong Key(ApisecTarget target) =>
        StableHash.Add(StableHash.Add(StableHash.Add(StableHash.Add(StableHash.Start, target.InstanceId), Method), PathTemplate.Canonical(Template)), Shape);

    [JsonIgnore]
    public BoltRequest Request => new(Method, Query.Length == 0 ? Path : $"{Path}?{Query}", Headers, Body);

    public static ApisecEndpoint Of(HttpMessage request, string service, string method, string template, ulong shape, BodyShape shapes, ApisecExamples examples)
    {
        var query = Encoding.UTF8.GetString(request[request.Query]);
        return new ApisecEndpoint
        {
            Service = service,
            Method = method,
            Path = Encoding.UTF8.GetString(request[request.Path]),
            Query = query.Length > MaxPath ? "" : examples == ApisecExamples.Captured ? query : BodyShape.Names(query),
            Template = template,
            Shape = shape,
            Headers = HeadersOf(request, examples),
            ContentType = shape == 0 ? "" : BodyShape.ContentType(request),
            Body = shape == 0 ? "" : shapes.Example(request, examples),
        };
    }

    public static byte[] Encode(IEnumerable<ApisecEndpoint> endpoints)
    {
        using var lines = new MemoryStream();
        foreach (var endpoint in endpoints)
        {
            JsonSerializer.Serialize(lines, endpoint, ApisecEndpointJson.Default.ApisecEndpoint);
            lines.WriteByte((byte)'\n');
        }

        return lines.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> line, [NotNullWhen(true)] out ApisecEndpoint? endpoint)
    {
        endpoint = null;
        try
        {
            endpoint = JsonSerializer.Deserialize(line, ApisecEndpointJson.Default.ApisecEndpoint);
            return endpoint is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>What a caller has to send to reach the endpoint: neither what belongs to the connection nor what identifies somebody.</summary>
    private static List<KeyValuePair<string, string>> HeadersOf(HttpMessage request, ApisecExamples examples)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var field in request.Headers)
        {
            if (field.Name.Length is 0 or > 128 || field.Value.Length > MaxHeader || headers.Count == 64) continue;
            var name = Encoding.Latin1.GetString(request[field.Name]);
            var lower = name.ToLowerInvariant();
            if (s_connection.Contains(lower) || lower.StartsWith("x-forwarded-", StringComparison.Ordinal) || lower.StartsWith("x-b3-", StringComparison.Ordinal)) continue;
            if (lower.StartsWith("if-", StringComparison.Ordinal) || lower.StartsWith("sec-", StringComparison.Ordinal) || s_secret.Any(lower.Contains)) continue;
            if (headers.Exists(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))) continue;
            var keeps = examples == ApisecExamples.Captured || lower is "content-type" or "accept" or "accept-language";
            headers.Add(new(name, keeps ? Encoding.Latin1.GetString(request[field.Value]) : "string"));
        }

        return headers;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ApisecEndpoint))]
internal sealed partial class ApisecEndpointJson : JsonSerializerContext;
