using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>
/// Traefik: Middlewares (doc.traefik.io, "RateLimit" and "InFlightReq"), named in an annotation of the Ingress. A bucket holds <c>burst</c> requests and is
/// filled evenly; without a source criterion it is one for each client address.
/// </summary>
internal sealed class TraefikLimits : IRateLimitProvider
{
    public const string Annotation = "traefik.ingress.kubernetes.io/router.middlewares";

    public string Name => "traefik";

    public ResourceType Policy { get; } = new("traefik.io", "v1alpha1", "middlewares", "Middleware");

    public bool Serves(string kind, string controller) => kind == "Ingress" && controller == "traefik.io/ingress-controller";

    public (IReadOnlyList<RateLimitChange> Changes, EffectiveLimit Effective) Plan(RateLimitContext context)
    {
        var request = context.Request;
        if (request.Allow.Count > 0) throw RateLimitContext.Unsupported("Traefik's RateLimit cannot leave networks out");
        if (request.Shadow) throw RateLimitContext.Unsupported("Traefik has no way to count without refusing: preview shows what would have been refused");
        if (request.StatusCode is not (null or 429)) context.Warnings.Add("the status code is 429");
        var changes = new List<RateLimitChange>();
        var rates = new List<EffectiveRate>();
        Rate(request.RequestsPerSecond, "1s", 1, "-rps");
        Rate(request.RequestsPerMinute, "1m", 60, "-rpm");
        if (request.Connections is { } connections)
        {
            context.Warnings.Add("Traefik counts requests under way, not connections");
            changes.Add(PolicyObjects.Own(Policy, context, new JsonObject
            {
                ["inFlightReq"] = new JsonObject { ["amount"] = connections, ["sourceCriterion"] = new JsonObject { ["ipStrategy"] = new JsonObject { ["depth"] = 0 } } },
            }, "-connections"));
        }

        var names = changes.Select(change => $"{change.Namespace}-{change.Name}@kubernetescrd");
        var kept = (FieldOwners.Annotation(context.Target, Annotation) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(one => !one.StartsWith($"{request.Target.Namespace}-weir-", StringComparison.Ordinal));
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Annotation] = string.Join(',', kept.Concat(names)) };
        // The Middlewares first: a router that names one that is not there answers 404.
        changes.Add(PolicyObjects.Annotations(RateLimiter.Ingresses, context, values));
        return (changes, new EffectiveLimit(BucketKind.Token, rates, request.Connections, 429));

        void Rate(int? requests, string period, int seconds, string suffix)
        {
            if (requests is not { } count) return;
            // One more than the burst of nginx, where the first request is not counted to it.
            var atOnce = 1 + context.BurstOf(count);
            rates.Add(new EffectiveRate(count, seconds, atOnce));
            changes.Add(PolicyObjects.Own(Policy, context, new JsonObject
            {
                ["rateLimit"] = new JsonObject { ["average"] = count, ["period"] = period, ["burst"] = atOnce },
            }, suffix));
        }
    }
}
