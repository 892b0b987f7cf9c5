using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Kubernetes.RateLimits;

namespace Weir.Kubernetes.Tests.RateLimits;

/// <summary>The exact objects that each provider gets, as files beside this one. WEIR_UPDATE_GOLDEN=1 writes them anew.</summary>
public class GoldenObjectTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("ingress-nginx", "k8s.io/ingress-nginx")]
    [InlineData("traefik", "traefik.io/ingress-controller")]
    [InlineData("envoy-gateway", "gateway.envoyproxy.io/gatewayclass-controller")]
    [InlineData("nginx-gateway-fabric", "gateway.nginx.org/nginx-gateway-controller")]
    public async Task Each_provider_gets_exactly_these_objects(string provider, string controller)
    {
        var (lab, limiter) = await Cluster.StartAsync(controller, null, ("traefik.ingress.kubernetes.io/router.middlewares", "shop-auth@kubernetescrd"), (Cluster.Nginx + "limit-burst", "20"));
        await using var _ = lab;
        var target = provider is "ingress-nginx" or "traefik" ? Cluster.Ingress : Cluster.Route;
        var request = new RateLimitRequest { Target = target, RequestsPerSecond = 10, RequestsPerMinute = 300, Burst = 25, Connections = 30 };
        var plan = await limiter.PlanAsync(request, "01JWEIR00000000000000000001", new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(provider, plan.Provider);
        Assert.Null(plan.Unavailable);
        var text = new JsonObject
        {
            ["objects"] = new JsonArray([.. plan.Changes.Select(change => change.Body.DeepClone())]),
            ["removed"] = new JsonArray([.. plan.Changes.SelectMany(change => change.Obsolete).Select(name => JsonValue.Create(name))]),
            ["effective"] = JsonSerializer.SerializeToNode(plan.Effective),
            ["warnings"] = new JsonArray([.. plan.Warnings.Select(one => JsonValue.Create(one))]),
        }.ToJsonString(s_indented) + "\n";
        var file = Path.Combine(AppContext.BaseDirectory, "RateLimits", "Golden", provider + ".json");
        if (Environment.GetEnvironmentVariable("WEIR_UPDATE_GOLDEN") == "1")
        {
            await File.WriteAllTextAsync(Path.Combine(Source(), provider + ".json"), text);
            return;
        }

        Assert.Equal(await File.ReadAllTextAsync(file), text);
    }

    private static string Source([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
