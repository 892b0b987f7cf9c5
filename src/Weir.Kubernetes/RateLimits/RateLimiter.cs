using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>What was found when a limit was looked for.</summary>
/// <param name="IsApplied">Everything stands as it was applied.</param>
/// <param name="Missing">What does not: objects that are gone, annotations that somebody changed.</param>
/// <param name="Present">Fields of the limit as the server has them.</param>
public sealed record RateLimitCheck(bool IsApplied, IReadOnlyList<string> Missing, IReadOnlyDictionary<string, string> Present);

/// <summary>
/// Plans limits, applies them server-side as <c>weir</c> and takes them back. What others own is changed only where the caller says so; what was there
/// before is written beside the limit (<see cref="RateLimitMark"/>) and restored under its owner's name. All failures are
/// <see cref="RateLimitException"/>. Thread-safe.
/// </summary>
public sealed class RateLimiter(KubernetesClient client)
{
    private static readonly IRateLimitProvider[] s_providers = [new IngressNginxLimits(), new EnvoyGatewayLimits(), new NginxGatewayLimits(), new TraefikLimits()];

    /// <summary>Attempts at a merge patch whose object changes meanwhile.</summary>
    private const int Attempts = 3;

    public static ResourceType Ingresses { get; } = new("networking.k8s.io", "v1", "ingresses", "Ingress");

    public static ResourceType IngressClasses { get; } = new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", Namespaced: false);

    public static ResourceType Gateways { get; } = new("gateway.networking.k8s.io", "v1", "gateways", "Gateway");

    public static ResourceType GatewayClasses { get; } = new("gateway.networking.k8s.io", "v1", "gatewayclasses", "GatewayClass", Namespaced: false);

    public static ResourceType HttpRoutes { get; } = new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute");

    public static ResourceType GrpcRoutes { get; } = new("gateway.networking.k8s.io", "v1", "grpcroutes", "GRPCRoute");

    /// <summary>What would be done. Nothing is changed.</summary>
    /// <param name="request">The limit.</param>
    /// <param name="id">Of the limit, for its mark.</param>
    /// <param name="expiresAt">When it is to end; null for never.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<RateLimitPlan> PlanAsync(RateLimitRequest request, string id, DateTimeOffset? expiresAt, CancellationToken cancellation = default)
    {
        if (request.Check() is { } wrong) throw new RateLimitException(RateLimitFault.Invalid, wrong);
        return await Guard(async () =>
        {
            var type = TypeOf(request.Target.Kind);
            var target = await client.GetAsync(type, request.Target.Namespace, request.Target.Name, cancellation).ConfigureAwait(false);
            var controllers = await new TargetControllers(client).OfAsync(request.Target, target, cancellation).ConfigureAwait(false);
            var provider = s_providers.FirstOrDefault(one => controllers.Exists(controller => one.Serves(request.Target.Kind, controller)))
                ?? throw new RateLimitException(
                    RateLimitFault.Unsupported,
                    controllers.Count == 0 ? $"{request.Target} names no class, and no class is the default" : $"{string.Join(", ", controllers)} is no controller whose limits Weir knows");
            var context = new RateLimitContext(request, target, new RateLimitMark(id, expiresAt, new Dictionary<string, PreviousValue>()));
            var (changes, effective) = provider.Plan(context);
            changes = await WithBeforeAsync(changes, cancellation).ConfigureAwait(false);
            var conflicts = Conflicts(target, changes).Concat(await RivalsAsync(provider, request.Target, cancellation).ConfigureAwait(false)).ToList();
            if (FieldOwners.Controller(target) is { } keeper)
            {
                context.Warnings.Add(conflicts.Exists(static one => one.IsGitOps)
                    ? $"{keeper} keeps {request.Target} as its repository has it, and will put back what is changed here: change it there"
                    : $"{keeper} keeps {request.Target}: the limit stays only as long as it passes over fields that its repository does not name");
            }

            return new RateLimitPlan
            {
                Request = request, Provider = provider.Name, Changes = changes, Effective = effective, Warnings = context.Warnings, Conflicts = conflicts,
                Unavailable = await UnavailableAsync(provider, cancellation).ConfigureAwait(false),
            };
        }).ConfigureAwait(false);
    }

