using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Storage;

namespace Weir.Center.Respond;

/// <summary>JSON as the API writes it, with names of enums in snake_case.</summary>
internal static class RespondJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Default when somebody else wrote it, or an older version wrote it otherwise.</summary>
    public static T? Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

/// <summary>A ring of documents in the store: item N is written over the one that is so many before it.</summary>
internal sealed class DocumentSlots<T>(IExchangeStore store, string kind, int count)
    where T : class
{
    public void Save(long number, T item) => store.SaveDocuments(kind, [(Name(number), RespondJson.Write(item))]);

    /// <summary>All that can be read, in no order.</summary>
    public IReadOnlyList<T> Load() =>
        [.. store.LoadDocuments(kind).Select(static one => RespondJson.Read<T>(one.Body)).OfType<T>()];

    private string Name(long number) => (number % count).ToString("D6", CultureInfo.InvariantCulture);
}
