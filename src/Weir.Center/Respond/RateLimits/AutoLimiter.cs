using Weir.Center.Respond.Incidents;
using Weir.Detection.Findings;
using Weir.Kubernetes.RateLimits;
using Weir.Storage;

namespace Weir.Center.Respond.RateLimits;

/// <summary>Limits what an incident is about, where the configuration allows it: off, dry run first, named targets only, few in an hour, never for good.</summary>
internal sealed class AutoLimiter(AutoLimitOptions options, RateLimitControl control, ChangeLog log, TimeProvider time)
{
    /// <summary>As which limits are set by.</summary>
    public const string By = "auto";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    /// <returns>The limit; null when none was set, and the log says why.</returns>
    public async Task<RateLimitRecord?> OnIncidentAsync(IncidentRecord incident, CancellationToken cancellation)
    {
        if (!options.Enabled || incident.Severity < options.Severity || !options.Kinds.Contains(IncidentJsonWriter.NameOf(incident.Kind))) return null;
        var about = $"incident {incident.Id} ({incident.Key})";
        if (incident.Namespace is not { } space || incident.Service is not { } service) return Skip(about, "it is not known which service of the cluster it is about");
        try
        {
            var targets = await control.Limiter().TargetsOfAsync(space, service, cancellation);
            var allowed = targets.Where(one => options.Allow.Any(pattern => Glob.Matches(pattern, $"{one.Namespace}/{one.Name}"))).ToList();
            if (allowed.Count == 0) return Skip(about, targets.Count == 0 ? $"nothing leads to {space}/{service}" : $"{string.Join(", ", targets)} is not on the list of what may be limited");
            // An attack shows at several centers at once.
            control.Refresh(cancellation);
            if (allowed.FirstOrDefault(one => control.ActiveOn(one) is null) is not { } target) return Skip(about, $"{allowed[0]} is limited already");
            if (MadeWithinTheHour(control, time) >= options.MaxPerHour) return Skip(about, $"{options.MaxPerHour} changes were made within the hour");
            var order = new RateLimitOrder(
                new RateLimitRequest
                {
                    Target = target, RequestsPerSecond = options.RequestsPerSecond, RequestsPerMinute = options.RequestsPerMinute, Burst = options.Burst, Connections = options.Connections,
                }, By)
            {
                Ttl = options.Ttl, DryRun = options.DryRun, Incident = incident.Id, Reason = incident.Key,
            };
            return await control.ApplyAsync(order, cancellation);
        }
        catch (RateLimitException e)
        {
            return Skip(about, e.Message);
        }
    }

    /// <summary>Limits that this set within the last hour.</summary>
    public static int MadeWithinTheHour(RateLimitControl control, TimeProvider time)
    {
        var since = time.GetUtcNow() - s_hour;
        return control.All.Count(one => one.By == By && one.CreatedAt > since);
    }

    private RateLimitRecord? Skip(string about, string why)
    {
        try
        {
            log.Add(By, "ratelimit.skip", about, why);
        }
        catch (StoreException)
        {
            // Nothing was changed that would have to be written down.
        }

        return null;
    }
}
