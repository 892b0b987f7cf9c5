using Weir.Kubernetes.Model;
using Weir.Records;

namespace Weir.Kubernetes.Identity;

/// <summary>Finds who made a pod, at the top of the chain: a ReplicaSet's Deployment, a Job's CronJob. Used by one thread at a time.</summary>
internal sealed class Owners(IdentityLimits limits)
{
    private const string TemplateHash = "pod-template-hash";

    /// <summary>Labels that tell copies of a pod apart and say nothing of what it is.</summary>
    private static readonly HashSet<string> s_meaningless = new(StringComparer.Ordinal)
    {
        TemplateHash, "controller-revision-hash", "pod-template-generation", "controller-uid", "job-name",
        "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/job-completion-index",
        "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index",
    };

    /// <summary>ReplicaSets and Jobs by uid, and who made them.</summary>
    private readonly Dictionary<string, Workload> _above = new(StringComparer.Ordinal);

    public void Set(MetadataObject owner, string kind)
    {
        var maker = owner.Metadata.Controller;
        _above[owner.Metadata.Uid] = maker is null ? new Workload(owner.Metadata.Name, kind) : new Workload(maker.Name, maker.Kind);
    }

    public void Remove(MetadataObject owner) => _above.Remove(owner.Metadata.Uid);

    /// <param name="pod">From the API.</param>
    /// <param name="waitsFor">Uid of an owner that is not known yet and may change the answer; null when the answer is final.</param>
    public PodIdentity Identify(Pod pod, out string? waitsFor)
    {
        var metadata = pod.Metadata;
        var workload = WorkloadOf(metadata, pod.Spec?.NodeName, out waitsFor);
        return new PodIdentity(
            metadata.Uid, metadata.Namespace ?? "", metadata.Name, workload?.Name, workload?.Kind, pod.Spec?.NodeName, LabelsOf(metadata));
    }

    private Workload? WorkloadOf(ObjectMeta pod, string? node, out string? waitsFor)
    {
        waitsFor = null;
        if (pod.Controller is not { } owner) return null;
        switch (owner.Kind)
        {
            case "ReplicaSet" or "Job":
                if (_above.TryGetValue(owner.Uid, out var above)) return above;
                waitsFor = owner.Uid;
                // A Deployment names its ReplicaSets by appending this label's value.
                if (pod.Labels?.GetValueOrDefault(TemplateHash) is { Length: > 0 } hash && owner.Name.EndsWith($"-{hash}", StringComparison.Ordinal))
                    return new Workload(owner.Name[..^(hash.Length + 1)], "Deployment");
                return new Workload(owner.Name, owner.Kind);
            case "Node":
                // A mirror of a static pod is called like its manifest and the node.
                return node is not null && pod.Name.EndsWith($"-{node}", StringComparison.Ordinal)
                    ? new Workload(pod.Name[..^(node.Length + 1)], "Node")
                    : null;
            default:
                return new Workload(owner.Name, owner.Kind);
        }
    }

    private PeerLabels? LabelsOf(ObjectMeta pod)
    {
        if (pod.Labels is not { Count: > 0 } labels) return null;
        var said = labels.Where(label => !s_meaningless.Contains(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal).Take(limits.MaxLabels).ToList();
        return said.Count > 0 ? new PeerLabels(said) : null;
    }
}
