using System.IO.Enumeration;
using Weir.Manifests.Checks;
using Weir.Manifests.Objects;

namespace Weir.Manifests.Scanning;

/// <summary>
/// Reasons why findings are expected: annotations of the object or of its pod template, and rules of the configuration. Own form:
/// <c>weir.io/ignore: "SEC-007=reason"</c>, several between semicolons or lines, <c>SEC-007@container=reason</c> for one container.
/// Those of kube-linter, kube-score and Polaris are honoured by the names these tools have for a check.
/// </summary>
internal sealed class Suppressions(SmellOptions options)
{
    private const string Own = "weir.io/ignore";
    private const string KubeLinter = "ignore-check.kube-linter.io/";
    private const string KubeLinterAll = "kube-linter.io/ignore-all";
    private const string KubeScore = "kube-score/ignore";
    private const string Polaris = "polaris.fairwinds.com/";
    private const string PolarisAll = "polaris.fairwinds.com/exempt";

    private readonly Dictionary<KubernetesObject, List<Entry>> _known = [];
    private readonly List<string> _notes = [];

    private readonly record struct Entry(Func<Check, bool> Covers, string? Container, string Reason);

    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads all annotations first, so that a mistaken one is told even where nothing is found.</summary>
    public void Learn(Bundle bundle)
    {
        foreach (var one in bundle.Objects)
        {
            IEnumerable<Field> annotations = one.Annotations.Members;
            if (bundle.PodOf(one) is { } pod && one.Kind != "Pod") annotations = annotations.Concat(pod.Annotations.Members);
            var entries = annotations.SelectMany(annotation => Read(one, annotation)).ToList();
            if (entries.Count > 0) _known[one] = entries;
        }
    }

    /// <returns>The reason; null when it is not expected.</returns>
    public string? Reason(Check check, Hit hit)
    {
        if (hit.Object is not null && _known.TryGetValue(hit.Object, out var entries))
        {
            foreach (var entry in entries)
                if (entry.Covers(check) && (entry.Container is null || entry.Container == hit.Container)) return entry.Reason;
        }

        return options.Ignored.FirstOrDefault(rule => Fits(rule, check, hit))?.Reason;
    }

    private List<Entry> Read(KubernetesObject one, Field annotation)
    {
        var (key, text) = (annotation.Key, annotation.Text ?? "");
        if (key == Own) return Owned(one, annotation, text);
        if (key.StartsWith(KubeLinter, StringComparison.Ordinal))
            return [new Entry(check => check.NamesAt("KL").Contains(key[KubeLinter.Length..]), null, Because(text, "kube-linter"))];
        if (key == KubeLinterAll) return [new Entry(static _ => true, null, Because(text, "kube-linter"))];
        if (key == KubeScore)
        {
            var names = text.Split(',', StringSplitOptions.TrimEntries);
            return [new Entry(check => check.NamesAt("KS").Any(names.Contains), null, "ignored for kube-score")];
        }

        if (key == PolarisAll) return text == "true" ? [new Entry(static _ => true, null, "exempt for Polaris")] : [];
        return key.StartsWith(Polaris, StringComparison.Ordinal) && key.EndsWith("-exempt", StringComparison.Ordinal) && text == "true"
            ? [new Entry(check => check.NamesAt("PO").Contains(key[Polaris.Length..^"-exempt".Length]), null, "exempt for Polaris")]
            : [];
    }

    private List<Entry> Owned(KubernetesObject one, Field annotation, string text)
    {
        var entries = new List<Entry>();
        foreach (var part in text.Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var target = (equals < 0 ? part : part[..equals]).Trim().Split('@', 2);
            var reason = equals < 0 ? "" : part[(equals + 1)..].Trim();
            var check = CheckCatalog.Find(target[0]);
            if (check is null) _notes.Add($"{one.File}:{annotation.Line}: {Own} names {target[0]}, which is no check");
            else if (reason.Length == 0) _notes.Add($"{one.File}:{annotation.Line}: {Own} ignores {check.Id} without a reason; write {check.Id}=reason");
            else entries.Add(new Entry(other => other == check, target.ElementAtOrDefault(1), reason));
        }

        return entries;
    }

    private static bool Fits(IgnoreRule rule, Check check, Hit hit) =>
        (rule.Check is null || rule.Check == check) && Like(rule.Kind, hit.Object?.Kind) && Like(rule.Namespace, hit.Object?.Home) && Like(rule.Name, hit.Object?.Name)
        && Like(rule.Container, hit.Container) && Like(rule.File, hit.File);

    private static bool Like(string? pattern, string? text) => pattern is null || (text is not null && FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false));

    private static string Because(string text, string tool) => text.Length > 0 ? text : $"ignored for {tool}";
}
