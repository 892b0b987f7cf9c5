using System.Text.RegularExpressions;
using Weir.Manifests.Objects;
using Weir.Manifests.Schema;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>What is wrong whatever one thinks of it, and good order.</summary>
internal static partial class CorrectnessChecks
{
    private const string Workloads = "Deployment StatefulSet DaemonSet ReplicaSet ReplicationController Job CronJob Pod";
    private const string Namespaced = Workloads + " Service ConfigMap Secret ServiceAccount Ingress NetworkPolicy PersistentVolumeClaim HorizontalPodAutoscaler PodDisruptionBudget Role RoleBinding";
    private const int MaxLabelLength = 63;

    public static readonly CheckFamily Family = new("GEN", "Correctness, hygiene",
    [
        new("GEN-001", "default-namespace", Low, "KL:use-namespace SK S4",
            Every.Object(Namespaced, one => one.Namespace is null or "" or "default" ? one.Metadata["namespace"].Says(one.Namespace is "default" ? "is in the namespace default" : "names no namespace") : null))
        {
            Title = "Default namespace",
            Remedy = "Policies, quotas and rights are given by namespace. Name one of its own.",
        },
        new("GEN-002", "deprecated-api", High, "KL:no-extensions-v1beta KS:stable-version",
            Every.Object((_, one) => ApiVersions.Deprecated(one) is var (message, severity) ? [one.Root["apiVersion"].Says(message, severity)] : []))
        {
            Title = "API version that is gone or going",
            Remedy = "Newer clusters refuse it. Use the version named; `kubectl convert` rewrites manifests.",
        },
        new("GEN-003", "selector-mismatch", High, "KL:mismatching-selector KS:deployment-pod-selector-labels-match-template KS:statefulset-pod-selector-labels-match-template",
            Every.Object("Deployment StatefulSet DaemonSet ReplicaSet ReplicationController", (bundle, one) => one.Spec["selector"] is { IsMap: true } it && bundle.PodOf(one) is { } pod
                    && !(one.Kind == "ReplicationController" ? Selector.MapMatches(it, pod.Labels) : Selector.Matches(it, pod.Labels))
                ? it.Says("does not select the pods of its own template")
                : null))
        {
            Title = "Selector does not fit the template",
            Remedy = "The API server refuses it. Put the selector's labels onto the template.",
        },
        new("GEN-004", "invalid-label", Medium, "KS:label-values", Every.Object((bundle, one) => Labels(bundle, one).Where(it => !IsLabelValue(it) || !IsLabelKey(it.Key))
            .Select(it => it.Says(IsLabelKey(it.Key) ? $"the label {it.Key} has a value that is not possible" : $"the label name {it.Key} is not possible"))))
        {
            Title = "Label that is not possible",
            Remedy = "Values are texts of at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit; put true and numbers into quotes.",
        },
        new("GEN-005", "statefulset-servicename", Medium, "KS:statefulset-has-servicename",
            Every.Object("StatefulSet", (bundle, one) => one.Spec["serviceName"] is var it && !it.Exists ? it.Says("names no Service")
                : bundle.Find("Service", one.Home, it.Text) is not { } service ? it.Says($"the Service {it.Text} is not among these manifests")
                : service.Spec["clusterIP"].Text != "None" ? it.Says($"the Service {it.Text} is not headless") : null))
        {
            Title = "StatefulSet without a headless Service",
            Remedy = "Its pods have no names in DNS. Add a Service with clusterIP: None and name it in serviceName.",
        },
        new("GEN-006", "cronjob-deadline", Low, "KS:cronjob-has-deadline",
            Every.Object("CronJob", one => one.Spec["startingDeadlineSeconds"] is { Exists: false } it ? it.Says("does not say how late it may start") : null))
        {
            Title = "CronJob without a deadline",
            Remedy = "After 100 missed runs it never starts again. Set startingDeadlineSeconds.",
        },
        new("GEN-007", "job-restart-policy", Medium, "KS:cronjob-restartpolicy KL:restart-policy",
            Every.Pod(p => p.Owner.Kind is "Job" or "CronJob" && p.Spec["restartPolicy"] is { Text: null or "Always" } it ? it.Says(it.Exists ? "restarts for ever" : "has no restartPolicy, and Always is refused") : null))
        {
            Title = "Job whose restart policy is refused",
            Remedy = "Set restartPolicy: OnFailure or Never.",
        },
        new("GEN-008", "job-ttl", Low, "KL:job-ttl-seconds-after-finished",
            bundle => Every.Object("Job", one => one.Spec["ttlSecondsAfterFinished"] is { Exists: false } it ? it.Says("stays after its end") : null)(bundle)
                .Concat(Every.Object("CronJob", one => one.Spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] is { Exists: true } it ? it.Says("removes jobs that the CronJob's history limits would keep") : null)(bundle)))
        {
            Title = "Finished jobs are not cleaned up as expected",
            Remedy = "Set ttlSecondsAfterFinished on a Job; on a CronJob use successfulJobsHistoryLimit and failedJobsHistoryLimit.",
        },
        new("GEN-009", "job-no-backoff", Info, "W",
            bundle => Every.Object("Job", one => Unbounded(one.Spec))(bundle).Concat(Every.Object("CronJob", one => Unbounded(one.Spec["jobTemplate"]["spec"]))(bundle)))
        {
            Title = "Job without bounds",
            Remedy = "It tries six times, however long each takes. Set backoffLimit or activeDeadlineSeconds.",
        },
        new("GEN-010", "missing-owner-label", Info, "KL:required-label-owner KL:required-annotation-email",
            Every.Object(Workloads, (bundle, one) => bundle.Options.RequiredLabels.Where(name => !one.Metadata["labels"][name].Exists && !one.Annotations[name].Exists)
                .Select(name => one.Metadata["labels"].Says($"has no label or annotation {name}"))))
        {
            ByDefault = false,
            Title = "Required label is missing",
            Remedy = "Nobody knows whom to ask. Add it; which are wanted is `labels` in the configuration.",
        },
        new("GEN-011", "recommended-labels", Info, "PO:metadataAndInstanceMismatched",
            Every.Object(Workloads, one => one.Metadata["labels"] is var labels && !labels["app.kubernetes.io/name"].Exists ? labels.Says("has no label app.kubernetes.io/name")
                : labels["app.kubernetes.io/instance"] is { Exists: true } it && it.Text != one.Name ? it.Says($"the instance {it.Text} is not the name {one.Name}") : null))
        {
            ByDefault = false,
            Title = "Recommended labels are missing",
            Remedy = "Tools group by them. Add app.kubernetes.io/name and app.kubernetes.io/instance.",
        },
        new("GEN-012", "duplicate-object", Medium, "W",
            bundle => bundle.Objects.Where(static one => one.Name.Length > 0 && !one.Metadata["generateName"].Exists).GroupBy(static one => (one.Group, one.Kind, one.IsClusterScoped ? "" : one.Home, one.Name))
                .SelectMany(static same => same.Skip(1).Select(one => Every.Hit(one, one.Metadata["name"].Says($"stands also in {same.First().File}:{same.First().Root.Line}")))))
        {
            Title = "Object that stands twice",
            Remedy = "The last one applied wins. Remove one, or scan what belongs to different clusters apart.",
        },
        new("GEN-013", "unknown-field", Medium, "KL:schema-validation", Every.Object((_, one) => ObjectSchema.Violations(one)))
        {
            Title = "Not what the API takes",
            Remedy = "The API server drops or refuses it: a misspelt field has no effect. Compare with `kubectl explain`.",
        },
        new("GEN-014", "yaml-problem", High, "W",
            bundle => bundle.Problems.Select(static one => new Hit(null, one.File, null, one.Line, one.Column, "", one.Message, null)))
        {
            Title = "Can't be read as written",
            Remedy = "Mend the text; until then nothing else can be said of that document.",
        },
    ]);

    private static Spot? Unbounded(Field spec) =>
        spec["backoffLimit"].Exists || spec["activeDeadlineSeconds"].Exists ? null : spec["backoffLimit"].Says("sets neither backoffLimit nor activeDeadlineSeconds");

    private static IEnumerable<Field> Labels(Bundle bundle, KubernetesObject one) => one.Metadata["labels"].Members
        .Concat(bundle.PodOf(one) is { } pod && one.Kind != "Pod" ? pod.Labels.Members : [])
        .Concat(one.Spec["selector"]["matchLabels"].Members);

    private static bool IsLabelValue(Field label) =>
        !label.Exists || (label.Node!.Kind == Yaml.NodeKind.Text && label.Text!.Length <= MaxLabelLength && LabelValue().IsMatch(label.Text));

    private static bool IsLabelKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        return name.Length is > 0 and <= MaxLabelLength && LabelValue().IsMatch(name) && (slash < 0 || LabelPrefix().IsMatch(key[..slash]));
    }

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPrefix();
}
