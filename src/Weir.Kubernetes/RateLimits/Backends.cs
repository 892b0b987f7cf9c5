using System.Text.Json;

namespace Weir.Kubernetes.RateLimits;

/// <summary>Services behind an Ingress or a route.</summary>
internal static class Backends
{
    public static IEnumerable<(string Namespace, string Service)> Of(ResourceType type, JsonElement one, string @namespace)
    {
        if (!one.TryGetProperty("spec", out var spec)) return [];
        return type.Kind == "Ingress" ? OfIngress(spec, @namespace) : OfRoute(spec, @namespace);
    }

    private static IEnumerable<(string, string)> OfIngress(JsonElement spec, string @namespace)
    {
        if (spec.TryGetProperty("defaultBackend", out var fallback) && Name(fallback) is { } named) yield return (@namespace, named);
        foreach (var rule in Items(spec, "rules"))
        {
            if (!rule.TryGetProperty("http", out var http)) continue;
            foreach (var path in Items(http, "paths"))
                if (path.TryGetProperty("backend", out var backend) && Name(backend) is { } service) yield return (@namespace, service);
        }
    }

    private static IEnumerable<(string, string)> OfRoute(JsonElement spec, string @namespace)
    {
        foreach (var rule in Items(spec, "rules"))
        {
            foreach (var backend in Items(rule, "backendRefs"))
            {
                if (backend.TryGetProperty("kind", out var kind) && kind.GetString() != "Service") continue;
                if (!backend.TryGetProperty("name", out var name) || name.GetString() is not { } service) continue;
                yield return (backend.TryGetProperty("namespace", out var space) && space.GetString() is { } other ? other : @namespace, service);
            }
        }
    }

    private static string? Name(JsonElement backend) =>
        backend.TryGetProperty("service", out var service) && service.TryGetProperty("name", out var name) ? name.GetString() : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement one, string name) =>
        one.ValueKind == JsonValueKind.Object && one.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default;
}
