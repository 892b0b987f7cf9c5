using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Kubernetes.RateLimits;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests.RateLimits;

/// <summary>Classes, an Ingress <c>web</c> and a route <c>web</c> in namespace shop, made as <c>kubectl</c>.</summary>
internal static class Cluster
{
    public const string Nginx = "nginx.ingress.kubernetes.io/";
    public static readonly RateLimitTarget Ingress = new("Ingress", "shop", "web");
    public static readonly RateLimitTarget Route = new("HTTPRoute", "shop", "web");

    public static async Task<(Lab Lab, RateLimiter Limiter)> StartAsync(string controller, ApiServerOptions? options = null, params (string Name, string Value)[] annotations)
    {
        var lab = await Lab.StartAsync(options);
        var isIngress = controller is "k8s.io/ingress-nginx" or "traefik.io/ingress-controller" or "example.com/other";
        if (isIngress)
        {
            await CreateAsync(lab, RateLimiter.IngressClasses, null, "edge", new JsonObject { ["controller"] = controller });
            await CreateAsync(lab, RateLimiter.Ingresses, "shop", "web", Spec("edge"), "kubectl", annotations);
            return (lab, new RateLimiter(lab.Client));
        }

        await CreateAsync(lab, RateLimiter.GatewayClasses, null, "edge", new JsonObject { ["controllerName"] = controller });
        await CreateAsync(lab, RateLimiter.Gateways, "infra", "edge", new JsonObject { ["gatewayClassName"] = "edge" });
        await CreateAsync(lab, RateLimiter.HttpRoutes, "shop", "web", new JsonObject
        {
            ["parentRefs"] = new JsonArray(new JsonObject { ["name"] = "edge", ["namespace"] = "infra" }),
            ["rules"] = new JsonArray(new JsonObject { ["backendRefs"] = new JsonArray(new JsonObject { ["name"] = "orders", ["port"] = 80 }) }),
        });
        return (lab, new RateLimiter(lab.Client));
    }

    public static JsonObject Spec(string? name, string service = "orders")
    {
        var spec = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["http"] = new JsonObject
                {
                    ["paths"] = new JsonArray(new JsonObject { ["path"] = "/", ["backend"] = new JsonObject { ["service"] = new JsonObject { ["name"] = service } } }),
                },
            }),
        };
        if (name is not null) spec["ingressClassName"] = name;
        return spec;
    }

    public static Task<JsonElement> CreateAsync(
        Lab lab, ResourceType type, string? space, string name, JsonObject spec, string manager = "kubectl", (string Name, string Value)[]? annotations = null, JsonObject? labels = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (annotations?.Length > 0) metadata["annotations"] = new JsonObject(annotations.Select(one => KeyValuePair.Create(one.Name, (JsonNode?)one.Value)));
        if (labels is not null) metadata["labels"] = labels;
        return lab.Client.CreateAsync(
            type, space, Lab.Json(new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = metadata, ["spec"] = spec }), new ChangeOptions { FieldManager = manager });
    }

    public static Task AnnotateAsync(Lab lab, string manager, string name, string? value) => lab.Client.PatchAsync(
        RateLimiter.Ingresses, "shop", "web", PatchType.Merge, Lab.Json(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } }),
        new ChangeOptions { FieldManager = manager });

    /// <summary>Annotations of the Ingress, without Weir's mark.</summary>
    public static async Task<SortedDictionary<string, string>> AnnotationsAsync(Lab lab)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var metadata = (await lab.Client.GetAsync(RateLimiter.Ingresses, "shop", "web")).GetProperty("metadata");
        if (!metadata.TryGetProperty("annotations", out var annotations)) return found;
        foreach (var one in annotations.EnumerateObject()) found[one.Name] = one.Value.GetString()!;
        return found;
    }
}
