using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Center.Probes;
using Weir.Center.Respond.Shared;
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

/// <summary>
/// What a center writes down of its incidents, alerts, limits and changes. Where several share the store each has documents of its own, by a name that
/// lies in its data directory: they count their items each for itself. Until it has any it takes up those that belong to none.
/// </summary>
internal sealed class RespondDocuments(IExchangeStore store, string directory)
{
    private const string OfCenter = "@";

    /// <summary>Name of this center among those that share the store; empty where it has the store for itself.</summary>
    public string Center { get; } = store.IsShared ? StoreIdentity.Of(directory).ToString("x32", CultureInfo.InvariantCulture) : "";

    public static string KindOf(string kind, string center) => center.Length == 0 ? kind : kind + OfCenter + center;

    /// <summary>Whose documents of a kind these are; null when they are of another kind, or nobody's.</summary>
    public static string? CenterOf(string kind, string stored)
    {
        var start = kind + OfCenter;
        return stored.Length > start.Length && stored.StartsWith(start, StringComparison.Ordinal) ? stored[start.Length..] : null;
    }

    /// <summary>Name of item N of a ring.</summary>
    public static string NameOf(long number, int count) => (number % count).ToString("D6", CultureInfo.InvariantCulture);

    public void Save(string kind, string name, byte[] body) => Save(kind, new DocumentPlace(Center, name), body);

    public void Save(string kind, DocumentPlace place, byte[] body) => store.SaveDocuments(KindOf(kind, place.Center), [(place.Name, body)]);

    public IReadOnlyList<(string Name, byte[] Body)> Load(string kind)
    {
        var own = store.LoadDocuments(KindOf(kind, Center));
        return own.Count > 0 || Center.Length == 0 ? own : store.LoadDocuments(kind);
    }
}

/// <summary>A ring of documents in the store: item N is written over the one that is so many before it.</summary>
internal sealed class DocumentSlots<T>(RespondDocuments documents, string kind, int count)
    where T : class
{
    public void Save(long number, T item) => documents.Save(kind, RespondDocuments.NameOf(number, count), RespondJson.Write(item));

    /// <summary>All that can be read, in no order.</summary>
    public IReadOnlyList<T> Load() =>
        [.. documents.Load(kind).Select(static one => RespondJson.Read<T>(one.Body)).OfType<T>()];
}