    /// <summary>Does what a plan says; when a later object fails, the earlier are taken back.</summary>
    /// <param name="plan">Of <see cref="PlanAsync"/>.</param>
    /// <param name="takeOver">Also changes fields that others own. Their values come back with <see cref="RevertAsync"/>.</param>
    /// <param name="dryRun">The server checks all of it and stores nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ApplyAsync(RateLimitPlan plan, bool takeOver, bool dryRun = false, CancellationToken cancellation = default)
    {
        if (plan.Unavailable is { } missing) throw new RateLimitException(RateLimitFault.MissingKind, missing);
        if (!takeOver && plan.Conflicts.Count > 0) throw Conflict(plan.Conflicts);
        if (plan.Conflicts.FirstOrDefault(static one => one.Manager.Length == 0) is { } rival)
            throw new RateLimitException(RateLimitFault.Conflict, $"{rival.Field} limits the same target already, and of two only the older counts") { Conflicts = [rival] };
        var done = new List<RateLimitChange>();
        try
        {
            foreach (var change in plan.Changes)
            {
                var options = new ChangeOptions { FieldManager = FieldOwners.Manager, Force = takeOver, DryRun = dryRun };
                await client.ApplyAsync(change.Type, change.Namespace, change.Name, Bytes(change.Body), options, cancellation).ConfigureAwait(false);
                if (!dryRun) done.Add(change);
                if (change.Obsolete.Count > 0 && !dryRun) await PatchAsync(change, change.Obsolete.ToDictionary(static name => name, static _ => (string?)null), FieldOwners.Manager, cancellation).ConfigureAwait(false);
            }
        }
        catch (KubernetesException failure)
        {
            var error = RateLimitException.Of(failure);
            // What was half done is worse than what was not done.
            if (done.Count > 0) _ = await TakeBackAsync(done, CancellationToken.None).ConfigureAwait(false);
            throw error;
        }
    }

