using System.Globalization;
using Weir.Cli.Commands;

namespace Weir.Cli.Compatibility;

/// <summary>
/// <c>--input-raw k8s://…</c> with its skips, as an expression over the server of a call. GoReplay asks the cluster for addresses and
/// captures those; Weir captures the node and asks who the server was, so a pod that starts or moves is never missed.
/// </summary>
internal sealed class KubernetesSelection
{
    private static readonly Dictionary<string, Func<string, string>> s_kinds = new(StringComparer.Ordinal)
    {
        ["pod"] = name => $"dst.pod.name == {Quoted(name)}",
        ["service"] = name => $"dst.service.name == {Quoted(name)}",
        ["deployment"] = name => Workload("Deployment", name),
        ["daemonset"] = name => Workload("DaemonSet", name),
        ["statefulset"] = name => Workload("StatefulSet", name),
        ["labelSelector"] = Labels,
    };

    private readonly List<string> _wanted = [];
    private readonly List<string> _skipped = [];
    private bool _everything;

    /// <param name="address"><c>k8s://[NAMESPACE/]KIND[/NAME][:PORTS]</c>.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public void Want(string address)
    {
        var path = address["k8s://".Length..];
        var colon = path.LastIndexOf(':');
        var ports = colon < 0 ? "" : path[(colon + 1)..];
        var parts = (colon < 0 ? path : path[..colon]).Trim('/').Split('/', StringSplitOptions.TrimEntries);
        var kind = Array.FindIndex(parts, 0, Math.Min(2, parts.Length), s_kinds.ContainsKey);
        if (kind < 0 && parts is not [""])
        {
            throw new UsageException(
                $"--input-raw {address}: none of k8s://[NAMESPACE/]KIND/NAME[:PORTS], where KIND is one of {string.Join(", ", s_kinds.Keys)}");
        }

        var name = kind < 0 ? "" : string.Join('/', parts[(kind + 1)..]);
        if (name.Length == 0 && kind >= 0 && parts[kind] != "service") throw new UsageException($"--input-raw {address}: which {parts[kind]}?");
        string?[] conditions =
        [
            kind == 1 ? $"dst.namespace == {Quoted(parts[0])}" : null,
            name.Length > 0 ? s_kinds[parts[kind]](name) : null,
            ports is "" or "0" ? null : $"dst.port in [{string.Join(", ", ports.Split(',').Select(port => Port(address, port)))}]",
        ];
        var all = string.Join(" && ", conditions.OfType<string>());
        if (all.Length == 0) _everything = true;
        else _wanted.Add($"({all})");
    }

    public void SkipNamespace(string name) => _skipped.Add($"dst.namespace != {Quoted(name)}");

    public void SkipService(string name) => _skipped.Add($"dst.service.name != {Quoted(name)}");

    /// <summary>The expression; null when everything is wanted, for which no cluster is needed.</summary>
    public string? Expression()
    {
        var wanted = _everything || _wanted.Count == 0 ? null : $"({string.Join(" || ", _wanted)})";
        var parts = _skipped.Prepend(wanted).OfType<string>().ToList();
        return parts.Count == 0 ? null : string.Join(" && ", parts);
    }

    private static string Workload(string kind, string name) => $"dst.workload.kind == {Quoted(kind)} && dst.workload.name == {Quoted(name)}";

    private static string Labels(string selector) =>
        string.Join(" && ", selector.Split(',').Select(one => one.Split('=', 2)).Select(pair =>
            pair.Length == 2
                ? $"dst.labels[{Quoted(pair[0].Trim())}] == {Quoted(pair[1].Trim())}"
                : throw new UsageException($"labelSelector/{selector}: labels are chosen as KEY=VALUE,KEY=VALUE")));

    private static string Port(string address, string port) =>
        ushort.TryParse(port.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : throw new UsageException($"--input-raw {address}: '{port}' is no port");

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
