using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Center.Hosting;

namespace Weir.Center.Api;

/// <summary>Forms with a few values.</summary>
internal static class RequestForm
{
    /// <summary>Bytes of a decision, an order or such a form.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>The value of one field of a form, or of a JSON object that stands for it; null without.</summary>
    public static async Task<(string? Value, IResult? Problem)> FieldAsync(HttpContext context, string name)
    {
        var (values, problem) = await FieldsAsync(context, name);
        return (values?[0], problem);
    }

    /// <summary>The same of several fields, in the order of their names.</summary>
    public static async Task<(string?[]? Values, IResult? Problem)> FieldsAsync(HttpContext context, params string[] names)
    {
        if (context.Request.ContentLength > MaxBytes) return (null, RequestBody.TooLarge(MaxBytes));
        if (!context.Request.HasFormContentType)
        {
            var (values, problem) = await RequestBody.Json<Dictionary<string, JsonElement>>(context, MaxBytes);
            return (values is null ? null : [.. names.Select(name => values.GetValueOrDefault(name) is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value ? value.ToString() : null)], problem);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxBytes;
        try
        {
            var form = await context.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 16, ValueLengthLimit = 1024, MultipartBodyLengthLimit = MaxBytes }, context.RequestAborted);
            context.MarkBodyRead();
            return ([.. names.Select(name => form[name].FirstOrDefault())], null);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, RequestBody.TooLarge(MaxBytes));
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return (null, Problem.BadParameter("body", "is no form that can be read"));
        }
    }
}
