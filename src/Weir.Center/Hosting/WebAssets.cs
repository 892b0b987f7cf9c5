using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;

namespace Weir.Center.Hosting;

/// <summary>The page's files, embedded at build. Each is read and compressed once.</summary>
internal sealed class WebAssets
{
    private const string Prefix = "ui/";

    private const string NotBuilt =
        "<!doctype html><title>Weir</title><p>This build has no page. Run ./dev build, then start weir again. "
        + "The API is at /api/v1/exchanges.";

    private readonly FileExtensionContentTypeProvider _types = new();
    private readonly ConcurrentDictionary<string, Asset?> _assets = new(StringComparer.Ordinal);

    public void Map(WebApplication application) => application.MapFallback("{*path}", Serve).ExcludeFromDescription();

    private async Task Serve(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/openapi/", StringComparison.Ordinal))
        {
            await Api.Problem.NotFound($"There is nothing at {path}; the API is described at /openapi/v1.json.").ExecuteAsync(context);
            return;
        }

        var name = path.TrimStart('/');
        var asset = Find(name) ?? (Path.HasExtension(name) ? null : Find("index.html"));
        if (asset is not null) await Send(context, asset, name.StartsWith("assets/", StringComparison.Ordinal));
        else if (Path.HasExtension(name)) await Api.Problem.NotFound($"There is no file {path}.").ExecuteAsync(context);
        else await Results.Content(NotBuilt, "text/html; charset=utf-8", statusCode: 503).ExecuteAsync(context);
    }

    private static async Task Send(HttpContext context, Asset asset, bool hashedName)
    {
        var (request, response) = (context.Request, context.Response);
        // File names under assets/ carry a hash of their content, so they never change.
        response.Headers.CacheControl = hashedName ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.ETag = asset.ETag;
        response.Headers.Vary = "Accept-Encoding";
        if (request.Headers.IfNoneMatch.Contains(asset.ETag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var brotli = request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
        if (brotli) response.Headers.ContentEncoding = "br";
        var body = brotli ? asset.Brotli : asset.Plain;
        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private Asset? Find(string name)
    {
        if (_assets.TryGetValue(name, out var known)) return known;
        var asset = Read(name);
        // Only files that exist are remembered: names of requests are not bounded.
        if (asset is not null) _assets[name] = asset;
        return asset;
    }

    private Asset? Read(string name)
    {
        using var stream = typeof(WebAssets).Assembly.GetManifestResourceStream(Prefix + name);
        if (stream is null) return null;
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal)) brotli.Write(plain.GetBuffer(), 0, (int)plain.Length);
        if (!_types.TryGetContentType(name, out var type)) type = "application/octet-stream";
        if (type.StartsWith("text/", StringComparison.Ordinal)) type += "; charset=utf-8";
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain.ToArray()))[..16]}\"";
        return new Asset(type, tag, plain.ToArray(), packed.ToArray());
    }

    private sealed record Asset(string ContentType, string ETag, byte[] Plain, byte[] Brotli);
}
