using System.Text.Json;
using Weir.Inventory.Templating;

namespace Weir.Inventory.State;

/// <summary>
/// All that people decided about one place in the paths of a service, as one document: centers that share a store keep decisions beside what
/// each of them learned, so that neither takes the place of the other.
/// </summary>
public sealed record ServiceDecision
{
    /// <summary>Kind of document under which stores keep decisions.</summary>
    public const string DocumentKind = "catalogue-decision";

    private const int Version = 1;

    /// <summary>Service and place: what is decided again takes the place of what was decided before.</summary>
    public string DocumentName => $"{Service}\n{At}";

    /// <summary>Name of the service.</summary>
    public required string Service { get; init; }

    /// <summary>The place: a template with nothing between its braces; empty for the root.</summary>
    public required string At { get; init; }

    internal PinRecord Pin { get; init; }

    /// <summary>As UTF-8 JSON; docs/formats/catalogue.md.</summary>
    public byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("service", Service);
            ServiceState.WritePin(json, At, Pin);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>Null when it is damaged, or of a newer version.</summary>
    public static ServiceDecision? Read(ReadOnlyMemory<byte> document)
    {
        try
        {
            using var parsed = JsonDocument.Parse(document);
            var root = parsed.RootElement;
            if (root.GetProperty("version").GetInt32() != Version) return null;
            return new ServiceDecision { Service = root.GetProperty("service").GetString()!, At = root.GetProperty("at").GetString()!, Pin = ServiceState.ReadPin(root) };
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // What JsonElement throws when a member is missing or of another type.
            return null;
        }
    }
}
