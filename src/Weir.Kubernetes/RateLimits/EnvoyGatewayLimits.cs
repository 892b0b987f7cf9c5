using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>
/// Envoy Gateway: a BackendTrafficPolicy with local rules (gateway.envoyproxy.io, "Local Rate Limit" and the API's extension types). A bucket holds the
/// requests of one unit and is full at first; there is no burst beyond.
/// </summary>
internal sealed class EnvoyGatewayLimits : IRateLimitProvider
{
    public string Name => "envoy-gateway";

    public ResourceType Policy { get; } = new("gateway.envoyproxy.io", "v1alpha1", "backendtrafficpolicies", "BackendTrafficPolicy");

    public bool Serves(string kind, string controller) => kind != "Ingress" && controller == "gateway.envoyproxy.io/gatewayclass-controller";

    public (IReadOnlyList<RateLimitChange> Changes, EffectiveLimit Effective) Plan(RateLimitContext context)
    {
        var request = context.Request;
        if (request.Allow.Count > 0) throw RateLimitContext.Unsupported("a local rule of Envoy Gateway cannot leave networks out");
        if (request.Shadow) throw RateLimitContext.Unsupported("shadow mode of Envoy Gateway needs its global rate limit service");
        var rules = new JsonArray();
        var rates = new List<EffectiveRate>();
        Rule(request.RequestsPerSecond, "Second", 1);
        Rule(request.RequestsPerMinute, "Minute", 60);
        if (rules.Count == 0) throw RateLimitContext.Unsupported("Envoy Gateway limits requests for each client, not connections");
        if (request.Connections is not null) context.Warnings.Add("connections are not limited: Envoy Gateway does not count them for each client");
        if (request.Burst is not null) context.Warnings.Add("the burst is left out: a bucket of Envoy Gateway holds the requests of one unit, all of which may come at once");
        if (request.StatusCode is not (null or 429)) context.Warnings.Add("the status code is 429");
        context.Warnings.Add("buckets for each client address (sourceCIDR Distinct) in local rules need Envoy Gateway 1.5 or later");
        var spec = new JsonObject
        {
            ["targetRefs"] = PolicyObjects.TargetReference(request.Target),
            // Older versions ask for the type, newer ones take it.
            ["rateLimit"] = new JsonObject { ["type"] = "Local", ["local"] = new JsonObject { ["rules"] = rules } },
        };
        return ([PolicyObjects.Own(Policy, context, spec)], new EffectiveLimit(BucketKind.Token, rates, null, 429));

        void Rule(int? requests, string unit, int seconds)
        {
            if (requests is not { } count) return;
            rules.Add(new JsonObject
            {
                ["clientSelectors"] = new JsonArray(
                    new JsonObject { ["sourceCIDR"] = new JsonObject { ["type"] = "Distinct", ["value"] = "0.0.0.0/0" } }),
                ["limit"] = new JsonObject { ["requests"] = count, ["unit"] = unit },
            });
            rates.Add(new EffectiveRate(count, seconds, count));
        }
    }
}
