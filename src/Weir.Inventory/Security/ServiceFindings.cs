using Weir.Inventory.Catalogue;
using Weir.Inventory.Templating;
using Weir.Records.Credentials;

namespace Weir.Inventory.Security;

/// <summary>All security findings of a service: those that calls made, and those that follow from what was learned of its endpoints.</summary>
public static class ServiceFindings
{
    /// <summary>Different integers that a parameter must have shown before they are called guessable.</summary>
    private const int MinIds = 10;

    /// <summary>Ids seen in a range that is at most this many times as wide are close together.</summary>
    private const int MaxSpread = 20;

    private static readonly HashSet<string> s_secretClasses = new(StringComparer.Ordinal)
    {
        "authorization", "cookie", "session_id", "jwt", "password", "secret", "token", "api_key", "private_key", "one_time_code", "url_credentials", "signed_url",
        "connection_string", "aws_access_key", "aws_secret_key", "google_key", "github_token", "gitlab_token", "slack_token", "stripe_key", "ai_key", "package_token", "vendor_key",
    };

    public static IReadOnlyList<SecurityFinding> Of(ServiceCatalogue service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var all = new List<SecurityFinding>();
        foreach (var group in service.Findings.Entries.GroupBy(entry => (entry.Kind, entry.Method, Template: service.Tree.Find(entry.Example) is { } node ? TemplateText.Of(node) : entry.Structure)))
        {
            var worst = group.MaxBy(static entry => entry.Severity)!;
            all.Add(new SecurityFinding(group.Key.Kind, worst.Severity, group.Key.Method, group.Key.Template, worst.Detail, group.Sum(static entry => entry.Count), group.Min(static entry => entry.FirstNs), group.Max(static entry => entry.LastNs)));
        }

        var endpoints = service.Endpoints.Where(static endpoint => endpoint is { Confirmed: true, Method: not "OPTIONS" }).ToList();
        var identified = endpoints.Count(static endpoint => IsIdentified(endpoint));
        foreach (var endpoint in endpoints)
        {
            if (Authentication(endpoint, identified, endpoints.Count) is { } missing) all.Add(missing);
            if (Guessable(endpoint) is { } guessable) all.Add(guessable);
            var inUrl = endpoint.Sensitive.Where(static one => one.Key.Where is "request.path" or "request.query" && s_secretClasses.Contains(one.Key.Class)).ToList();
            if (inUrl.Count > 0 && !all.Exists(one => one.Kind == FindingKind.SecretInUrl && one.Method == endpoint.Method && one.Template == endpoint.Template))
                all.Add(Finding(endpoint, FindingKind.SecretInUrl, FindingSeverity.High, $"a credential ({string.Join(", ", inUrl.Select(static one => one.Key.Class).Distinct())}) stands in the URL", inUrl.Sum(static one => one.Value)));
        }

        return [.. all.OrderByDescending(static one => one.Severity).ThenBy(static one => one.Template, StringComparer.Ordinal).ThenBy(static one => one.Kind).ThenBy(static one => one.Method, StringComparer.Ordinal)];
    }

    private static bool IsIdentified(Endpoint endpoint) => endpoint.Auth.Keys.Any(static kinds => kinds != AuthKinds.None);

    private static SecurityFinding? Authentication(Endpoint endpoint, int identified, int all)
    {
        if (endpoint.AnonymousSuccesses == 0) return null;
        var personal = endpoint.Sensitive.Keys.Any(static one => one.Where.StartsWith("response", StringComparison.Ordinal) || one.Where.StartsWith("request.body", StringComparison.Ordinal));
        if (IsIdentified(endpoint))
            return Finding(endpoint, FindingKind.AuthNotEnforced, personal ? FindingSeverity.High : FindingSeverity.Medium, $"{endpoint.AnonymousSuccesses} of {endpoint.Calls} calls succeeded without identifying themselves, others do", endpoint.AnonymousSuccesses);
        var writes = endpoint.Method is "POST" or "PUT" or "PATCH" or "DELETE";
        // Where nobody identifies himself, that alone says nothing: the mesh may do it.
        if (identified * 2 < all || (!personal && !writes)) return personal ? Finding(endpoint, FindingKind.MissingAuth, FindingSeverity.Medium, "sensitive data is given or taken without identification", endpoint.AnonymousSuccesses) : null;
        return Finding(endpoint, FindingKind.MissingAuth, personal ? FindingSeverity.High : FindingSeverity.Medium, $"succeeds without identification, which {identified} of {all} endpoints of the service are asked with", endpoint.AnonymousSuccesses);
    }

    private static SecurityFinding? Guessable(Endpoint endpoint)
    {
        foreach (var parameter in endpoint.PathParameters)
        {
            if (parameter.Kind != SegmentKind.Integer || parameter.Distinct < MinIds) continue;
            var ids = parameter.Values.Entries.Keys.Select(static value => long.TryParse(value, out var id) ? id : -1).Where(static id => id >= 0).ToList();
            if (ids.Count < MinIds || (ids.Max() - ids.Min()) / ids.Count > MaxSpread) continue;
            var personal = endpoint.Sensitive.Keys.Any(static one => one.Where.StartsWith("response", StringComparison.Ordinal));
            return Finding(endpoint, FindingKind.GuessableId, personal ? FindingSeverity.Medium : FindingSeverity.Low, $"{parameter.Name} counts up: {ids.Count} ids between {ids.Min()} and {ids.Max()}", endpoint.Calls);
        }

        return null;
    }

    private static SecurityFinding Finding(Endpoint endpoint, FindingKind kind, FindingSeverity severity, string detail, long count) =>
        new(kind, severity, endpoint.Method, endpoint.Template, detail, count, endpoint.FirstNs, endpoint.LastNs);
}
