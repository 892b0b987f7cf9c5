using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>Turns what a check says of one thing into a search through a whole bundle.</summary>
internal static class Every
{
    private static readonly string[] s_scalable = ["Deployment", "StatefulSet"];

    /// <summary>Containers of every pod, whatever their role.</summary>
    public static Func<Bundle, IEnumerable<Hit>> Container(Func<Container, Spot?> look) => Container((_, container) => One(look(container)));

    public static Func<Bundle, IEnumerable<Hit>> Container(Func<Container, IEnumerable<Spot>> look) => Container((_, container) => look(container));

    public static Func<Bundle, IEnumerable<Hit>> Container(Func<Bundle, Container, Spot?> look) => Container((bundle, container) => One(look(bundle, container)));

    public static Func<Bundle, IEnumerable<Hit>> Container(Func<Bundle, Container, IEnumerable<Spot>> look) => bundle =>
        from pod in bundle.Pods
        from container in pod.Containers
        from spot in look(bundle, container)
        select Hit(pod.Owner, spot, container);

    /// <summary>Those whose kernel is Linux, as all are that do not say otherwise.</summary>
    public static Func<Bundle, IEnumerable<Hit>> LinuxContainer(Func<Container, Spot?> look) => Container(container => container.Pod.IsWindows ? null : look(container));

    public static Func<Bundle, IEnumerable<Hit>> Pod(Func<Pod, Spot?> look) => Pod((_, pod) => One(look(pod)));

    public static Func<Bundle, IEnumerable<Hit>> Pod(Func<Pod, IEnumerable<Spot>> look) => Pod((_, pod) => look(pod));

    public static Func<Bundle, IEnumerable<Hit>> Pod(Func<Bundle, Pod, Spot?> look) => Pod((bundle, pod) => One(look(bundle, pod)));

    public static Func<Bundle, IEnumerable<Hit>> Pod(Func<Bundle, Pod, IEnumerable<Spot>> look) => bundle =>
        from pod in bundle.Pods
        from spot in look(bundle, pod)
        select Hit(pod.Owner, spot);

    /// <summary>What a pod has and each of its containers may have of its own.</summary>
    public static Func<Bundle, IEnumerable<Hit>> PodAndContainer(Func<Field, IEnumerable<Spot>> look) => bundle =>
        bundle.Pods.SelectMany(pod => look(pod.Spec["securityContext"]).Select(spot => Hit(pod.Owner, spot))
            .Concat(pod.Containers.SelectMany(container => look(container.Security).Select(spot => Hit(pod.Owner, spot, container)))));

    /// <summary>Objects of a kind, or of any of several between blanks.</summary>
    public static Func<Bundle, IEnumerable<Hit>> Object(string kinds, Func<KubernetesObject, Spot?> look) => Object(kinds, (_, one) => One(look(one)));

    public static Func<Bundle, IEnumerable<Hit>> Object(string kinds, Func<KubernetesObject, IEnumerable<Spot>> look) => Object(kinds, (_, one) => look(one));

    public static Func<Bundle, IEnumerable<Hit>> Object(string kinds, Func<Bundle, KubernetesObject, Spot?> look) =>
        Object(kinds, (bundle, one) => One(look(bundle, one)));

    public static Func<Bundle, IEnumerable<Hit>> Object(string kinds, Func<Bundle, KubernetesObject, IEnumerable<Spot>> look)
    {
        var wanted = kinds.Split(' ').ToHashSet(StringComparer.Ordinal);
        return Object((bundle, one) => wanted.Contains(one.Kind) ? look(bundle, one) : []);
    }

    public static Func<Bundle, IEnumerable<Hit>> Object(Func<Bundle, KubernetesObject, IEnumerable<Spot>> look) => bundle =>
        from one in bundle.Objects
        from spot in look(bundle, one)
        select Hit(one, spot);

    /// <summary>Workloads that are meant to run several times.</summary>
    public static Func<Bundle, IEnumerable<Hit>> Scalable(Func<Bundle, KubernetesObject, Spot?> look) => Object(string.Join(' ', s_scalable), look);

    /// <summary>Rules of roles.</summary>
    public static Func<Bundle, IEnumerable<Hit>> RoleRule(Func<RoleRule, Spot?> look) =>
        Object("Role ClusterRole", one => one.Root["rules"].Items.Select(rule => look(new RoleRule(rule))).OfType<Spot>());

    public static Hit Hit(KubernetesObject one, Spot spot, Container? container = null) =>
        new(one, one.File, container?.Name, spot.Field.Line, spot.Field.Column, spot.Field.Path, spot.Message, spot.Severity);

    public static Spot Says(this Field field, string message, Severity? severity = null) => new(field, message, severity);

    private static IEnumerable<Spot> One(Spot? spot) => spot is null ? [] : [spot];
}

/// <summary>A rule of a Role or ClusterRole.</summary>
internal sealed class RoleRule(Field rule)
{
    public Field Field => rule;

    public IEnumerable<string> Verbs => rule["verbs"].Texts;

    /// <summary>Whether it gives one of the verbs (or all) on one of the resources (or all) of the API group (or of all groups).</summary>
    public bool Allows(string group, string resources, string verbs) =>
        rule["apiGroups"].Texts.Any(one => one == "*" || one == group)
        && rule["resources"].Texts.Any(one => Covers(one, resources.Split(' ')))
        && Verbs.Any(one => one == "*" || verbs.Split(' ').Contains(one));

    /// <summary><c>*</c> stands for all resources, <c>pods/*</c> for all parts of pods, <c>*/scale</c> for that part of all.</summary>
    private static bool Covers(string written, string[] resources) => written == "*" || resources.Any(resource =>
        written == resource
        || (written.EndsWith("/*", StringComparison.Ordinal) && resource.StartsWith(written[..^1], StringComparison.Ordinal))
        || (written.StartsWith("*/", StringComparison.Ordinal) && resource.EndsWith(written[1..], StringComparison.Ordinal)));
}
