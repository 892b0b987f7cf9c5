using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>What network policies cover and allow.</summary>
internal static class Policies
{
    private const string Dns = "53";

    private static readonly (string Rules, string Peers)[] s_directions = [("ingress", "from"), ("egress", "to")];

    /// <summary>Whether some policy limits a direction of a pod's traffic.</summary>
    public static bool Limits(Bundle bundle, Pod pod, string direction)
    {
        var rules = direction.ToLowerInvariant();
        return bundle.OfKind("NetworkPolicy").Any(one => one.Home == pod.Home && Selector.Matches(one.Spec["podSelector"], pod.Labels) && Types(one).Contains(direction))
            || bundle.OfKind("CiliumNetworkPolicy").Where(one => one.Home == pod.Home).Concat(bundle.OfKind("CiliumClusterwideNetworkPolicy"))
                .Any(one => Selector.Matches(one.Spec["endpointSelector"], pod.Labels) && (one.Spec[rules].Exists || one.Spec[rules + "Deny"].Exists));
    }

    public static IEnumerable<Spot> Dangling(Bundle bundle, KubernetesObject policy)
    {
        var selector = policy.Spec["podSelector"];
        if (!Selector.IsEmpty(selector) && !bundle.Selected(policy.Home, selector).Any()) yield return selector.Says("selects no pod here");
        foreach (var (rules, peers) in s_directions)
        {
            foreach (var peer in policy.Spec[rules].Items.SelectMany(rule => rule[peers].Items))
            {
                var pods = peer["podSelector"];
                // Of other namespaces only those of these manifests are known.
                if (pods.Exists && !peer["namespaceSelector"].Exists && !Selector.IsEmpty(pods) && !bundle.Selected(policy.Home, pods).Any())
                    yield return pods.Says("selects no pod here");
            }
        }
    }

    public static IEnumerable<Spot> Open(KubernetesObject policy)
    {
        foreach (var (rules, peers) in s_directions)
        {
            foreach (var rule in policy.Spec[rules].Items)
            {
                var ports = rule["ports"].Items.ToList();
                // Names have to be looked up wherever the resolver is.
                if (!rule[peers].Items.Any() && !(rules == "egress" && ports.Count > 0 && ports.All(port => port["port"].Text == Dns)))
                    yield return rule.Says(rules == "ingress" ? "lets everybody in" : "lets it reach everybody");
                foreach (var range in rule[peers].Items.Select(peer => peer["ipBlock"]["cidr"]).Where(static cidr => cidr.Text is "0.0.0.0/0" or "::/0"))
                    yield return range.Says($"allows all addresses ({range.Text})");
            }
        }
    }

    /// <summary>Without policyTypes: ingress always, egress when there are rules for it.</summary>
    private static IEnumerable<string> Types(KubernetesObject policy) => policy.Spec["policyTypes"].Items.Any()
        ? policy.Spec["policyTypes"].Texts
        : policy.Spec["egress"].Items.Any() ? ["Ingress", "Egress"] : ["Ingress"];
}
