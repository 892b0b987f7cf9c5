using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>NGINX Gateway Fabric: a RateLimitPolicy (docs.nginx.com, "Rate Limit Policy API"), which becomes limit_req of nginx.</summary>
internal sealed class NginxGatewayLimits : IRateLimitProvider
{
    public string Name => "nginx-gateway-fabric";

    public ResourceType Policy { get; } = new("gateway.nginx.org", "v1alpha1", "ratelimitpolicies", "RateLimitPolicy");

    public bool Serves(string kind, string controller) => kind != "Ingress" && controller == "gateway.nginx.org/nginx-gateway-controller";

    public (IReadOnlyList<RateLimitChange> Changes, EffectiveLimit Effective) Plan(RateLimitContext context)
    {
        var request = context.Request;
        if (request.Allow.Count > 0) throw RateLimitContext.Unsupported("a RateLimitPolicy cannot leave networks out");
        var rules = new JsonArray();
        var rates = new List<EffectiveRate>();
        Rule(request.RequestsPerSecond, "r/s", 1);
        Rule(request.RequestsPerMinute, "r/m", 60);
        if (rules.Count == 0) throw RateLimitContext.Unsupported("a RateLimitPolicy limits requests, not connections");
        if (request.Connections is not null) context.Warnings.Add("connections are not limited: a RateLimitPolicy knows requests only");
        var limit = new JsonObject { ["local"] = new JsonObject { ["rules"] = rules }, ["rejectCode"] = request.StatusCode ?? 429 };
        if (request.Shadow) limit["dryRun"] = true;
        var spec = new JsonObject { ["targetRefs"] = PolicyObjects.TargetReference(request.Target), ["rateLimit"] = limit };
        return ([PolicyObjects.Own(Policy, context, spec)], new EffectiveLimit(BucketKind.Leaky, rates, null, request.StatusCode ?? 429));

        void Rule(int? requests, string unit, int seconds)
        {
            if (requests is not { } count) return;
            var burst = context.BurstOf(count);
            rules.Add(new JsonObject
            {
                ["rate"] = $"{count}{unit}",
                ["key"] = "$binary_remote_addr",
                ["burst"] = burst,
                // As the others do it: what is beyond is refused, not kept waiting.
                ["noDelay"] = true,
                ["zoneSize"] = "10m",
            });
            rates.Add(new EffectiveRate(count, seconds, 1 + burst));
        }
    }
}
