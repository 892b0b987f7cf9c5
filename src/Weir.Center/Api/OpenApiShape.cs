using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Weir.Center.Api;

/// <summary>What is true of all bodies of this API, for the OpenAPI document.</summary>
internal static class OpenApiShape
{
    /// <summary>What may be null may also be left out: absent and null both mean that it is not known. Everything else is always there.</summary>
    public static void AddShape(this OpenApiOptions options) => options.AddDocumentTransformer(static (document, _, _) =>
    {
        foreach (var schema in (document.Components?.Schemas?.Values ?? []).OfType<OpenApiSchema>())
            if (schema.Properties is { } properties) schema.Required = properties.Where(static one => !MayBeNull(one.Value)).Select(static one => one.Key).ToHashSet();
        return Task.CompletedTask;
    });

    private static bool MayBeNull(IOpenApiSchema schema) =>
        schema is not OpenApiSchemaReference && (schema.OneOf is { Count: > 0 } choices ? choices.Any(static one => one.Type == JsonSchemaType.Null) : schema.Type?.HasFlag(JsonSchemaType.Null) != false);
}
