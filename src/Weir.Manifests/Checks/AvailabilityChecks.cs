using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>What happens when a node goes away.</summary>
internal static class AvailabilityChecks
{
    public static readonly CheckFamily Family = new("AVL", "Availability and scheduling",
    [
        new("AVL-001", "no-pdb", Medium, "KS:deployment-has-poddisruptionbudget KS:statefulset-has-poddisruptionbudget PO:missingPodDisruptionBudget",
            Every.Scalable((bundle, one) => bundle.MinReplicas(one) >= 2 && bundle.PodOf(one) is { } pod && !BudgetsOf(bundle, pod).Any()
                ? one.Root["spec"].Says("no PodDisruptionBudget covers its pods")
                : null))
        {
            Title = "No disruption budget",
            Remedy = "Draining nodes may stop all replicas at once. Add a PodDisruptionBudget with maxUnavailable: 1.",
        },
        new("AVL-002", "pdb-blocks-evictions", High, "KL:pdb-max-unavailable KL:pdb-min-available PO:pdbDisruptionsIsZero",
            Every.Object("PodDisruptionBudget", (bundle, one) => (Max: one.Spec["maxUnavailable"], Min: one.Spec["minAvailable"]) switch
            {
                { Max: { Text: "0" or "0%" } it } => it.Says("allows no eviction at all"),
                { Min: { Text: "100%" } it } => it.Says("allows no eviction at all"),
                { Min: { Integer: { } min } it } when Replicas(bundle, one) is { } replicas && min >= replicas => it.Says($"wants {min} of {replicas} replicas available: none may be evicted"),
                _ => null,
            }))
        {
            Title = "Disruption budget that blocks evictions",
            Remedy = "Nodes can't be drained, and upgrades hang. Let at least one pod go: maxUnavailable: 1.",
        },
        new("AVL-003", "pdb-no-policy", Medium, "KS:poddisruptionbudget-has-policy",
            Every.Object("PodDisruptionBudget", one => one.Spec["minAvailable"].Exists || one.Spec["maxUnavailable"].Exists ? null : one.Root["spec"].Says("has neither minAvailable nor maxUnavailable")))
        {
            Title = "Disruption budget that says nothing",
            Remedy = "Set maxUnavailable or minAvailable.",
        },
        new("AVL-004", "pdb-vs-hpa", Medium, "PO:pdbMinAvailableGreaterThanHPAMinReplicas",
            Every.Object("PodDisruptionBudget", (bundle, one) => one.Spec["minAvailable"] is { Integer: { } min } it
                    && Covered(bundle, one).SelectMany(bundle.AutoscalersOf).FirstOrDefault(autoscaler => min > (autoscaler.Spec["minReplicas"].Integer ?? 1)) is { } found
                ? it.Says($"wants {min} available, and the autoscaler {found.Name} may go down to {found.Spec["minReplicas"].Integer ?? 1}")
                : null))
        {
            Title = "Disruption budget above the autoscaler's minimum",
            Remedy = "When scaled down, no pod may be evicted. Use maxUnavailable, or raise minReplicas above minAvailable.",
        },
        new("AVL-005", "pdb-eviction-policy", Info, "KL:pdb-unhealthy-pod-eviction-policy",
            Every.Object("PodDisruptionBudget", one => one.Spec["unhealthyPodEvictionPolicy"] is { Exists: false } it ? it.Says("does not say whether broken pods may be evicted") : null))
        {
            Title = "Broken pods block evictions",
            Remedy = "Pods that never get ready can't be evicted, and nodes can't be drained. Set unhealthyPodEvictionPolicy: AlwaysAllow.",
        },
        new("AVL-006", "no-anti-affinity", Low, "KL:no-anti-affinity KS:deployment-has-host-podantiaffinity KS:statefulset-has-host-podantiaffinity",
            Every.Scalable((bundle, one) => bundle.MinReplicas(one) >= 2 && bundle.PodOf(one) is { } pod && !IsSpread(pod)
                ? pod.Spec["affinity"]["podAntiAffinity"].Says("its replicas may all run on one node")
                : null))
        {
            Title = "Replicas may share one node",
            Remedy = "Then its failure is an outage. Add topologySpreadConstraints or a podAntiAffinity on kubernetes.io/hostname.",
        },
        new("AVL-007", "no-topology-spread", Info, "KS:pod-topology-spread-constraints PO:topologySpreadConstraint",
            Every.Scalable((bundle, one) => bundle.PodOf(one) is { } pod && !pod.Spec["topologySpreadConstraints"].Items.Any() ? pod.Spec["topologySpreadConstraints"].Says("is not spread over zones") : null))
        {
            ByDefault = false,
            Title = "Not spread over zones",
            Remedy = "Add topologySpreadConstraints with topology.kubernetes.io/zone.",
        },
        new("AVL-008", "no-node-affinity", Info, "KL:no-node-affinity",
            Every.Pod(p => p.Spec["affinity"]["nodeAffinity"].Exists || p.Spec["nodeSelector"].Members.Any() ? null : p.Spec["affinity"]["nodeAffinity"].Says("may run on any node")))
        {
            ByDefault = false,
            Title = "May run on any node",
            Remedy = "Where nodes differ, say which serve: nodeSelector or nodeAffinity.",
        },
        new("AVL-009", "strategy-not-rolling", Low, "KL:no-rolling-update-strategy KS:deployment-strategy SK",
            Every.Object("Deployment", (bundle, one) => one.Spec["strategy"]["type"] is { Text: "Recreate" } it && bundle.PodOf(one) is { } pod && bundle.ServicesOf(pod).FirstOrDefault() is { } service
                ? it.Says($"every update interrupts the Service {service.Name}")
                : null))
        {
            Title = "Updates interrupt the service",
            Remedy = "Recreate stops all pods first. Use RollingUpdate unless two versions must never run together.",
        },
        new("AVL-010", "no-grace-period", Low, "W",
            Every.Pod(p => p.Spec["terminationGracePeriodSeconds"] is { Integer: 0 } it ? it.Says("is killed without a chance to end its requests") : null))
        {
            Title = "Killed without notice",
            Remedy = "Requests in progress fail at each update. Leave terminationGracePeriodSeconds at 30 or what the longest request needs.",
        },
        new("AVL-011", "dns-ndots", Info, "KL:dnsconfig-options",
            Every.Pod(p => p.Spec["dnsConfig"]["options"].Items.Any(one => one["name"].Text == "ndots") ? null : p.Spec["dnsConfig"].Says("asks DNS up to five times for each outside name")))
        {
            ByDefault = false,
            Title = "Many DNS queries for outside names",
            Remedy = "Set dnsConfig.options ndots to 2, or end outside names with a dot.",
        },
        new("AVL-012", "wide-toleration", Low, "W",
            Every.Pod(p => p.Owner.Kind == "DaemonSet" ? [] : p.Spec["tolerations"].Items.Where(one => one["operator"].Text == "Exists" && string.IsNullOrEmpty(one["key"].Text)).Select(one => one.Says("tolerates every taint"))))
        {
            Title = "Tolerates every taint",
            Remedy = "It is scheduled onto nodes that are broken, being drained or reserved. Name the taints that it may ignore.",
        },
    ]);

