using System.Text.RegularExpressions;
using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>Ports of containers and Services: possible numbers and names, and names that lead somewhere.</summary>
internal static partial class Ports
{
    private const int MaxPort = 65_535;
    private const int MaxNameLength = 15;

    public static IEnumerable<Hit> OfContainers(Bundle bundle) => Every.Container(c => c.Field["ports"].Items
        .SelectMany(port => ((Field?[])[BadNumber(port["containerPort"]), BadName(port["name"])]).OfType<Field>())
        .Concat(c.Field["ports"].Items.Select(port => port["name"]).Where(static name => name.Exists).GroupBy(static name => name.Text).SelectMany(static same => same.Skip(1)))
        .Select(static it => it.Says($"the port {it.Text} is not possible, or named twice")))(bundle);

    public static IEnumerable<Hit> OfServices(Bundle bundle) => Every.Object("Service", (all, one) => one.Spec["ports"].Items.SelectMany(port => OfService(all, one, port)))(bundle);

    private static IEnumerable<Spot> OfService(Bundle bundle, KubernetesObject service, Field port)
    {
        if (BadNumber(port["port"]) is { } bad) yield return bad.Says($"the port {bad.Text} is not possible");
        var target = port["targetPort"];
        if (!target.Exists) yield break;
        if (target.Integer is not null)
        {
            if (BadNumber(target) is not null) yield return target.Says($"the port {target.Text} is not possible");
            yield break;
        }

        if (BadName(target) is not null)
        {
            yield return target.Says($"the port name {target.Text} is not possible");
            yield break;
        }

        var pods = bundle.WithLabels(service.Home, service.Spec["selector"]).ToList();
        if (pods.Count > 0 && !pods.SelectMany(static pod => pod.Containers).SelectMany(static c => c.Field["ports"].Items).Any(one => one["name"].Text == target.Text))
            yield return target.Says($"no container behind it has a port named {target.Text}");
    }

    private static Field? BadNumber(Field port) => !port.Exists || port.Integer is >= 1 and <= MaxPort ? null : port;

    /// <summary>RFC 6335 §5.1, in lower case as Kubernetes wants it.</summary>
    private static Field? BadName(Field name) => name.Text is not { } text || (text.Length <= MaxNameLength && Name().IsMatch(text)) ? null : name;

    [GeneratedRegex(@"^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
