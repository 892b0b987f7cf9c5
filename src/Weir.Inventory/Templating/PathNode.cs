using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;

namespace Weir.Inventory.Templating;

/// <summary>One place in the tree of a service's paths: a literal segment, or a parameter that stands for many.</summary>
internal sealed class PathNode(PathNode? parent, string text, bool isParameter)
{
    public PathNode? Parent { get; private set; } = parent;

    /// <summary>The literal, or what follows the value of a parameter: <c>.json</c>, <c>:cancel</c>, mostly nothing.</summary>
    public string Text { get; } = text;

    public bool IsParameter { get; } = isParameter;

    /// <summary>What the text of a literal looks like.</summary>
    public SegmentKind Kind { get; init; }

    public Dictionary<string, PathNode> Literals { get; } = new(StringComparer.Ordinal);

    public List<PathNode> Parameters { get; } = [];

    /// <summary>Keys are method, or method and operation.</summary>
    public Dictionary<string, Endpoint> Endpoints { get; } = new(StringComparer.Ordinal);

    /// <summary>Of a parameter; null for a literal.</summary>
    public ValueStatistics? Values { get; init; }

    /// <summary>Calls through or to here.</summary>
    public long Calls { get; set; }

    /// <summary>Calls to here that ended with a slash.</summary>
    public long Slashed { get; set; }

    /// <summary>Calls to here.</summary>
    public long Ended { get; set; }

    /// <summary>Something at or below here was confirmed.</summary>
    public bool Confirmed { get; set; }

    /// <summary>A parameter for values whose text says nothing: also what looks like a route goes in.</summary>
    public bool TakesText { get; set; }

    public Reason Reason { get; set; }

    /// <summary>What a person says about what follows here.</summary>
    public Pin ChildPin { get; set; }

    /// <summary>Name that a person gave to this parameter; null for the derived one.</summary>
    public string? PinnedName { get; set; }

    /// <summary>A person keeps this literal beside the parameter.</summary>
    public bool Kept { get; set; }

    /// <summary>Things are made here: a POST was answered with the Location of a child.</summary>
    public bool Creates { get; set; }

    /// <summary>Where answers repeat this literal; 0 when nowhere.</summary>
    public int EchoPlace { get; set; }

    public PathNode? Parameter(string suffix)
    {
        foreach (var node in Parameters)
            if (node.Text == suffix) return node;
        return null;
    }

    public void MoveTo(PathNode parent) => Parent = parent;

    /// <summary>Nodes from here on, this one included.</summary>
    public IEnumerable<PathNode> Subtree()
    {
        yield return this;
        foreach (var child in Literals.Values.Concat(Parameters))
            foreach (var below in child.Subtree()) yield return below;
    }

    /// <summary>
    /// What a client sees below here, names left out: methods, and shapes of what they give, down to four levels. Routes of their own
    /// differ in it; values of one parameter do not.
    /// </summary>
    public void CollectProfile(HashSet<int> profile, HashSet<int> shapes, int depth = 0)
    {
        foreach (var (method, endpoint) in Endpoints)
        {
            if (!endpoint.Confirmed) continue;
            var path = HashCode.Combine(depth, string.GetHashCode(method, StringComparison.Ordinal));
            profile.Add(path);
            endpoint.CollectShape(shapes, path);
        }

        if (depth == 4) return;
        foreach (var (name, child) in Literals)
        {
            if (!child.Confirmed) continue;
            // The names of what is below a value are the same for every value, if they are routes.
            if (child.Kind is SegmentKind.Word or SegmentKind.Reserved) profile.Add(HashCode.Combine(depth, string.GetHashCode(name, StringComparison.Ordinal), "/"));
            child.CollectProfile(profile, shapes, depth + 1);
        }

        foreach (var child in Parameters.Where(static child => child.Confirmed)) child.CollectProfile(profile, shapes, depth + 1);
    }

    /// <summary>Takes over everything that was learned at and below another place.</summary>
    public void Absorb(PathNode other)
    {
        Calls += other.Calls;
        Ended += other.Ended;
        Slashed += other.Slashed;
        Confirmed |= other.Confirmed;
        Creates |= other.Creates;
        if (ChildPin == Pin.None) ChildPin = other.ChildPin;
        if (other.Values is not null) Values?.Merge(other.Values);
        foreach (var (key, endpoint) in other.Endpoints)
        {
            if (Endpoints.TryGetValue(key, out var mine))
            {
                mine.Merge(endpoint);
                continue;
            }

            endpoint.Node = this;
            Endpoints.Add(key, endpoint);
        }

        foreach (var (name, child) in other.Literals)
        {
            if (Literals.TryGetValue(name, out var mine))
            {
                mine.Absorb(child);
                continue;
            }

            child.MoveTo(this);
            Literals.Add(name, child);
        }

        foreach (var child in other.Parameters)
        {
            if (Parameter(child.Text) is { } mine)
            {
                mine.TakesText |= child.TakesText;
                mine.Absorb(child);
                continue;
            }

            child.MoveTo(this);
            Parameters.Add(child);
        }
    }
}
