using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>Where the endpoints of a service go on the platform.</summary>
public sealed record ApisecTarget(string AppId, string InstanceId);

/// <summary>What is sent of bodies, queries and headers, which are redacted already.</summary>
public enum ApisecExamples : byte
{
    /// <summary>Their shape: names as they are, a fixed value of the same type in place of each value.</summary>
    Shape,
    /// <summary>As captured and redacted.</summary>
    Captured,
}

/// <summary>
/// The content of <c>service_config.json</c>, key of the ConfigMap <c>traffic-monitor-config</c>:
/// <c>{"apiKey", "autoOnboardNewServices", "apisecUrl", "serviceMappings": {"SERVICE": {"appId", "instanceId"}}}</c>, and of Weir's own
/// <c>examples</c>: <c>shape</c> or <c>captured</c>. Keys that it does not know are passed over.
/// </summary>
public sealed record ApisecConfiguration
{
    public const string DefaultUrl = "https://api.apisecapps.com";

    /// <summary>Mount path of the ConfigMap, where no other file is named.</summary>
    public const string DefaultPath = "/etc/traffic-monitor/service_config.json";

    public static ApisecConfiguration Default { get; } = new();

    /// <summary>The token where it stands in the file, which is no place for it; null without.</summary>
    public string? ApiKey { get; init; }

    public bool AutoOnboardNewServices { get; init; }

    public string Url { get; init; } = DefaultUrl;

    public ApisecExamples Examples { get; init; }

    public IReadOnlyDictionary<string, ApisecTarget> Mappings { get; init; } = new Dictionary<string, ApisecTarget>();

    /// <summary>Reads the file. A mapping without both ids is left out.</summary>
    /// <param name="json">Its bytes; a byte order mark, comments and commas at the end of lists are let pass.</param>
    /// <param name="configuration">What it says; defaults for what it does not.</param>
    /// <param name="error">Why it is no configuration.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> json, [NotNullWhen(true)] out ApisecConfiguration? configuration, [NotNullWhen(false)] out string? error)
    {
        (configuration, error) = (null, null);
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                error = "it holds no JSON object";
                return false;
            }

            configuration = new ApisecConfiguration
            {
                ApiKey = Text(root, "apiKey"),
                AutoOnboardNewServices = root.TryGetProperty("autoOnboardNewServices", out var auto) && auto.ValueKind == JsonValueKind.True,
                Url = Text(root, "apisecUrl") ?? DefaultUrl,
                Examples = Text(root, "examples") == "captured" ? ApisecExamples.Captured : ApisecExamples.Shape,
                Mappings = MappingsOf(root),
            };
            return true;
        }
        catch (JsonException failure)
        {
            error = $"it is no JSON: {failure.Message}";
            return false;
        }
    }

    /// <summary>What stands under <c>serviceMappings</c>.</summary>
    internal static Dictionary<string, ApisecTarget> MappingsOf(JsonElement root)
    {
        var mappings = new Dictionary<string, ApisecTarget>(StringComparer.OrdinalIgnoreCase);
        if (!root.TryGetProperty("serviceMappings", out var named) || named.ValueKind != JsonValueKind.Object) return mappings;
        foreach (var one in named.EnumerateObject())
        {
            if (one.Value.ValueKind == JsonValueKind.Object && Text(one.Value, "appId") is { } app && Text(one.Value, "instanceId") is { } instance)
                mappings[one.Name] = new ApisecTarget(app, instance);
        }

        return mappings;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString()?.Trim() is { Length: > 0 } text ? text : null;
}
