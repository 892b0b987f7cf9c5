using System.Buffers;
using System.Text.Json;
using Weir.Kubernetes.Model;

namespace Weir.Kubernetes.Watching;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,
    /// <summary>Nothing happened up to this resource version; there is no object.</summary>
    Bookmark,
}

/// <summary>One change.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Object">As it is now, or was last; null of a bookmark.</param>
/// <param name="ResourceVersion">Where a watch would go on.</param>
public readonly record struct WatchEvent<T>(WatchEventType Type, T? Object, string ResourceVersion);

/// <summary>Reads <c>{"type":…,"object":…}</c>. The object needs the type to be understood, and may stand before it.</summary>
internal static class WatchEventReader
{
    /// <exception cref="KubernetesException">The event is an error, or none.</exception>
    public static WatchEvent<T> Read<T>(ReadOnlySequence<byte> line, ResourceKind<T> kind)
    {
        try
        {
            var (type, start) = Scan(line);
            var reader = new Utf8JsonReader(line.Slice(start));
            switch (type)
            {
                case "ADDED":
                    return Of(WatchEventType.Added, ref reader, kind);
                case "MODIFIED":
                    return Of(WatchEventType.Modified, ref reader, kind);
                case "DELETED":
                    return Of(WatchEventType.Deleted, ref reader, kind);
                case "BOOKMARK":
                    var bookmark = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.MetadataObject);
                    return new WatchEvent<T>(WatchEventType.Bookmark, default, bookmark?.Metadata?.ResourceVersion ?? throw Malformed("a bookmark names no resourceVersion"));
                case "ERROR":
                    var status = JsonSerializer.Deserialize(ref reader, KubernetesJson.Default.Status);
                    throw Failures.Of(null, status?.Code ?? 0, status);
                default:
                    throw Malformed($"an event has the type {type ?? "null"}");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second is what a reader says of a text that is no Unicode.
            throw Malformed($"an event cannot be read: {e.Message}", e);
        }
    }

    private static WatchEvent<T> Of<T>(WatchEventType type, ref Utf8JsonReader reader, ResourceKind<T> kind)
    {
        var one = JsonSerializer.Deserialize(ref reader, kind.Object) ?? throw Malformed("an event has no object");
        return new WatchEvent<T>(type, one, kind.Metadata(one).ResourceVersion ?? throw Malformed("an object has no resourceVersion"));
    }

    /// <summary>The type, and where the object begins.</summary>
    private static (string? Type, long Object) Scan(ReadOnlySequence<byte> line)
    {
        string? type = null;
        var start = -1L;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Malformed("an event is no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            if (!reader.Read()) break;
            if (isType && reader.TokenType == JsonTokenType.String) type = reader.GetString();
            if (isObject) start = reader.TokenStartIndex;
            // Servers write the type first: the object is then read once.
            if (type is not null && start >= 0) return (type, start);
            reader.Skip();
        }

        return start >= 0 ? (type, start) : throw Malformed("an event has no object");
    }

    private static KubernetesException Malformed(string what, Exception? inner = null) => new(KubernetesFault.Malformed, $"the watch: {what}", inner);
}
