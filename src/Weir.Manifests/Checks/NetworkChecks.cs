using System.Net;
using System.Text.RegularExpressions;
using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>Who reaches whom, and how.</summary>
internal static partial class NetworkChecks
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";
    private const string SourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";
    private const int SshPort = 22;
    private const int FirstFreePort = 1024;

    private static readonly string[] s_snippets = ["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet", "modsecurity-snippet"];

    public static readonly CheckFamily Family = new("NET", "Network and exposure",
    [
        new("NET-001", "no-network-policy", Medium, "KL:non-isolated-pod KS:pod-networkpolicy PO:missingNetworkPolicy SK",
            Every.Pod((bundle, p) => p.Spec["hostNetwork"].IsTrue ? null : (Policies.Limits(bundle, p, "Ingress"), Policies.Limits(bundle, p, "Egress")) switch
            {
                (false, false) => p.Template.Says("no NetworkPolicy covers it"),
                (false, true) => p.Template.Says("no NetworkPolicy says who may reach it"),
                (true, false) => p.Template.Says("no NetworkPolicy says whom it may reach"),
                _ => null,
            }))
        {
            Title = "Not covered by a network policy",
            Remedy = "Every pod of the cluster reaches it, and it reaches every one. Begin with a NetworkPolicy that denies both directions, then allow what is needed.",
        },
        new("NET-002", "networkpolicy-dangling", Low, "KL:dangling-networkpolicy KL:dangling-networkpolicypeer-podselector KS:networkpolicy-targets-pod",
            Every.Object("NetworkPolicy", Policies.Dangling))
        {
            Title = "Network policy that selects nothing",
            Remedy = "It protects nothing, or lets nobody in. Compare its labels with those of the pods, or scan their manifests too.",
        },
        new("NET-003", "networkpolicy-allow-all", Medium, "W", Every.Object("NetworkPolicy", Policies.Open))
        {
            Title = "Network policy that allows everything",
            Remedy = "Name the pods, namespaces or addresses that need it.",
        },
        new("NET-004", "service-nodeport-lb", Medium, "KL:exposed-services KS:service-type",
            Every.Object("Service", one => one.Spec["type"] is { Text: "NodePort" or "LoadBalancer" } it ? it.Says($"is open to outside the cluster as {it.Text}") : null))
        {
            Title = "Service is open to the outside",
            Remedy = "Behind an Ingress or Gateway it has TLS, authentication and limits. Use ClusterIP, or suppress this where it is meant.",
        },
        new("NET-005", "service-dangling", Medium, "KL:dangling-service KS:service-targets-pod",
            Every.Object("Service", (bundle, one) => one.Spec["type"].Text != "ExternalName" && one.Spec["selector"] is var it && it.Members.Any() && !bundle.WithLabels(one.Home, it).Any()
                ? it.Says("no pod here has these labels")
                : null))
        {
            Title = "Service without pods",
            Remedy = "Nobody answers. Compare the selector with the labels of the pods, or scan their manifests too.",
        },
        new("NET-006", "ingress-dangling", Medium, "KL:dangling-ingress KS:ingress-targets-service", Every.Object("Ingress", Backends.Missing))
        {
            Title = "Ingress without its Service",
            Remedy = "Requests get a 503. Correct name and port, or scan the Service's manifest too.",
        },
        new("NET-007", "ingress-no-tls", High, "PO:tlsSettingsMissing",
            bundle => Every.Object("Ingress", one => one.Spec["tls"].Items.Any() ? null : one.Spec["tls"].Says("serves without TLS"))(bundle)
                .Concat(Every.Object("Gateway", one => one.Spec["listeners"].Items.Where(listener => listener["protocol"].Text is "HTTP" or "TCP").Select(listener => listener["protocol"].Says($"the listener {listener["name"].Text} serves without TLS")))(bundle)))
        {
            Title = "Served without TLS",
            Remedy = "Everybody on the way reads along. Add tls with a certificate; cert-manager makes them.",
        },
        new("NET-008", "ingress-wildcard-host", Low, "W",
            Every.Object("Ingress", one => one.Spec["rules"].Items.Select(rule => rule["host"]).Where(it => it.Text is null or "" || it.Text.StartsWith('*'))
                .Select(it => it.Says(it.Text is { Length: > 0 } ? $"answers for {it.Text}" : "answers for every host"))))
        {
            Title = "Answers for every host",
            Remedy = "Requests for names that are somebody else's arrive here too. Name the hosts.",
        },
        new("NET-009", "ingress-snippet", High, "W",
            Every.Object("Ingress", one => one.Annotations.Members.Where(it => s_snippets.Any(snippet => it.Key == "nginx.ingress.kubernetes.io/" + snippet)).Select(it => it.Says($"writes into the proxy's configuration with {it.Key.Split('/')[1]}"))))
        {
            Title = "Snippet of proxy configuration",
            Remedy = "Whoever may change the Ingress can read the proxy's Secrets, which are those of all. Use annotations of their own, or a plugin.",
        },
        new("NET-010", "ingress-nginx-retired", Low, "W",
            bundle => Every.Object("Ingress", (all, one) => ((Field[])[one.Spec["ingressClassName"], one.Annotations[ClassAnnotation]])
                    .FirstOrDefault(it => it.Text is { } name && IsRetired(all, name))?.Says("is served by ingress-nginx, which ended in March 2026"))(bundle)
                .Concat(Every.Object("IngressClass", one => one.Spec["controller"] is { Text: "k8s.io/ingress-nginx" } it ? it.Says("is served by ingress-nginx, which ended in March 2026") : null)(bundle)))
        {
            Title = "Ingress controller without maintenance",
            Remedy = "Flaws are not mended any more. Move to the Gateway API or to another controller.",
        },
        new("NET-011", "ssh-port", Medium, "KL:ssh-port",
            bundle => Every.Container(c => c.Field["ports"].Items.Select(port => port["containerPort"]).Where(it => it.Integer == SshPort).Select(it => it.Says("offers SSH")))(bundle)
                .Concat(Every.Object("Service", one => one.Spec["ports"].Items.Select(port => ((Field[])[port["port"], port["targetPort"]]).FirstOrDefault(it => it.Integer == SshPort)).OfType<Field>().Select(it => it.Says("offers SSH")))(bundle)))
        {
            Title = "SSH in a container",
            Remedy = "Keys and logins beside Kubernetes' own. Use kubectl exec, which is authenticated and audited.",
        },
        new("NET-012", "privileged-port", Info, "KL:privileged-ports",
            Every.Container(c => c.Field["ports"].Items.Select(port => port["containerPort"]).Where(it => it.Integer is > 0 and < FirstFreePort).Select(it => it.Says($"listens on port {it.Text}"))))
        {
            ByDefault = false,
            Title = "Port below 1024",
            Remedy = "It tempts into running as root. Listen above 1024 and let the Service have the small number.",
        },
        new("NET-013", "invalid-target-port", Medium, "KL:invalid-target-ports KS:container-ports-check", bundle => Ports.OfContainers(bundle).Concat(Ports.OfServices(bundle)))
        {
            Title = "Port that can't be",
            Remedy = "Numbers go from 1 to 65535; names have at most 15 lower-case letters, digits and hyphens with a letter among them, and stand in the pod.",
        },
        new("NET-014", "external-ips", Medium, "W",
            Every.Object("Service", one => one.Spec["externalIPs"] is { } ips && ips.Items.Any() ? ips.Says("takes over traffic to addresses that are not its own (CVE-2020-8554)")
                : one.Spec["externalName"] is { Text: { } name } it && IPAddress.TryParse(name, out _) ? it.Says($"has the address {name} as externalName, which DNS can't answer") : null))
        {
            Title = "Service on addresses from outside",
            Remedy = "Whoever may create Services can catch traffic. Use a LoadBalancer; for a fixed address an EndpointSlice.",
        },
        new("NET-015", "lb-source-ranges", Low, "W",
            Every.Object("Service", one => one.Spec["type"] is { Text: "LoadBalancer" } it && !one.Spec["loadBalancerSourceRanges"].Items.Any() && !one.Annotations[SourceRangesAnnotation].Exists && !IsInternal(one) ? it.Says("is open to the whole internet") : null))
        {
            Title = "Load balancer open to everybody",
            Remedy = "List the clients in loadBalancerSourceRanges, or make it internal.",
        },
    ]);

    /// <summary>By the class's own controller when it is here: F5's controller has the same usual name.</summary>
    private static bool IsRetired(Bundle bundle, string name) =>
        bundle.Find("IngressClass", "", name)?.Spec["controller"].Text is { } controller ? controller == "k8s.io/ingress-nginx" : name == "nginx";

    private static bool IsInternal(KubernetesObject service) => service.Annotations.Members.Any(static it => InternalBalancer().IsMatch($"{it.Key}={it.Text}"));

    [GeneratedRegex(@"(load-balancer-internal|load-balancer-type|load-balancer-scheme|aws-load-balancer-scheme)=(""?true|internal)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InternalBalancer();
}
