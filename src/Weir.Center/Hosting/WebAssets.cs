using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Weir.Center.Hosting;

/// <summary>The page's files, embedded at build and open to all: they hold nothing that was captured. Each is read and compressed once.</summary>
/// <param name="assembly">Holds the files as resources named <c>ui/</c> and their path.</param>
internal sealed class WebAssets(Assembly assembly)
{
    private const string Prefix = "ui/";

    private const string NotBuilt =
        "<!doctype html><title>Weir</title><p>This build has no page. Run ./dev build, then start weir again. "
        + "The API is at /api/v1/exchanges.";

    private readonly FileExtensionContentTypeProvider _types = new();
    private readonly ConcurrentDictionary<string, Asset> _assets = new(StringComparer.Ordinal);

    /// <summary>Below every other route. For GET alone: what no route takes in another method is refused as such.</summary>
    public void Map(WebApplication application) =>
        application.MapGet("{*path}", (RequestDelegate)Serve).WithOrder(int.MaxValue).AllowAnonymous().ExcludeFromDescription();

    private async Task Serve(HttpContext context)
    {
        var path = context.Request.Path;
        if (path.StartsWithSegments("/api") || path.StartsWithSegments("/openapi"))
        {
            await Api.Problem.NotFound($"There is nothing at {path}; the API is described at /openapi/v1.json.").ExecuteAsync(context);
            return;
        }

        var name = (path.Value ?? "").TrimStart('/');
        // A path without extension is a place within the page, which the page itself finds.
        var asset = Find(name) ?? (Path.HasExtension(name) ? null : Find("index.html"));
        if (asset is not null) await Send(context, asset, name.StartsWith("assets/", StringComparison.Ordinal));
        else if (Path.HasExtension(name)) await Api.Problem.NotFound($"There is no file {path}.").ExecuteAsync(context);
        else await Results.Content(NotBuilt, "text/html; charset=utf-8", statusCode: 503).ExecuteAsync(context);
    }

    private static async Task Send(HttpContext context, Asset asset, bool hashedName)
    {
        var (request, response) = (context.Request.GetTypedHeaders(), context.Response);
        var brotli = request.AcceptEncoding.Any(coding => coding.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);
        // The two forms are different bytes, so a strong tag has to tell them apart (RFC 9110 §8.8.3.3).
        var tag = new EntityTagHeaderValue(brotli ? $"\"{asset.Hash}-br\"" : $"\"{asset.Hash}\"");
        // File names under assets/ carry a hash of their content, so they never change.
        response.Headers.CacheControl = hashedName ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.ETag = tag.ToString();
        response.Headers.Vary = "Accept-Encoding";
        if (request.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        if (brotli) response.Headers.ContentEncoding = "br";
        var body = brotli ? asset.Brotli : asset.Plain;
        response.ContentType = asset.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private Asset? Find(string name)
    {
        if (_assets.TryGetValue(name, out var known)) return known;
        // Only files that exist are remembered: names of requests are not bounded.
        return Read(name) is { } asset ? _assets.GetOrAdd(name, asset) : null;
    }

    private Asset? Read(string name)
    {
        if (name.Length == 0) return null;
        using var stream = assembly.GetManifestResourceStream(Prefix + name);
        if (stream is null) return null;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var plain = copy.ToArray();
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal)) brotli.Write(plain);
        if (!_types.TryGetContentType(name, out var type)) type = "application/octet-stream";
        if (type.StartsWith("text/", StringComparison.Ordinal)) type += "; charset=utf-8";
        return new Asset(type, Convert.ToHexStringLower(SHA256.HashData(plain))[..16], plain, packed.ToArray());
    }

    private sealed record Asset(string ContentType, string Hash, byte[] Plain, byte[] Brotli);
}