    /// <summary>Whether a limit still stands.</summary>
    public Task<RateLimitCheck> CheckAsync(IReadOnlyList<RateLimitChange> changes, CancellationToken cancellation = default) => Guard(async () =>
    {
        var missing = new List<string>();
        var present = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var change in changes)
        {
            if (await FindAsync(change, cancellation).ConfigureAwait(false) is not { } live)
            {
                missing.Add($"{change.Type.Kind} {change.Namespace}/{change.Name} is gone");
                continue;
            }

            if (change.IsOwn)
            {
                if (!Contains(live.GetProperty("spec"), change.Body["spec"]!)) missing.Add($"{change.Type.Kind} {change.Namespace}/{change.Name} was changed");
                present[$"{change.Type.Kind} {change.Name}"] = live.GetProperty("spec").GetRawText();
                continue;
            }

            foreach (var (name, value) in change.Body["metadata"]!["annotations"]!.AsObject())
            {
                var now = FieldOwners.Annotation(live, name);
                if (name == RateLimitPlan.MarkAnnotation) continue;
                if (now is not null) present[name] = now;
                if (now != (string?)value) missing.Add(now is null ? $"annotation {name} is gone" : $"annotation {name} is {now} now");
            }
        }

        return new RateLimitCheck(missing.Count == 0, missing, present);
    });

    /// <summary>
    /// Takes a limit back: own objects go, annotations become what they were. What somebody changed since then is theirs and stays, and what has another
    /// limit of Weir by now stays with that; it is told. Doing it twice does no harm.
    /// </summary>
    /// <returns>What was left, and why.</returns>
    public Task<IReadOnlyList<string>> RevertAsync(IReadOnlyList<RateLimitChange> changes, CancellationToken cancellation = default) =>
        Guard(() => TakeBackAsync(changes, cancellation));

    /// <summary>Ingresses and routes that lead to a service.</summary>
    public Task<IReadOnlyList<RateLimitTarget>> TargetsOfAsync(string @namespace, string service, CancellationToken cancellation = default) => Guard<IReadOnlyList<RateLimitTarget>>(async () =>
    {
        var found = new List<RateLimitTarget>();
        foreach (var type in (ResourceType[])[Ingresses, HttpRoutes, GrpcRoutes])
        {
            try
            {
                var list = await client.ListAsync(ResourceKind.Json(type), new ListOptions { Namespace = @namespace }, cancellation).ConfigureAwait(false);
                foreach (var one in list.Items ?? [])
                    if (Backends.Of(type, one, @namespace).Contains((@namespace, service))) found.Add(new RateLimitTarget(type.Kind, @namespace, one.GetProperty("metadata").GetProperty("name").GetString()!));
            }
            catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
            {
                // A cluster without the Gateway API.
            }
        }

        return found;
    });

    /// <summary>Services that a target leads to.</summary>
    public Task<IReadOnlyList<(string Namespace, string Service)>> ServicesOfAsync(RateLimitTarget target, CancellationToken cancellation = default) => Guard<IReadOnlyList<(string, string)>>(async () =>
    {
        if (target.Kind == "Gateway") return [];
        var type = TypeOf(target.Kind);
        return [.. Backends.Of(type, await client.GetAsync(type, target.Namespace, target.Name, cancellation).ConfigureAwait(false), target.Namespace).Distinct()];
    });

    /// <summary>The limit of an Ingress as ingress-nginx would read it, whoever set it. Values that are no numbers are none.</summary>
    public Task<(int? Rate, int? Burst, int? Connections)> PresentAsync(RateLimitTarget target, CancellationToken cancellation = default) => Guard<(int?, int?, int?)>(async () =>
    {
        var one = await client.GetAsync(TypeOf(target.Kind), target.Namespace, target.Name, cancellation).ConfigureAwait(false);
        var rate = Number("limit-rps");
        return (rate, rate * (Number("limit-burst-multiplier") ?? IngressNginxLimits.DefaultMultiplier), Number("limit-connections"));

        int? Number(string name) =>
            int.TryParse(FieldOwners.Annotation(one, IngressNginxLimits.Prefix + name), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;
    });

    internal static ResourceType TypeOf(string kind) => kind switch
    {
        "Ingress" => Ingresses,
        "HTTPRoute" => HttpRoutes,
        "GRPCRoute" => GrpcRoutes,
        _ => Gateways,
    };

    private static async Task<T> Guard<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (KubernetesException failure)
        {
            throw RateLimitException.Of(failure);
        }
    }

    private async Task<IReadOnlyList<string>> TakeBackAsync(IReadOnlyList<RateLimitChange> changes, CancellationToken cancellation)
    {
        var left = new List<string>();
        foreach (var change in changes.Reverse())
        {
            if (await FindAsync(change, cancellation).ConfigureAwait(false) is not { } live) continue;
            if (OtherLimit(change, live) is { } other) left.Add($"{change.Type.Kind} {change.Namespace}/{change.Name} has limit {other} by now, and stays");
            else if (change.IsOwn) await DeleteOwnAsync(change, live, left, cancellation).ConfigureAwait(false);
            else await RestoreAsync(change, live, left, cancellation).ConfigureAwait(false);
        }

        return left;
    }

    private async Task DeleteOwnAsync(RateLimitChange change, JsonElement live, List<string> left, CancellationToken cancellation)
    {
        if (RateLimitMark.Read(live) is null)
        {
            left.Add($"{change.Type.Kind} {change.Namespace}/{change.Name} bears no mark of Weir any more, and stays");
            return;
        }

        try
        {
            await client.DeleteAsync(change.Type, change.Namespace, change.Name, cancellation: cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
        {
            // Somebody was faster.
        }
    }

    private async Task RestoreAsync(RateLimitChange change, JsonElement live, List<string> left, CancellationToken cancellation)
    {
        var applied = change.Body["metadata"]!["annotations"]!.AsObject();
        var previous = (ReadMark(change.Body) ?? RateLimitMark.Read(live))?.Previous ?? new Dictionary<string, PreviousValue>();
        foreach (var (name, value) in applied)
        {
            if (name == RateLimitPlan.MarkAnnotation || FieldOwners.Annotation(live, name) is not { } now || now == (string?)value) continue;
            left.Add($"annotation {name} of {change.Namespace}/{change.Name} is {now} now, set by {FieldOwners.OfAnnotation(live, name)?.Manager ?? "somebody else"}, and stays");
        }

        // First the values of before, under their owners: they are no longer Weir's then, and there is no moment without any.
        var mine = previous.Where(one => FieldOwners.Annotation(live, one.Key) == (string?)applied[one.Key]);
        foreach (var owner in mine.GroupBy(static one => one.Value.Manager ?? "unknown"))
            await PatchAsync(change, owner.ToDictionary(static one => one.Key, static one => (string?)one.Value.Value), owner.Key, cancellation).ConfigureAwait(false);
        // An apply without fields gives up all that are still owned, which takes them away.
        var nothing = PolicyObjects.Fragment(change.Type, new RateLimitTarget(change.Type.Kind, change.Namespace, change.Name), []);
        await client.ApplyAsync(change.Type, change.Namespace, change.Name, Bytes(nothing), new ChangeOptions { FieldManager = FieldOwners.Manager }, cancellation).ConfigureAwait(false);
    }

    /// <summary>The limit that took the place of a change, by the mark that Weir itself put there; null when it is still this one's.</summary>
    private static string? OtherLimit(RateLimitChange change, JsonElement live) =>
        ReadMark(change.Body) is { } own && RateLimitMark.Read(live) is { } now && now.Id != own.Id && FieldOwners.OfAnnotation(live, RateLimitPlan.MarkAnnotation)?.Manager == FieldOwners.Manager
            ? now.Id : null;

    private static RateLimitMark? ReadMark(JsonObject body) => RateLimitMark.Read(JsonElement.Parse(body.ToJsonString()));

    private async Task PatchAsync(RateLimitChange change, Dictionary<string, string?> annotations, string manager, CancellationToken cancellation)
    {
        var values = new JsonObject();
        foreach (var (name, value) in annotations) values[name] = value;
        var body = Bytes(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = values } });
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await client.PatchAsync(change.Type, change.Namespace, change.Name, PatchType.Merge, body, new ChangeOptions { FieldManager = manager }, cancellation).ConfigureAwait(false);
                return;
            }
            catch (KubernetesException e) when (e.Fault == KubernetesFault.Conflict && attempt < Attempts)
            {
                // Another writer was between; the patch names no version and is as right as before.
            }
        }
    }

    private async Task<JsonElement?> FindAsync(RateLimitChange change, CancellationToken cancellation)
    {
        try
        {
            return await client.GetAsync(change.Type, change.Namespace, change.Name, cancellation).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<RateLimitChange>> WithBeforeAsync(IReadOnlyList<RateLimitChange> changes, CancellationToken cancellation)
    {
        var all = new List<RateLimitChange>();
        foreach (var change in changes)
        {
            if (!change.IsOwn || await FindAsync(change, cancellation).ConfigureAwait(false) is not { } live)
            {
                all.Add(change);
                continue;
            }

            if (RateLimitMark.Read(live) is null)
                throw new RateLimitException(RateLimitFault.Conflict, $"there is a {change.Type.Kind} {change.Namespace}/{change.Name} that is not Weir's");
            var before = (JsonObject)change.Body.DeepClone();
            before["spec"] = JsonNode.Parse(live.GetProperty("spec").GetRawText());
            before["metadata"]!["annotations"]![RateLimitPlan.MarkAnnotation] = FieldOwners.Annotation(live, RateLimitPlan.MarkAnnotation);
            all.Add(change with { Before = before });
        }

        return all;
    }

    private static IEnumerable<RateLimitConflict> Conflicts(JsonElement target, IReadOnlyList<RateLimitChange> changes) =>
        from change in changes
        where !change.IsOwn
        from annotation in change.Body["metadata"]!["annotations"]!.AsObject()
        let now = FieldOwners.Annotation(target, annotation.Key)
        let owner = FieldOwners.OfAnnotation(target, annotation.Key)
        where now is not null && now != (string?)annotation.Value && owner is { } known && known.Manager != FieldOwners.Manager
        select new RateLimitConflict($".metadata.annotations.{annotation.Key}", owner!.Value.Manager, FieldOwners.IsGitOps(owner.Value.Manager));

    /// <summary>Policies of others for the same target: of two, controllers heed the older and pass over the other.</summary>
    private async Task<IReadOnlyList<RateLimitConflict>> RivalsAsync(IRateLimitProvider provider, RateLimitTarget target, CancellationToken cancellation)
    {
        if (provider.Policy is not { } policy || target.Kind == "Ingress") return [];
        try
        {
            var list = await client.ListAsync(ResourceKind.Json(policy), new ListOptions { Namespace = target.Namespace }, cancellation).ConfigureAwait(false);
            return [.. from one in list.Items ?? []
                       where RateLimitMark.Read(one) is null && Targets(one, target)
                       select new RateLimitConflict($"{policy.Kind} {target.Namespace}/{one.GetProperty("metadata").GetProperty("name").GetString()}", "", FieldOwners.Controller(one) is not null)];
        }
        catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
        {
            return [];
        }
    }

    private static bool Targets(JsonElement policy, RateLimitTarget target) =>
        policy.TryGetProperty("spec", out var spec) && spec.TryGetProperty("targetRefs", out var references) && references.ValueKind == JsonValueKind.Array
        && references.EnumerateArray().Any(one => one.TryGetProperty("kind", out var kind) && kind.GetString() == target.Kind && one.TryGetProperty("name", out var name) && name.GetString() == target.Name);

    private async Task<string?> UnavailableAsync(IRateLimitProvider provider, CancellationToken cancellation)
    {
        if (provider.Policy is not { } policy) return null;
        var versions = await ApiCatalog.VersionsAsync(client, policy.Group, cancellation).ConfigureAwait(false);
        return versions.Contains(policy.Version) ? null : $"the server does not serve {policy.Kind} ({policy.ApiVersion}): the custom resource definition of {provider.Name} is missing";
    }

    /// <summary>Whether a server kept what was applied: it may add defaults.</summary>
    private static bool Contains(JsonElement live, JsonNode wanted) => wanted switch
    {
        JsonObject map => live.ValueKind == JsonValueKind.Object && map.All(one => live.TryGetProperty(one.Key, out var value) && Contains(value, one.Value!)),
        JsonArray list => live.ValueKind == JsonValueKind.Array && live.GetArrayLength() == list.Count && list.Select((one, i) => Contains(live[i], one!)).All(static same => same),
        _ => JsonNode.DeepEquals(JsonNode.Parse(live.GetRawText()), wanted),
    };

    private static RateLimitException Conflict(IReadOnlyList<RateLimitConflict> conflicts) => new(
        RateLimitFault.Conflict, string.Join("; ", conflicts.Select(static one => one.Manager.Length == 0 ? $"{one.Field} limits the same target already" : $"{one.Field} is owned by {one.Manager}")))
    {
        Conflicts = conflicts,
    };

    private static ReadOnlyMemory<byte> Bytes(JsonObject body) => System.Text.Encoding.UTF8.GetBytes(body.ToJsonString());
}
