using System.Text.Json;
using Weir.Manifests.Checks;
using Weir.Manifests.Images;
using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Scanning;

/// <summary>Takes manifests, then says what is wrong with them. Checks that compare objects see all that were added.</summary>
public sealed class SmellScanner(SmellOptions? options = null, ManifestLimits? limits = null)
{
    private const int MaxTextLength = 1024;

    private readonly SmellOptions _options = options ?? SmellOptions.Default;
    private readonly ManifestLimits _limits = limits ?? ManifestLimits.Default;
    private readonly List<KubernetesObject> _objects = [];
    private readonly List<ManifestProblem> _problems = [];
    private readonly List<ImageReport> _images = [];
    private bool _full;

    /// <summary>Documents that are no Kubernetes objects and were passed over.</summary>
    public int Foreign { get; private set; }

    /// <summary>Adds a file of one or more YAML or JSON documents.</summary>
    /// <param name="file">Its name for findings.</param>
    /// <param name="content">All of it.</param>
    /// <param name="onlyObjects">What is no Kubernetes object is a problem, rather than a file of something else.</param>
    public void Add(string file, ReadOnlySpan<byte> content, bool onlyObjects)
    {
        var documents = new List<ManifestDocument>();
        var known = _problems.Count;
        ManifestReader.Read(file, content, _limits, documents, _problems);
        if (onlyObjects && documents.Count == 0 && _problems.Count == known) _problems.Add(new ManifestProblem(file, 0, 0, "holds no document"));
        foreach (var document in documents) Add(Field.Root(document.Root), file, onlyObjects);
    }

    /// <summary>Adds an object, or a list of objects, of the Kubernetes API.</summary>
    public void Add(string source, JsonElement element) => Add(Field.Root(JsonTree.From(element)), source, onlyObjects: true);

    public async Task AddAsync(IManifestSource source, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(source);
        await foreach (var element in source.ReadAsync(cancel).ConfigureAwait(false)) Add(source.Name, element);
    }

    /// <summary>Adds what a scanner found in an image, for IMG-006.</summary>
    public void Add(ImageReport image) => _images.Add(image);

    /// <summary>Adds something that could not be read at all.</summary>
    public void Add(ManifestProblem problem) => _problems.Add(problem);

    public SmellReport Scan()
    {
        var bundle = new Bundle(_objects, [.. _problems], _options, _images);
        var suppressions = new Suppressions(_options);
        suppressions.Learn(bundle);
        var (found, expected) = (new List<SmellFinding>(), new List<SmellFinding>());
        var omitted = 0;
        foreach (var check in CheckCatalog.All.Where(_options.Runs))
        {
            foreach (var hit in check.Find(bundle))
            {
                var finding = Finding(check, hit, suppressions.Reason(check, hit));
                if (found.Count + expected.Count >= _limits.MaxFindings) omitted++;
                else (finding.Suppressed is null ? found : expected).Add(finding);
            }
        }

        return new SmellReport
        {
            Findings = [.. Ordered(found)], Suppressed = [.. Ordered(expected)], Notes = [.. suppressions.Notes], Objects = _objects.Count, Omitted = omitted,
        };
    }

    private SmellFinding Finding(Check check, Hit hit, string? suppressed) => new()
    {
        Check = check,
        Severity = _options.Severities.TryGetValue(check.Id, out var chosen) ? chosen : hit.Severity ?? check.Severity,
        Message = Cut(hit.Message)!,
        File = hit.File,
        Line = hit.Line,
        Column = hit.Column,
        Path = Cut(hit.Path)!,
        Kind = Cut(hit.Object?.Kind),
        Namespace = Cut(hit.Object?.Namespace),
        Name = Cut(hit.Object?.Name),
        Container = Cut(hit.Container),
        Suppressed = Cut(suppressed),
    };

    /// <summary>Longer than anything that Kubernetes takes; a file of somebody else can hold more.</summary>
    private static string? Cut(string? text) => text is { Length: > MaxTextLength } ? text[..MaxTextLength] + "…" : text;

    private static IEnumerable<SmellFinding> Ordered(IEnumerable<SmellFinding> findings) => findings
        .OrderByDescending(static one => one.Severity).ThenBy(static one => one.Check.Id, StringComparer.Ordinal)
        .ThenBy(static one => one.File, StringComparer.Ordinal).ThenBy(static one => one.Line).ThenBy(static one => one.Path, StringComparer.Ordinal);

    private void Add(Field document, string file, bool onlyObjects)
    {
        if (_full) return;
        if (document.IsList)
        {
            foreach (var item in document.Items) Add(Field.Root(item.Node!), file, onlyObjects);
            return;
        }

        if (!KubernetesObject.Is(document.Node!))
        {
            Foreign++;
            if (onlyObjects) _problems.Add(new ManifestProblem(file, document.Line, document.Column, "no Kubernetes object: apiVersion and kind have to be there"));
            return;
        }

        var kind = document["kind"].Text ?? "";
        if (kind.EndsWith("List", StringComparison.Ordinal) && document["items"].IsList)
        {
            // An API's own list leaves out what its items are: PodList has pods.
            foreach (var item in document["items"].Items) Add(Item(item, document, kind[..^"List".Length]), file, onlyObjects);
            return;
        }

        if (_objects.Count >= _limits.MaxObjects)
        {
            _full = true;
            _problems.Add(new ManifestProblem(file, document.Line, 0, $"more than {_limits.MaxObjects} objects; this and what follows was not looked at"));
            return;
        }

        _objects.Add(new KubernetesObject(file, document));
    }

    private static Field Item(Field item, Field list, string kind)
    {
        var node = item.Node!;
        if (kind.Length == 0 || KubernetesObject.Is(node) || node.Kind != NodeKind.Map) return Field.Root(node);
        Entry Text(string key, string value) => new(key, node.Line, node.Column, new Node { Kind = NodeKind.Text, Line = node.Line, Column = node.Column, Text = value });
        return Field.Root(new Node
        {
            Kind = NodeKind.Map, Line = node.Line, Column = node.Column, Size = node.Size + 4,
            Entries = [Text("apiVersion", list["apiVersion"].Text ?? ""), Text("kind", kind), .. node.Entries.Where(static entry => entry.Key is not ("apiVersion" or "kind"))],
        });
    }
}
