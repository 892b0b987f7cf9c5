using System.Text;
using System.Text.Json;
using Weir.Capture;
using Weir.Records;

namespace Weir.Cli.Replay;

/// <summary>The requests of a HAR 1.2 file, as browsers, proxies and <c>weir sniff -o har:FILE</c> write them.</summary>
internal static class HarReader
{
    /// <summary>A HAR file is one JSON document and is held whole.</summary>
    private const long MaxFileBytes = 1 << 30;

    public static bool LooksLike(string start) => start.TrimStart('{', ' ', '\t', '\r', '\n').StartsWith("\"log\"", StringComparison.Ordinal);

    /// <exception cref="CaptureException">The file is too large or no HAR.</exception>
    public static void Read(string path, Action<Exchange> take, CancellationToken cancellation)
    {
        if (new FileInfo(path).Length > MaxFileBytes) throw new CaptureException($"Cannot read '{path}': a HAR file may have {MaxFileBytes >> 30} GiB");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var exchange = new Exchange();
            foreach (var entry in document.RootElement.GetProperty("log").GetProperty("entries").EnumerateArray())
            {
                if (cancellation.IsCancellationRequested) return;
                Fill(exchange, entry);
                take(exchange);
            }
        }
        catch (Exception broken) when (broken is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CaptureException($"Cannot read '{path}': no HAR 1.2: {broken.Message}", broken);
        }
    }

    private static void Fill(Exchange exchange, JsonElement entry)
    {
        exchange.Clear();
        exchange.Source = CaptureSourceKind.File;
        exchange.HasRequest = true;
        var (from, request) = (entry.GetProperty("request"), exchange.Request);
        request.Method = Append(request, from.GetProperty("method").GetString());
        var url = from.GetProperty("url").GetString() ?? "";
        if (Uri.TryCreate(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri) && uri.IsAbsoluteUri)
        {
            exchange.Scheme = uri.Scheme;
            request.Host = Append(request, uri.Authority);
            request.Path = Append(request, uri.AbsolutePath);
            request.Query = Append(request, uri.Query.TrimStart('?'));
        }

        foreach (var header in from.GetProperty("headers").EnumerateArray())
        {
            var field = new HeaderField(Append(request, header.GetProperty("name").GetString()), Append(request, header.GetProperty("value").GetString()));
            request.Headers.Add(field);
        }

        request.BodyDecoded = true;
        if (from.TryGetProperty("postData", out var data)) Body(request, data);
        if (entry.TryGetProperty("startedDateTime", out var started) && started.TryGetDateTimeOffset(out var time))
            request.FirstByteNs = request.LastByteNs = (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        var status = entry.TryGetProperty("response", out var response) && response.TryGetProperty("status", out var code) ? code.GetInt32() : 0;
        exchange.HasResponse = status > 0;
        exchange.Response.Status = status;
        var milliseconds = entry.TryGetProperty("time", out var lasted) && lasted.ValueKind == JsonValueKind.Number ? Math.Max(0, lasted.GetDouble()) : 0;
        if (exchange.HasResponse) exchange.Response.FirstByteNs = exchange.Response.LastByteNs = request.FirstByteNs + (long)(milliseconds * 1e6);
    }

    private static void Body(HttpMessage request, JsonElement data)
    {
        if (!data.TryGetProperty("text", out var text) || text.GetString() is not { } body) return;
        var isBase64 = data.TryGetProperty("_encoding", out var coding) && coding.GetString() == "base64";
        request.Body.Append(isBase64 ? Convert.FromBase64String(body) : Encoding.UTF8.GetBytes(body));
        request.BodyBytes = request.Body.Length;
        request.BodyTruncated = data.TryGetProperty("comment", out var comment) && comment.GetString() == "truncated";
    }

    private static Slice Append(HttpMessage message, string? text) => message.Text.Append(Encoding.UTF8.GetBytes(text ?? ""));
}
