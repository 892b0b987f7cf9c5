using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>What a container may use, and how many there are.</summary>
internal static class ResourceChecks
{
    private const int ManyReplicas = 100;
    private const int WideMemoryRatio = 4;

    public static readonly CheckFamily Family = new("RES", "Resources and autoscaling",
    [
        new("RES-001", "cpu-request-missing", Medium, "KL:unset-cpu-requirements KS:container-resources PO:cpuRequestsMissing S4", Missing("requests", "cpu", Low))
        {
            Title = "No CPU request",
            Remedy = "The scheduler takes it for nothing, and under load it gets nothing. Set resources.requests.cpu to what it usually uses.",
        },
        new("RES-002", "cpu-limit-missing", Low, "KS:container-resources PO:cpuLimitsMissing S4", Missing("limits", "cpu"))
        {
            Title = "No CPU limit",
            Remedy = "It may take all that the node has left. Set resources.limits.cpu, or leave it out on purpose (a limit throttles) and suppress this.",
        },
        new("RES-003", "memory-request-missing", Medium, "KL:unset-memory-requirements KS:container-resources PO:memoryRequestsMissing S4", Missing("requests", "memory", Low))
        {
            Title = "No memory request",
            Remedy = "Nodes are overbooked, and it is among the first to be evicted. Set resources.requests.memory to what it usually uses.",
        },
        new("RES-004", "memory-limit-missing", High, "KL:unset-memory-requirements KS:container-resources PO:memoryLimitsMissing RA S4", Missing("limits", "memory"))
        {
            Title = "No memory limit",
            Remedy = "A leak takes the node down with all that runs there. Set resources.limits.memory.",
        },
        new("RES-005", "ephemeral-storage-missing", Low, "KS:container-ephemeral-storage-request-and-limit",
            Every.Container(c => !c.HasResources ? null : (Limit: c.Resource("limits", "ephemeral-storage"), Request: c.Resource("requests", "ephemeral-storage")) switch
            {
                { Limit.Exists: false } missing => missing.Limit.Says("has no limit for ephemeral storage"),
                { Request.Exists: false } missing => missing.Request.Says("has no request for ephemeral storage"),
                _ => null,
            }))
        {
            Title = "Ephemeral storage is not bounded",
            Remedy = "Logs and temporary files can fill the node's disk. Set ephemeral-storage in requests and limits.",
        },
        new("RES-006", "request-gt-limit", High, "W", Compared((request, limit) => request > limit, "is above the limit"))
        {
            Title = "Request above the limit",
            Remedy = "The API server refuses the pod. Lower the request or raise the limit.",
        },
        new("RES-007", "requests-ne-limits", Info, "KS:container-resource-requests-equal-limits KS:container-cpu-requests-equal-limits KS:container-memory-requests-equal-limits",
            Compared((request, limit) => request < limit, "is below the limit", "cpu", "memory"))
        {
            ByDefault = false,
            Title = "Not in the class Guaranteed",
            Remedy = "Pods whose requests equal their limits are evicted last. Make them equal where that matters.",
        },
        new("RES-008", "memory-ratio", Info, "W", Compared((request, limit) => request > 0 && limit >= request * WideMemoryRatio, "is a quarter of the limit or less", "memory"))
        {
            ByDefault = false,
            Title = "Memory limit far above the request",
            Remedy = "If many use their limit at once the node runs out. Bring request and limit closer together.",
        },
        new("RES-009", "replicas-too-few", Medium, "KL:minimum-three-replicas KS:deployment-replicas PO:deploymentMissingReplicas",
            Every.Scalable((bundle, one) => bundle.AutoscalersOf(one).Any() || one.Spec["replicas"].Integer == 0 || bundle.MinReplicas(one) >= bundle.Options.MinReplicas
                ? null
                : one.Spec["replicas"].Says($"runs {bundle.MinReplicas(one)} time{(bundle.MinReplicas(one) == 1 ? "" : "s")}; {bundle.Options.MinReplicas} are wanted")))
        {
            Title = "Too few replicas",
            Remedy = "A node's maintenance is an outage. Run at least two (`minReplicas` in the configuration), or suppress this where only one may run.",
        },
        new("RES-010", "replicas-excessive", Low, "S4",
            Every.Object("Deployment StatefulSet ReplicaSet ReplicationController", one => one.Spec["replicas"] is { Integer: > ManyReplicas } it ? it.Says($"asks for {it.Text} replicas") : null))
        {
            Title = "Very many replicas",
            Remedy = "Perhaps a zero too many; it can fill a cluster. Let an autoscaler choose the number.",
        },
        new("RES-011", "hpa-min-replicas", Medium, "KL:hpa-minimum-three-replicas KS:horizontalpodautoscaler-replicas PO:hpaMinAvailability",
            Every.Object("HorizontalPodAutoscaler", (bundle, one) => (one.Spec["minReplicas"].Integer ?? 1) is var fewest && fewest < bundle.Options.MinReplicas
                ? one.Spec["minReplicas"].Says($"may scale down to {fewest}; {bundle.Options.MinReplicas} are wanted")
                : null))
        {
            Title = "Autoscaler may go down too far",
            Remedy = "At night a node's maintenance is an outage. Set minReplicas to at least two (`minReplicas` in the configuration).",
        },
        new("RES-012", "hpa-min-eq-max", Low, "PO:hpaMaxAvailability",
            Every.Object("HorizontalPodAutoscaler", one => one.Spec["maxReplicas"] is { Integer: { } max } it && max == (one.Spec["minReplicas"].Integer ?? 1) ? it.Says($"has {max} as minimum and maximum") : null))
        {
            Title = "Autoscaler that can't scale",
            Remedy = "Raise maxReplicas, or remove the autoscaler and set replicas.",
        },
        new("RES-013", "hpa-and-static-replicas", Medium, "KS:deployment-targeted-by-hpa-does-not-have-replicas-configured",
            Every.Object((bundle, one) => one.Spec["replicas"] is { Exists: true } it && bundle.AutoscalersOf(one).FirstOrDefault() is { } autoscaler
                ? [it.Says($"sets replicas, which the autoscaler {autoscaler.Name} sets too")]
                : []))
        {
            Title = "Replicas are set beside an autoscaler",
            Remedy = "Each apply throws the autoscaler's number away. Remove replicas from the workload.",
        },
        new("RES-014", "hpa-dangling", Medium, "KL:dangling-horizontalpodautoscaler KS:horizontalpodautoscaler-has-target",
            Every.Object("HorizontalPodAutoscaler", (bundle, one) => one.Spec["scaleTargetRef"] is var target && bundle.Find(target["kind"].Text ?? "", one.Home, target["name"].Text) is null
                ? target.Says($"its target {target["kind"].Text} {target["name"].Text} is not among these manifests")
                : null))
        {
            Title = "Autoscaler without its target",
            Remedy = "It scales nothing. Correct scaleTargetRef, or scan the target's manifest too.",
        },
        new("RES-015", "priority-class-unset", Info, "KL:priority-class-name PO:priorityClassNotSet", Every.Pod(p => string.IsNullOrEmpty(p.Spec["priorityClassName"].Text) ? p.Spec["priorityClassName"].Says("has no priority class") : null))
        {
            ByDefault = false,
            Title = "No priority class",
            Remedy = "When nodes are full all pods count the same. Name a priorityClassName.",
        },
    ]);

    /// <param name="list">requests or limits.</param>
    /// <param name="name">The resource.</param>
    /// <param name="withLimit">Severity where a limit is set, which then is the request as well.</param>
    private static Func<Bundle, IEnumerable<Hit>> Missing(string list, string name, Severity? withLimit = null) => Every.Container(c =>
    {
        var it = c.Resource(list, name);
        if (!c.HasResources || it.Exists) return null;
        return withLimit is not null && c.Resource("limits", name).Exists
            ? it.Says($"has no {name} request; the limit counts as one", withLimit)
            : it.Says($"has no {name} {list[..^1]}");
    });

    private static Func<Bundle, IEnumerable<Hit>> Compared(Func<decimal, decimal, bool> isBad, string what, params string[] names) => Every.Container(c =>
        from it in c.Field["resources"]["requests"].Members
        where names.Length == 0 || names.Contains(it.Key)
        where Quantity.TryParse(it.Text, out var request) && Quantity.TryParse(c.Field["resources"]["limits"][it.Key].Text, out var limit) && isBad(request, limit)
        select it.Says($"the {it.Key} request {it.Text} {what} {c.Field["resources"]["limits"][it.Key].Text}"));
}
