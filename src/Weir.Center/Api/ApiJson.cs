using System.Text.Json;

namespace Weir.Center.Api;

internal static class ApiJson
{
    /// <summary>Names in camelCase, as everywhere in the API.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web);
}
