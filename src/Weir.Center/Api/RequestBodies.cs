using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Center.Hosting;

namespace Weir.Center.Api;

/// <summary>Bodies of requests that change something: bounded, and from pages of this origin only.</summary>
internal static class RequestBodies
{
    /// <summary>Bytes of a decision, an order or a form with a few values.</summary>
    public const int MaxSmallBytes = 16 << 10;

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, NumberHandling = JsonNumberHandling.Strict, MaxDepth = 8,
    };

    /// <summary>A page of another site can make a visitor's browser post here, but not without saying where it comes from.</summary>
    public static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin.Count > 0 && !string.Equals(request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);

    public static IResult Foreign() => Results.Problem("Pages of other sites may not decide here", statusCode: StatusCodes.Status403Forbidden);

    public static IResult TooLarge() => Results.Problem("The body is too large", statusCode: StatusCodes.Status413PayloadTooLarge);

    /// <summary>Null when it is too large.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context, int most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most + 1L;
        if (context.Request.ContentLength > most) return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
            if (read == 0) break;
            body.Write(buffer, 0, read);
            if (body.Length > most) return null;
        }

        context.MarkBodyRead();
        return body.ToArray();
    }

    /// <summary>One small JSON object; the problem where there is none, or it has what is not known.</summary>
    public static async Task<(T? Body, IResult? Problem)> JsonAsync<T>(HttpContext context)
        where T : class
    {
        if (IsForeign(context.Request)) return (null, Foreign());
        if (await ReadAsync(context, MaxSmallBytes) is not { } bytes) return (null, TooLarge());
        return TryRead<T>(bytes.Span, out var body, out var error) ? (body, null) : (null, Problem.BadParameter("body", error));
    }

    /// <summary>The value of one field of a small form, or of a JSON object that stands for it.</summary>
    public static async Task<(string? Value, IResult? Problem)> FieldAsync(HttpContext context, string name)
    {
        if (IsForeign(context.Request)) return (null, Foreign());
        if (context.Request.ContentLength > MaxSmallBytes) return (null, TooLarge());
        if (!context.Request.HasFormContentType)
        {
            if (await ReadAsync(context, MaxSmallBytes) is not { } bytes) return (null, TooLarge());
            return TryRead<Dictionary<string, JsonElement>>(bytes.Span, out var values, out var error)
                ? (values.TryGetValue(name, out var value) ? value.ToString() : null, null)
                : (null, Problem.BadParameter("body", error));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxSmallBytes;
        try
        {
            var form = await context.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 16, ValueLengthLimit = 1024, MultipartBodyLengthLimit = MaxSmallBytes }, context.RequestAborted);
            context.MarkBodyRead();
            return (form[name].FirstOrDefault(), null);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return (null, Problem.BadParameter("body", "is no form that can be read"));
        }
    }

    private static bool TryRead<T>(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out T? body, out string error)
        where T : class
    {
        (body, error) = (null, "is no JSON object");
        if (bytes.IsEmpty) return false;
        try
        {
            body = JsonSerializer.Deserialize<T>(bytes, s_strict);
        }
        catch (JsonException e)
        {
            error = $"is not understood{(string.IsNullOrEmpty(e.Path) ? "" : $" at {e.Path}")}";
        }

        return body is not null;
    }
}