    private static IEnumerable<KubernetesObject> BudgetsOf(Bundle bundle, Pod pod) =>
        bundle.OfKind("PodDisruptionBudget").Where(one => one.Home == pod.Home && Selector.Matches(one.Spec["selector"], pod.Labels));

    private static IEnumerable<KubernetesObject> Covered(Bundle bundle, KubernetesObject budget) =>
        bundle.Selected(budget.Home, budget.Spec["selector"]).Select(static pod => pod.Owner);

    /// <summary>How many pods a budget covers; null when its workloads are not here or do not say.</summary>
    private static long? Replicas(Bundle bundle, KubernetesObject budget)
    {
        var workloads = Covered(bundle, budget).ToList();
        return workloads.Count > 0 && workloads.All(static one => one.Kind is "Deployment" or "StatefulSet" or "ReplicaSet" or "ReplicationController" or "Pod")
            ? workloads.Sum(bundle.MinReplicas)
            : null;
    }

    private static bool IsSpread(Pod pod)
    {
        var rules = pod.Spec["affinity"]["podAntiAffinity"];
        return pod.Spec["topologySpreadConstraints"].Items.Any()
            || rules["requiredDuringSchedulingIgnoredDuringExecution"].Items.Any(IsByNode)
            || rules["preferredDuringSchedulingIgnoredDuringExecution"].Items.Any(static one => IsByNode(one["podAffinityTerm"]));
    }

    private static bool IsByNode(Field term) => term["topologyKey"].Text == "kubernetes.io/hostname";
}
