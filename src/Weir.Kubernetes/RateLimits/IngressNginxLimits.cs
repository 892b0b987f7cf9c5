using System.Globalization;

namespace Weir.Kubernetes.RateLimits;

/// <summary>
/// ingress-nginx: annotations on the Ingress (kubernetes/ingress-nginx, docs/user-guide/nginx-configuration/annotations.md, "Rate Limiting", and
/// internal/ingress/annotations/ratelimit/main.go). A burst is a multiple of the rate; there is no annotation limit-burst.
/// </summary>
internal sealed class IngressNginxLimits : IRateLimitProvider
{
    public const string Prefix = "nginx.ingress.kubernetes.io/";

    /// <summary>The controller's, where the annotation does not say.</summary>
    public const int DefaultMultiplier = 5;

    public string Name => "ingress-nginx";

    public ResourceType? Policy => null;

    public bool Serves(string kind, string controller) => kind == "Ingress" && controller == "k8s.io/ingress-nginx";

    public (IReadOnlyList<RateLimitChange> Changes, EffectiveLimit Effective) Plan(RateLimitContext context)
    {
        var request = context.Request;
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var rates = new List<EffectiveRate>();
        var multiplier = Multiplier(request);
        Rate("limit-rps", request.RequestsPerSecond, 1);
        Rate("limit-rpm", request.RequestsPerMinute, 60);
        if (request.Connections is { } connections) values[Prefix + "limit-connections"] = Text(connections);
        if (request.Burst is { } burst)
        {
            values[Prefix + "limit-burst-multiplier"] = Text(multiplier);
            foreach (var rate in rates.Where(rate => rate.AtOnce - 1 != burst))
                context.Warnings.Add($"the burst of {rate.Requests} requests in {rate.Seconds} s is {rate.AtOnce - 1}, not {burst}: ingress-nginx takes multiples of the rate only");
        }

        if (request.Allow.Count > 0) values[Prefix + "limit-whitelist"] = string.Join(',', request.Allow);
        if (request.StatusCode is not null) context.Warnings.Add("the status code is 503 unless limit-req-status-code and limit-conn-status-code in the controller's ConfigMap say otherwise");
        if (request.Shadow) throw RateLimitContext.Unsupported("ingress-nginx has no way to count without refusing: preview shows what would have been refused");
        return ([PolicyObjects.Annotations(RateLimiter.Ingresses, context, values, Prefix + "limit-burst")], new EffectiveLimit(BucketKind.Leaky, rates, request.Connections, 503));

        void Rate(string annotation, int? requests, int seconds)
        {
            if (requests is not { } count) return;
            values[Prefix + annotation] = Text(count);
            rates.Add(new EffectiveRate(count, seconds, 1 + (count * multiplier)));
        }
    }

    /// <summary>One multiplier for both rates: large enough for the burst of the smaller.</summary>
    private static int Multiplier(RateLimitRequest request)
    {
        if (request.Burst is not { } burst) return DefaultMultiplier;
        var rate = Math.Min(request.RequestsPerSecond ?? int.MaxValue, request.RequestsPerMinute ?? int.MaxValue);
        return Math.Max(1, (int)Math.Ceiling(burst / (double)rate));
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
