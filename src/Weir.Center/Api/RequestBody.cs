using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Center.Hosting;
using Weir.Records.Json;

namespace Weir.Center.Api;

/// <summary>Bodies of requests, read with a bound.</summary>
internal static class RequestBody
{
    /// <summary>A member that nobody knows is a mistake of the sender, and told.</summary>
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>Null when it is longer than <paramref name="most"/> bytes.</summary>
    public static async Task<ReadOnlyMemory<byte>?> Read(HttpContext context, int most)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = most + 1L;
        if (context.Request.ContentLength > most) return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        try
        {
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
                if (read == 0) break;
                body.Write(buffer, 0, read);
                if (body.Length > most) return null;
            }
        }
        catch (BadHttpRequestException failure) when (failure.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            // The server noticed first, which it does when the length was not announced.
            return null;
        }

        context.MarkBodyRead();
        return body.ToArray();
    }

    /// <summary>A JSON object as <typeparamref name="T"/>, or what to answer instead.</summary>
    public static async Task<(T? Value, IResult? Problem)> Json<T>(HttpContext context, int most)
        where T : class
    {
        if (await Read(context, most) is not { } bytes) return (null, TooLarge(most));
        try
        {
            // Members that are taken as they come are read later, where nobody expects that they cannot be.
            if (WholeJson.Is(bytes.Span, s_strict.MaxDepth) && JsonSerializer.Deserialize<T>(bytes.Span, s_strict) is { } value) return (value, null);
        }
        catch (JsonException)
        {
            // Told below.
        }

        return (null, Problem.BadParameter("body", "is no JSON object with the members that are described at /openapi/v1.json"));
    }

    public static IResult TooLarge(int most) =>
        Results.Problem($"A body may have {most} bytes here", statusCode: StatusCodes.Status413PayloadTooLarge, title: "The body is too large");
}
