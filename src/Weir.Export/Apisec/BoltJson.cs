using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>A request as the platform takes it.</summary>
/// <param name="Method">In upper case.</param>
/// <param name="Url">Path and query; for a new endpoint its template.</param>
/// <param name="Headers">Names and values.</param>
/// <param name="Body">Empty when there is none.</param>
internal sealed record BoltRequest(string Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body);

/// <summary>What is known of an endpoint that the platform has.</summary>
/// <param name="EndpointId">As the platform named it.</param>
/// <param name="PathParams">As the preview gave them; undefined for none.</param>
/// <param name="QueryParams">The same.</param>
/// <param name="Headers">Names and values.</param>
/// <param name="ContentType">Of the body.</param>
/// <param name="Body">Empty when there is none.</param>
internal sealed record BoltCommit(
    string EndpointId, JsonElement PathParams, JsonElement QueryParams, IReadOnlyList<KeyValuePair<string, string>> Headers, string ContentType, string Body);

/// <summary>The bodies that the platform takes.</summary>
internal static class BoltJson
{
    /// <summary><c>{"requests":[{"method","url","requestHeaders","requestBody"}]}</c>, the body only where there is one.</summary>
    public static void WriteRequests(Utf8JsonWriter json, IReadOnlyList<BoltRequest> requests)
    {
        json.WriteStartObject();
        json.WriteStartArray("requests");
        foreach (var request in requests)
        {
            json.WriteStartObject();
            json.WriteString("method", request.Method);
            json.WriteString("url", request.Url);
            WriteHeaders(json, "requestHeaders", request.Headers);
            if (request.Body.Length > 0) json.WriteString("requestBody", request.Body);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary><c>[{"method","endpoint","payload"}]</c>, the method in lower case.</summary>
    public static void WriteNew(Utf8JsonWriter json, IReadOnlyList<BoltRequest> endpoints)
    {
        json.WriteStartArray();
        foreach (var endpoint in endpoints)
        {
            json.WriteStartObject();
            json.WriteString("method", endpoint.Method.ToLowerInvariant());
            json.WriteString("endpoint", endpoint.Url);
            json.WriteString("payload", endpoint.Body);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary><c>{"applyRequestBodies":true,"endpoints":[…]}</c>.</summary>
    public static void WriteCommits(Utf8JsonWriter json, IReadOnlyList<BoltCommit> commits)
    {
        json.WriteStartObject();
        json.WriteBoolean("applyRequestBodies", true);
        json.WriteStartArray("endpoints");
        foreach (var commit in commits)
        {
            json.WriteStartObject();
            json.WriteString("endpointId", commit.EndpointId);
            json.WriteBoolean("include", true);
            WriteObject(json, "pathParams", commit.PathParams);
            WriteObject(json, "queryParams", commit.QueryParams);
            WriteHeaders(json, "headers", commit.Headers);
            if (commit.Body.Length > 0)
            {
                json.WriteStartObject("requestBodyExample");
                json.WriteString("contentType", commit.ContentType);
                json.WriteString("content", commit.Body);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter json, string name, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        json.WriteStartObject(name);
        foreach (var (header, value) in headers) json.WriteString(header, value);
        json.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        if (value.ValueKind == JsonValueKind.Object)
        {
            value.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }
}
