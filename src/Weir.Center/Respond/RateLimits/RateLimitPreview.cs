using System.Text;
using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using Weir.Kubernetes.RateLimits;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Respond.RateLimits;

/// <summary>One object of a plan.</summary>
/// <param name="Object">Such as <c>Ingress shop/web</c>.</param>
/// <param name="Diff">Its YAML before and after, as a unified diff.</param>
/// <param name="Yaml">What is applied, for those who put it into a repository.</param>
public sealed record PreviewedObject(string Object, string Diff, string Yaml);

/// <summary>What the limit would have done to the calls of late.</summary>
/// <param name="From">Beginning of the time that was looked at.</param>
/// <param name="Services">Services behind the target; of all of them the calls are counted.</param>
/// <param name="Calls">That were looked at.</param>
/// <param name="Blocked">Of them, those that would have been refused.</param>
/// <param name="IsComplete">False when there were more calls than are looked at.</param>
/// <param name="Clients">Those most often refused first.</param>
public sealed record PreviewedTraffic(DateTimeOffset From, IReadOnlyList<string> Services, int Calls, int Blocked, bool IsComplete, IReadOnlyList<BlockedClient> Clients);

public sealed record RateLimitPreview(
    string Provider, EffectiveLimit Effective, IReadOnlyList<PreviewedObject> Objects, IReadOnlyList<string> Warnings, IReadOnlyList<RateLimitConflict> Conflicts,
    string? Unavailable, PreviewedTraffic? Traffic);

/// <summary>Says what a plan does before it is done.</summary>
internal static class RateLimitPreviews
{
    private const long NsPerMs = 1_000_000;

    public static IReadOnlyList<PreviewedObject> Objects(RateLimitPlan plan) => [.. plan.Changes.Select(static change =>
    {
        var (before, after) = (change.Before is null ? "" : YamlWriter.Write(change.Before), YamlWriter.Write(After(change)));
        return new PreviewedObject($"{change.Type.Kind} {change.Namespace}/{change.Name}", LineDiff.Of(before, after), YamlWriter.Write(change.Body));
    })];

    /// <summary>Calls to the services of the last hour, as the limit would have seen them. The client is the peer that was captured: behind a gateway, that is the gateway.</summary>
    public static PreviewedTraffic Traffic(
        IExchangeStore store, EffectiveLimit limit, IReadOnlyList<(string Namespace, string Service)> services, DateTimeOffset from, int most, CancellationToken cancellation)
    {
        var calls = new List<LimitedCall>();
        var query = new ExchangeQuery { FromNs = from.ToUnixTimeMilliseconds() * NsPerMs, Limit = 1000 };
        var exchange = new Exchange();
        var (read, isComplete) = (0, true);
        while (true)
        {
            var page = store.Query(query, cancellation);
            foreach (var item in page.Items)
            {
                read++;
                if (!ExchangeJsonReader.TryRead(item.Json, exchange, out _) || !exchange.HasRequest) continue;
                if (exchange.Server.Service is not { } service || !services.Contains((exchange.Server.Namespace ?? "", service))) continue;
                var started = exchange.StartedAtNs / NsPerMs;
                calls.Add(new LimitedCall(exchange.Client.Ip.ToString(), started, started + (Math.Max(0, exchange.DurationNs) / NsPerMs)));
            }

            if (page.Next is null) break;
            if (read >= most)
            {
                isComplete = false;
                break;
            }

            query = query with { After = page.Next };
        }

        var simulated = RateLimitSimulation.Run(limit, calls);
        return new PreviewedTraffic(from, [.. services.Select(static one => $"{one.Namespace}/{one.Service}")], simulated.Calls, simulated.Blocked, isComplete, simulated.Clients);
    }

    /// <summary>The object as it will be, as far as it is touched: what has no meaning is gone, what is not set stays.</summary>
    private static JsonObject After(RateLimitChange change)
    {
        if (change.IsOwn || change.Before is null) return change.Body;
        var after = (JsonObject)change.Body.DeepClone();
        foreach (var (name, value) in change.Before["metadata"]!["annotations"] as JsonObject ?? [])
            if (!change.Obsolete.Contains(name)) after["metadata"]!["annotations"]![name] ??= value?.DeepClone();
        return after;
    }
}

/// <summary>A line diff in the unified form, without hunks: objects here are short.</summary>
internal static class LineDiff
{
    public static string Of(string before, string after)
    {
        var (old, now) = (Lines(before), Lines(after));
        // Longest common subsequence, from the end.
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var text = new StringBuilder();
        var (x, y) = (0, 0);
        while (x < old.Length || y < now.Length)
        {
            if (x < old.Length && y < now.Length && old[x] == now[y])
            {
                text.Append("  ").Append(old[x]).Append('\n');
                x++;
                y++;
            }
            else if (y == now.Length || (x < old.Length && common[x + 1, y] >= common[x, y + 1]))
            {
                text.Append("- ").Append(old[x++]).Append('\n');
            }
            else
            {
                text.Append("+ ").Append(now[y++]).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');
}
