using System.Text.Json;

namespace Weir.Kubernetes.RateLimits;

/// <summary>Who owns which fields of an object, and whether a controller keeps it as it stands in a repository.</summary>
internal static class FieldOwners
{
    /// <summary>Field managers of controllers that put back what they find changed.</summary>
    private static readonly string[] s_controllers = ["argocd-controller", "argocd-application-controller", "kustomize-controller", "helm-controller", "flux", "fleetagent", "configmanagement"];

    /// <summary>Labels and annotations that such controllers put on what they keep, with the name to call them by.</summary>
    private static readonly (string Key, string Name)[] s_marks =
    [
        ("argocd.argoproj.io/tracking-id", "Argo CD"), ("argocd.argoproj.io/instance", "Argo CD"), ("kustomize.toolkit.fluxcd.io/name", "Flux"),
        ("helm.toolkit.fluxcd.io/name", "Flux (Helm)"), ("objectset.rio.cattle.io/id", "Fleet"), ("configmanagement.gke.io/managed", "Config Sync"),
    ];

    public const string Manager = "weir";

    public static bool IsGitOps(string manager) => s_controllers.Any(one => manager.StartsWith(one, StringComparison.OrdinalIgnoreCase));

    /// <summary>The controller that keeps the object; null without.</summary>
    public static string? Controller(JsonElement one)
    {
        foreach (var (key, name) in s_marks)
            if (Text(one, "annotations", key) is not null || Text(one, "labels", key) is not null) return name;
        foreach (var entry in Entries(one))
            if (entry.TryGetProperty("manager", out var manager) && manager.GetString() is { } text && IsGitOps(text)) return text;
        return null;
    }

    /// <summary>Who owns an annotation; null when nobody is known to.</summary>
    public static (string Manager, string Operation)? OfAnnotation(JsonElement one, string annotation)
    {
        foreach (var entry in Entries(one))
        {
            if (entry.TryGetProperty("fieldsV1", out var fields) && fields.TryGetProperty("f:metadata", out var metadata)
                && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("f:annotations", out var annotations)
                && annotations.ValueKind == JsonValueKind.Object && annotations.TryGetProperty($"f:{annotation}", out _))
                return (entry.GetProperty("manager").GetString() ?? "", entry.TryGetProperty("operation", out var operation) ? operation.GetString() ?? "" : "");
        }

        return null;
    }

    public static string? Annotation(JsonElement one, string name) => Text(one, "annotations", name);

    public static string? Text(JsonElement one, string map, string name) =>
        one.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty(map, out var values) && values.ValueKind == JsonValueKind.Object
        && values.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The server says it so: <c>conflict with "kubectl" using networking.k8s.io/v1</c>.</summary>
    public static string ManagerIn(string message)
    {
        var begin = message.IndexOf('"', StringComparison.Ordinal);
        var end = begin < 0 ? -1 : message.IndexOf('"', begin + 1);
        return end < 0 ? message : message[(begin + 1)..end];
    }

    private static JsonElement.ArrayEnumerator Entries(JsonElement one) =>
        one.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("managedFields", out var entries) && entries.ValueKind == JsonValueKind.Array
            ? entries.EnumerateArray()
            : default;
}
