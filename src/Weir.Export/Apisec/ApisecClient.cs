using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Records.Json;

namespace Weir.Export.Apisec;

/// <summary>The calls of the platform that Weir makes. One at a time; none is repeated here: who calls decides that.</summary>
internal sealed class ApisecClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly Uri _base;
    private readonly string _token;
    private readonly ApisecRetry _retry;
    private readonly int _maxAnswerBytes;

    public ApisecClient(Uri url, string token, ApisecRetry retry, int maxAnswerBytes)
    {
        (_base, _token, _retry, _maxAnswerBytes) = (url, token, retry, maxAnswerBytes);
        _http = new HttpClient(new SocketsHttpHandler
        {
            // A redirect would carry the token to somewhere else.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !url.IsLoopback,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(4),
            MaxConnectionsPerServer = 1,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Applications, one page.</summary>
    public async Task<ApisecAnswer> Applications(string? nextToken, CancellationToken cancel) =>
        (await Send(HttpMethod.Get, "v1/applications?include=metadata" + (nextToken is null ? "" : $"&nextToken={Uri.EscapeDataString(nextToken)}"), null, cancel)).WithJson();

    public async Task<ApisecAnswer> Application(string appId, CancellationToken cancel) =>
        (await Send(HttpMethod.Get, $"v1/applications/{Uri.EscapeDataString(appId)}", null, cancel)).WithJson();

    /// <summary>A new application from a specification without paths.</summary>
    public async Task<ApisecAnswer> CreateApplication(string name, byte[] specification, CancellationToken cancel)
    {
        var file = new ByteArrayContent(specification);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/x-yaml");
        var form = new MultipartFormDataContent
        {
            { file, "fileUpload", "openapi-spec.yaml" },
            { new StringContent(name), "applicationName" },
            { new StringContent("K8S_DAEMONSET"), "origin" },
        };
        return (await Send(HttpMethod.Post, "v1/applications/oas", form, cancel)).WithJson();
    }

    public Task<ApisecAnswer> CreateInstance(string appId, string name, CancellationToken cancel) =>
        Send(HttpMethod.Post, $"v1/applications/{Uri.EscapeDataString(appId)}/instances/batch", Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("instanceRequestItems");
            json.WriteStartObject();
            json.WriteString("hostUrl", "/");
            json.WriteString("instanceName", name);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }), cancel);

    /// <summary>Every endpoint of an instance; 404 means none yet.</summary>
    public async Task<ApisecAnswer> Endpoints(ApisecTarget target, CancellationToken cancel) =>
        (await Send(HttpMethod.Get, $"{Instance(target)}/endpoints?include=metadata&slim=true", null, cancel)).WithJson();

    /// <summary>Asks which endpoints the requests belong to. Changes nothing.</summary>
    public async Task<ApisecAnswer> Preview(ApisecTarget target, IReadOnlyList<BoltRequest> requests, CancellationToken cancel)
    {
        var file = Json(json => BoltJson.WriteRequests(json, requests));
        return (await Send(HttpMethod.Post, $"{Instance(target)}/bolt/preview", new MultipartFormDataContent { { file, "file", "bolt.json" } }, cancel)).WithJson();
    }

    public Task<ApisecAnswer> Commit(ApisecTarget target, IReadOnlyList<BoltCommit> commits, CancellationToken cancel) =>
        Send(HttpMethod.Post, $"{Instance(target)}/bolt/commit", Json(json => BoltJson.WriteCommits(json, commits)), cancel);

    public Task<ApisecAnswer> AddEndpoints(ApisecTarget target, IReadOnlyList<BoltRequest> endpoints, CancellationToken cancel) =>
        Send(HttpMethod.Post, $"{Instance(target)}/add-endpoints", Json(json => BoltJson.WriteNew(json, endpoints)), cancel);

    public void Dispose() => _http.Dispose();

    private static string Instance(ApisecTarget target) =>
        $"v1/applications/{Uri.EscapeDataString(target.AppId)}/instances/{Uri.EscapeDataString(target.InstanceId)}";

    private static ByteArrayContent Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) write(json);
        var content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async Task<ApisecAnswer> Send(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(_base, path)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("weir");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_retry.AnswerTimeout);
        var what = $"{method} {request.RequestUri!.AbsolutePath}";
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var body = await Read(response, limit.Token);
            return new ApisecAnswer(
                ApisecAnswer.OutcomeOf((int)response.StatusCode), (int)response.StatusCode, Describe(what, response.StatusCode, body),
                RetryAfter(response.Headers.RetryAfter), Parse(body));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return Later($"{what}: {failure.InnerException?.Message ?? failure.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Later($"{what}: no answer within {_retry.AnswerTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s");
        }
    }

    private static ApisecAnswer Later(string problem) => new(ApisecOutcome.Later, 0, problem, null, default);

    private async Task<byte[]> Read(HttpResponseMessage response, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await stream.ReadAsync(buffer.GetMemory(16 << 10), cancel);
            if (read == 0) return buffer.WrittenSpan.ToArray();
            buffer.Advance(read);
            if (buffer.WrittenCount > _maxAnswerBytes) throw new IOException($"the answer has more than {_maxAnswerBytes} bytes");
        }
    }

    private string Describe(string what, HttpStatusCode status, byte[] body)
    {
        var said = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 300)));
        var text = new StringBuilder($"{what}: HTTP {(int)status}");
        if (said.Length > 0) text.Append(' ');
        // A server may repeat what it was sent, and terminals obey what they are shown.
        foreach (var c in _token.Length > 0 ? said.Replace(_token, "[token]", StringComparison.Ordinal) : said) text.Append(char.IsControl(c) ? ' ' : c);
        return text.ToString();
    }

    /// <summary>Nothing where it is no JSON: only the status of such an answer says something.</summary>
    private static JsonElement Parse(byte[] body) => WholeJson.TryParse(body, out var value) ? value : default;

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
}
