using System.Collections.Immutable;
using Weir.Manifests.Images;
using Weir.Manifests.Scanning;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Objects;

/// <summary>All objects of one scan, and how they refer to one another. "Missing" means missing here: a cluster may have more.</summary>
public sealed class Bundle
{
    private readonly ILookup<(string Kind, string Home, string Name), KubernetesObject> _named;
    private readonly ILookup<string, Pod> _podsByNamespace;
    private readonly Dictionary<KubernetesObject, Pod> _podOf;
    private readonly Dictionary<(string Home, string Key, string Value), List<Pod>> _podsByLabel = [];

    internal Bundle(IEnumerable<KubernetesObject> objects, ImmutableArray<ManifestProblem> problems, SmellOptions options, IReadOnlyList<ImageReport> images)
    {
        Objects = [.. objects];
        (Problems, Options, Images) = (problems, options, images);
        _named = Objects.ToLookup(static one => (one.Kind, one.IsClusterScoped ? "" : one.Home, one.Name));
        // A live cluster shows what controllers made: their templates are looked at, not each copy.
        Pods = [.. Objects.Where(one => !IsMadeByAnother(one)).Select(Pod.Of).OfType<Pod>()];
        _podOf = Pods.ToDictionary(static pod => pod.Owner);
        _podsByNamespace = Pods.ToLookup(static pod => pod.Home);
        foreach (var pod in Pods)
        {
            foreach (var label in pod.Labels.Members)
            {
                var key = (pod.Home, label.Key, label.Text ?? "");
                if (!_podsByLabel.TryGetValue(key, out var same)) _podsByLabel[key] = same = [];
                same.Add(pod);
            }
        }
    }

    public ImmutableArray<KubernetesObject> Objects { get; }

    public ImmutableArray<Pod> Pods { get; }

    public ImmutableArray<ManifestProblem> Problems { get; }

    public SmellOptions Options { get; }

    /// <summary>What a scanner found in images; empty when none was asked.</summary>
    public IReadOnlyList<ImageReport> Images { get; }

    public IEnumerable<KubernetesObject> OfKind(string kind) => Objects.Where(one => one.Kind == kind);

    /// <param name="kind">Its kind.</param>
    /// <param name="home">Its namespace; not looked at for kinds without one.</param>
    /// <param name="name">Its name.</param>
    public KubernetesObject? Find(string kind, string home, string? name) =>
        name is null ? null : _named[(kind, home, name)].FirstOrDefault() ?? _named[(kind, "", name)].FirstOrDefault();

    public Pod? PodOf(KubernetesObject one) => _podOf.GetValueOrDefault(one);

    /// <summary>Pods of a namespace whose labels have all pairs of a map; none for an empty one.</summary>
    internal IEnumerable<Pod> WithLabels(string home, Field pairs)
    {
        if (pairs.Members.FirstOrDefault() is not { } first) return [];
        return _podsByLabel.TryGetValue((home, first.Key, first.Text ?? ""), out var some) ? some.Where(pod => Selector.MapMatches(pairs, pod.Labels)) : [];
    }

    /// <summary>Pods of a namespace that a LabelSelector takes.</summary>
    internal IEnumerable<Pod> Selected(string home, Field selector)
    {
        if (!selector.IsMap) return [];
        return selector["matchLabels"].Members.Any()
            ? WithLabels(home, selector["matchLabels"]).Where(pod => Selector.Matches(selector, pod.Labels))
            : _podsByNamespace[home].Where(pod => Selector.Matches(selector, pod.Labels));
    }

    internal IEnumerable<KubernetesObject> ServicesOf(Pod pod) => Services[pod];

    /// <summary>Autoscalers that set the replicas of an object.</summary>
    internal IEnumerable<KubernetesObject> AutoscalersOf(KubernetesObject target) => OfKind("HorizontalPodAutoscaler").Where(one =>
        one.Home == target.Home && one.Spec["scaleTargetRef"]["kind"].Text == target.Kind && one.Spec["scaleTargetRef"]["name"].Text == target.Name);

    /// <summary>The fewest that run: an autoscaler's minimum, else the replicas; 1 when nothing is said.</summary>
    internal long MinReplicas(KubernetesObject workload) => AutoscalersOf(workload).FirstOrDefault() is { } autoscaler
        ? autoscaler.Spec["minReplicas"].Integer ?? 1
        : workload.Spec["replicas"].Integer ?? 1;

    private ILookup<Pod, KubernetesObject> Services => field ??= (
        from service in OfKind("Service")
        from pod in WithLabels(service.Home, service.Spec["selector"])
        select (pod, service)).ToLookup(static one => one.pod, static one => one.service);

    private bool IsMadeByAnother(KubernetesObject one) => one.Metadata["ownerReferences"].Items
        .Any(owner => owner["controller"].IsTrue && Find(owner["kind"].Text ?? "", one.Home, owner["name"].Text) is not null);
}
