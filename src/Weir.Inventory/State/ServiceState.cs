using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Security;
using Weir.Inventory.Templating;

namespace Weir.Inventory.State;

/// <summary>
/// A service as bytes and back: everything that was learned, and what people decided. docs/formats/catalogue.md describes the format. State
/// that cannot be read is refused whole; limits hold for what is read as for what is seen.
/// </summary>
public static class ServiceState
{
    /// <summary>Kind of document under which stores keep services.</summary>
    public const string DocumentKind = "catalogue";

    private const int Version = 1;

    /// <summary>Paths, schemas and levels of JSON around them.</summary>
    private const int MaxDepth = 256;

    public static byte[] Write(ServiceCatalogue service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { MaxDepth = MaxDepth }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("service", service.Name);
            json.WriteStartArray("pins");
            foreach (var (structure, pin) in service.Tree.Pins)
            {
                json.WriteStartObject();
                WritePin(json, structure, pin);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WritePropertyName("root");
            Node(json, service.Tree.Root);
            json.WriteStartArray("findings");
            foreach (var entry in service.Findings.Entries) Finding(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Adds a service to a catalogue that does not have it yet.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> state, EndpointCatalogue catalogue, [NotNullWhen(false)] out string? error)
    {
        return TryRead(state, catalogue, merge: false, out error);
    }

    /// <summary>
    /// Adds what somebody else learned of a service to what the catalogue has of it: counts are added up, and what both together show of
    /// templates is concluded. Of a place about which people decided, the catalogue's decision holds.
    /// </summary>
    public static bool TryMerge(ReadOnlyMemory<byte> state, EndpointCatalogue catalogue, [NotNullWhen(false)] out string? error) =>
        TryRead(state, catalogue, merge: true, out error);

    internal static void WritePin(Utf8JsonWriter json, string structure, PinRecord pin)
    {
        json.WriteString("at", structure);
        if (pin.Children != Pin.None) json.WriteNumber("children", (int)pin.Children);
        if (pin.Name is not null) json.WriteString("name", pin.Name);
        if (pin.Keep) json.WriteBoolean("keep", true);
    }

    internal static PinRecord ReadPin(JsonElement pin) => new((Pin)Number(pin, "children"), Text(pin, "name"), pin.TryGetProperty("keep", out _));

    private static bool TryRead(ReadOnlyMemory<byte> state, EndpointCatalogue catalogue, bool merge, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ServiceCatalogue? read = null;
        try
        {
            using var document = JsonDocument.Parse(state, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() is var version && version != Version)
            {
                error = $"its version is {version}, this Weir knows {Version}";
                return false;
            }

            var name = root.GetProperty("service").GetString()!;
            if (catalogue.Services.TryGetValue(name, out var known) ? !merge || known.IsFull : catalogue.Service(name) is null)
            {
                error = $"the service {name} is there already, or there is no room for more";
                return false;
            }

            read = new ServiceCatalogue(name, catalogue.Limits, catalogue.Budget);
            ReadNode(root.GetProperty("root"), read.Tree.Root, read, catalogue.Limits);
            foreach (var pin in root.GetProperty("pins").EnumerateArray()) read.Tree.SetPin(pin.GetProperty("at").GetString()!, ReadPin(pin));
            foreach (var finding in root.GetProperty("findings").EnumerateArray()) ReadFinding(finding, read.Findings);
            read.Counted();
            if (known is null) catalogue.Replace(read);
            else known.Absorb(read);
            error = null;
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or OverflowException)
        {
            // What JsonElement throws when a member is missing or of another type.
            if (read is not null)
            {
                foreach (var endpoint in read.Endpoints) endpoint.Release();
                if (catalogue.Services.TryGetValue(read.Name, out var made) && made.IsUntouched) catalogue.Forget(read.Name);
            }

            error = $"it is damaged: {broken.Message}";
            return false;
        }
    }

    internal static long Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    internal static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static void Node(Utf8JsonWriter json, PathNode node)
    {
        json.WriteStartObject();
        if (node.Parent is not null) json.WriteString("text", node.Text);
        json.WriteNumber("calls", node.Calls);
        if (node.Ended > 0) json.WriteNumber("ended", node.Ended);
        if (node.Slashed > 0) json.WriteNumber("slashed", node.Slashed);
        if (node.Kind != SegmentKind.Word) json.WriteString("kind", SegmentKinds.NameOf(node.Kind));
        if (node.Reason != Reason.Form) json.WriteNumber("reason", (int)node.Reason);
        if (node.Confirmed) json.WriteBoolean("confirmed", true);
        if (node.TakesText) json.WriteBoolean("takesText", true);
        if (node.Creates) json.WriteBoolean("creates", true);
        if (node.Values is { } values)
        {
            json.WriteStartObject("values");
            json.WriteStartObject("kinds");
            for (var i = 0; i < values.Kinds.Length; i++)
                if (values.Kinds[i] > 0) json.WriteNumber(SegmentKinds.NameOf((SegmentKind)i), values.Kinds[i]);
            json.WriteEndObject();
            if (values.Wide) json.WriteBoolean("wide", true);
            json.WriteStartArray("seen");
            for (var i = 0; i < values.Seen.Length; i++)
            {
                if (values.Seen[i] == 0) continue;
                json.WriteNumberValue(i);
                json.WriteNumberValue(values.Seen[i]);
            }

            json.WriteEndArray();
            EndpointState.Top(json, "top", values.Top);
            json.WriteEndObject();
        }

        if (node.Endpoints.Count > 0)
        {
            json.WriteStartArray("endpoints");
            foreach (var endpoint in node.Endpoints.Values) EndpointState.Write(json, endpoint);
            json.WriteEndArray();
        }

        Children(json, "literals", node.Literals.Values);
        Children(json, "parameters", node.Parameters);
        json.WriteEndObject();
    }

    private static void Children(Utf8JsonWriter json, string name, IReadOnlyCollection<PathNode> children)
    {
        if (children.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var child in children) Node(json, child);
        json.WriteEndArray();
    }

    private static void ReadNode(JsonElement state, PathNode node, ServiceCatalogue service, CatalogueLimits limits)
    {
        (node.Calls, node.Ended, node.Slashed) = (Number(state, "calls"), Number(state, "ended"), Number(state, "slashed"));
        node.Reason = (Reason)Number(state, "reason");
        (node.Confirmed, node.TakesText, node.Creates) = (state.TryGetProperty("confirmed", out _), state.TryGetProperty("takesText", out _), state.TryGetProperty("creates", out _));
        if (node.Values is { } values && state.TryGetProperty("values", out var seen))
        {
            foreach (var kind in seen.GetProperty("kinds").EnumerateObject()) values.Kinds[(int)SegmentKinds.Parse(kind.Name)] += kind.Value.GetInt64();
            values.Wide = seen.TryGetProperty("wide", out _);
            var words = seen.GetProperty("seen");
            for (var i = 0; i + 1 < words.GetArrayLength(); i += 2) values.Restore(words[i].GetInt32(), words[i + 1].GetUInt64());
            EndpointState.ReadTop(seen.GetProperty("top"), values.Top);
        }

        if (state.TryGetProperty("endpoints", out var endpoints))
        {
            foreach (var one in endpoints.EnumerateArray())
            {
                if (!service.HasRoom) continue;
                var endpoint = EndpointState.Read(one, node, limits, service.Budget);
                node.Endpoints[ServiceCatalogue.KeyOf(endpoint)] = endpoint;
                service.EndpointCount++;
            }
        }

        if (state.TryGetProperty("literals", out var literals))
            foreach (var child in literals.EnumerateArray())
                if (service.Tree.LiteralOf(node, Text(child, "text") ?? "", SegmentKinds.Parse(Text(child, "kind") ?? "word")) is { } literal) ReadNode(child, literal, service, limits);
        if (!state.TryGetProperty("parameters", out var parameters)) return;
        foreach (var child in parameters.EnumerateArray())
            if (service.Tree.ParameterOf(node, Text(child, "text") ?? "", Reason.Form) is { } parameter) ReadNode(child, parameter, service, limits);
    }

    private static void Finding(Utf8JsonWriter json, FindingList.Entry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("kind", (int)entry.Kind);
        json.WriteNumber("severity", (int)entry.Severity);
        json.WriteString("method", entry.Method);
        json.WriteString("at", entry.Structure);
        json.WriteString("example", entry.Example);
        json.WriteString("detail", entry.Detail);
        json.WriteNumber("count", entry.Count);
        json.WriteNumber("first", entry.FirstNs);
        json.WriteNumber("last", entry.LastNs);
        json.WriteEndObject();
    }

    private static void ReadFinding(JsonElement state, FindingList findings)
    {
        var kind = (FindingKind)Number(state, "kind");
        if (!Enum.IsDefined(kind)) return;
        var (method, at, example, detail) = (Text(state, "method") ?? "", Text(state, "at") ?? "", Text(state, "example") ?? "/", Text(state, "detail") ?? "");
        findings.Add(kind, (FindingSeverity)Number(state, "severity"), method, at, example, detail, Number(state, "first"), Number(state, "count"));
        findings.Add(kind, FindingSeverity.Info, method, at, example, detail, Number(state, "last"), 0);
    }
}
