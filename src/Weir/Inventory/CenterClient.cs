using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Weir.Cli.Inventory;

/// <summary>Asks a running center. What it refuses is told in its own words.</summary>
internal sealed class CenterClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="address">With or without scheme.</param>
    /// <param name="token">Access or API token; null shows none.</param>
    /// <exception cref="UsageException">That is no address.</exception>
    public CenterClient(string address, string? token)
    {
        if (!Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new UsageException($"--center takes an address such as http://127.0.0.1:7373, not '{address}'");
        _http = new HttpClient { BaseAddress = uri, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <exception cref="IOException">It cannot be reached, or refuses.</exception>
    public string Text(string path) => Send(new HttpRequestMessage(HttpMethod.Get, path));

    /// <exception cref="IOException">It cannot be reached, or refuses.</exception>
    public JsonObject Json(string path) => Parse(Text(path));

    /// <exception cref="IOException">It cannot be reached, or refuses.</exception>
    public JsonObject Post(string path, byte[] body, string mediaType) => Parse(PostText(path, body, mediaType));

    /// <summary>The answer as it is; empty where there is none.</summary>
    /// <exception cref="IOException">It cannot be reached, or refuses.</exception>
    public string PostText(string path, byte[] body, string mediaType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return Send(new HttpRequestMessage(HttpMethod.Post, path) { Content = content });
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new IOException("the center's answer is no JSON object");
        }
        catch (System.Text.Json.JsonException broken)
        {
            throw new IOException($"the center's answer is no JSON: {broken.Message}", broken);
        }
    }

    private string Send(HttpRequestMessage request)
    {
        using (request)
        {
            try
            {
                using var response = _http.Send(request);
                using var reader = new StreamReader(response.Content.ReadAsStream());
                var text = reader.ReadToEnd();
                return response.IsSuccessStatusCode ? text : throw new IOException($"the center refused: {(int)response.StatusCode} {Detail(text)}{Advice(response.StatusCode)}");
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                throw new IOException($"the center at {_http.BaseAddress} cannot be reached: {failure.Message}", failure);
            }
        }
    }

    private static string Advice(System.Net.HttpStatusCode status) => status == System.Net.HttpStatusCode.Unauthorized
        ? " Name a token with --token, --token-file, WEIR_TOKEN or WEIR_TOKEN_FILE; POST /api/v1/tokens makes one."
        : "";

    private static string Detail(string text)
    {
        try
        {
            return (JsonNode.Parse(text) as JsonObject)?["detail"]?.GetValue<string>() ?? text;
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }
}
