using System.Text.Json;

namespace Weir.Kubernetes.RateLimits;

/// <summary>Which controllers serve a target: by its class, or by the classes of the gateways that it is attached to.</summary>
internal sealed class TargetControllers(KubernetesClient client)
{
    /// <summary>spec.controller or spec.controllerName of the classes; empty when the target names none and none is the default.</summary>
    /// <exception cref="RateLimitException">Several serve it, or its class is not there.</exception>
    public async Task<List<string>> OfAsync(RateLimitTarget target, JsonElement one, CancellationToken cancellation)
    {
        if (target.Kind == "Ingress") return await IngressControllersAsync(one, cancellation).ConfigureAwait(false);
        var gateways = target.Kind == "Gateway" ? [one] : await ParentsAsync(target, one, cancellation).ConfigureAwait(false);
        var controllers = new List<string>();
        foreach (var gateway in gateways)
        {
            if (!gateway.GetProperty("spec").TryGetProperty("gatewayClassName", out var name) || name.GetString() is not { } text) continue;
            var type = await client.GetAsync(RateLimiter.GatewayClasses, null, text, cancellation).ConfigureAwait(false);
            if (type.GetProperty("spec").TryGetProperty("controllerName", out var controller) && controller.GetString() is { } found && !controllers.Contains(found)) controllers.Add(found);
        }

        return controllers.Count <= 1
            ? controllers
            : throw new RateLimitException(RateLimitFault.Unsupported, $"{target} belongs to gateways of several controllers ({string.Join(", ", controllers)}): limit it at one of them");
    }

    private async Task<List<string>> IngressControllersAsync(JsonElement ingress, CancellationToken cancellation)
    {
        var named = ingress.TryGetProperty("spec", out var spec) && spec.TryGetProperty("ingressClassName", out var name) ? name.GetString() : null;
        // The annotation of before 1.18, which controllers still heed, and which may name a class that is no object.
        named ??= FieldOwners.Annotation(ingress, "kubernetes.io/ingress.class");
        var classes = await client.ListAsync(ResourceKind.Json(RateLimiter.IngressClasses), cancellation: cancellation).ConfigureAwait(false);
        var found = (classes.Items ?? []).FirstOrDefault(one => named is null
            ? FieldOwners.Annotation(one, "ingressclass.kubernetes.io/is-default-class") == "true"
            : one.GetProperty("metadata").GetProperty("name").GetString() == named);
        if (found.ValueKind == JsonValueKind.Object) return found.GetProperty("spec").TryGetProperty("controller", out var controller) && controller.GetString() is { } text ? [text] : [];
        return named switch
        {
            "nginx" => ["k8s.io/ingress-nginx"],
            "traefik" => ["traefik.io/ingress-controller"],
            null => [],
            _ => throw new RateLimitException(RateLimitFault.NotFound, $"there is no IngressClass {named}"),
        };
    }

    private async Task<List<JsonElement>> ParentsAsync(RateLimitTarget target, JsonElement route, CancellationToken cancellation)
    {
        var gateways = new List<JsonElement>();
        if (!route.TryGetProperty("spec", out var spec) || !spec.TryGetProperty("parentRefs", out var parents) || parents.ValueKind != JsonValueKind.Array) return gateways;
        foreach (var parent in parents.EnumerateArray())
        {
            if (parent.TryGetProperty("kind", out var kind) && kind.GetString() != "Gateway") continue;
            var space = parent.TryGetProperty("namespace", out var named) ? named.GetString() : target.Namespace;
            if (parent.TryGetProperty("name", out var name)) gateways.Add(await client.GetAsync(RateLimiter.Gateways, space, name.GetString()!, cancellation).ConfigureAwait(false));
        }

        return gateways;
    }
}
