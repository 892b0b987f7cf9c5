using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;

namespace Weir.Inventory.Templating;

/// <summary>
/// Decides from what siblings have in common which of them are values of one parameter. docs/decisions/0013 gives the reasons, and
/// docs/templating.md what it is worth. Decisions are made when something new is known: a child, an echo, a doubled number of calls.
/// </summary>
internal sealed class TemplateRules(PathTree tree, CatalogueLimits limits)
{
    /// <summary>Share of what one sibling gives that the other gives too, from which on they give the same kind of thing.</summary>
    private const double AlikeShare = 0.8;

    /// <summary>Evidence that a group needs before it is a parameter; a title counts 3, an unknown word 2, a dictionary word 1.</summary>
    private const double NeededEvidence = 8;

    /// <summary>Answers in a row that fit nothing before a value becomes a route again.</summary>
    private const int MisfitsToSplit = 3;

    /// <summary>Looks at every place of a path that has just been called. True when something was merged.</summary>
    public bool Learn(PathNode end, EchoProbe? probe)
    {
        var changed = false;
        var depth = TemplateDepth(end) - 1;
        for (var node = end; node.Parent is { } parent; node = parent, depth--)
        {
            if (node.IsParameter) continue;
            var news = false;
            if (probe?.PlaceOf(depth) is { } place and not 0 && node.EchoPlace == 0) (node.EchoPlace, news) = (place, true);
            if (parent.Literals.Count + parent.Parameters.Count < 2 && !parent.Creates) continue;
            if (news || (node.Calls & (node.Calls - 1)) == 0) changed |= Look(parent);
        }

        return changed;
    }

    /// <summary>Looks at a place and at all below it, where much has come at once.</summary>
    public void LookBelow(PathNode node)
    {
        while (Look(node))
        {
            // Each time a group became a parameter; there may be another.
        }

        foreach (var child in node.Literals.Values.Concat(node.Parameters).ToList()) LookBelow(child);
    }

    /// <summary>A POST to this place was answered with the Location of something below it.</summary>
    public void MarkCreates(PathNode node)
    {
        if (node.Creates) return;
        node.Creates = true;
        Look(node);
    }

    /// <summary>An answer from a value of this parameter was like none before. A dictionary word for which that goes on is a route.</summary>
    public void Misfit(PathNode parameter, ReadOnlySpan<char> value)
    {
        if (parameter.Values is not { } values || parameter.Parent is not { ChildPin: Pin.None } parent) return;
        if (!values.Top.TryGet(value, out var counted)) return;
        counted.Misfits++;
        if (counted.Misfits < MisfitsToSplit || counted.Misfits * 2 < counted.Count) return;
        if (SegmentClassifier.Classify(value, "", 9).Kind.IsValue()) return;
        if (tree.LiteralOf(parent, value, SegmentKind.Word) is { } literal) literal.Reason = Reason.Repaired;
        values.Top.Remove(value.ToString());
    }

    /// <summary>All that follows a place becomes one parameter, because a person says so.</summary>
    public void MergeAll(PathNode parent, string? name, Func<string, bool> isKept)
    {
        if (tree.ParameterOf(parent, "", Reason.Person) is not { } parameter) return;
        (parameter.Reason, parameter.TakesText, parameter.PinnedName) = (Reason.Person, true, name ?? parameter.PinnedName);
        var structure = parent.Parent is null ? "" : TemplateText.Structure(parent);
        Merge(parent, [.. parent.Literals.Values.Where(child => !child.Kept && !isKept($"{structure}/{child.Text}"))], Reason.Person);
    }

    /// <summary>The parameters of a place become routes, named by their most frequent values.</summary>
    public void Split(PathNode parent)
    {
        foreach (var parameter in parent.Parameters.ToList())
        {
            foreach (var (value, counted) in parameter.Values!.Top.Entries.OrderByDescending(static one => one.Value.Count))
            {
                if (tree.LiteralOf(parent, value + parameter.Text, SegmentKind.Text) is not { } literal) break;
                (literal.Reason, literal.Calls) = (Reason.Person, literal.Calls + counted.Count);
            }

            foreach (var endpoint in parameter.Subtree().SelectMany(static node => node.Endpoints.Values)) endpoint.Release();
            tree.Remove(parameter);
        }
    }

    /// <summary>A place has as many literals as it may: those that nobody confirmed go, else those that look least like routes become a parameter.</summary>
    public bool MakeRoom(PathNode parent)
    {
        if (parent.Literals.Count < limits.MaxLiteralsPerNode) return false;
        var unconfirmed = parent.Literals.Values.Where(static child => !child.Confirmed && !child.Kept).ToList();
        if (unconfirmed.Count > 0)
        {
            foreach (var child in unconfirmed)
            {
                foreach (var endpoint in child.Subtree().SelectMany(static node => node.Endpoints.Values)) endpoint.Release();
                tree.Remove(child);
            }

            return true;
        }

        var open = parent.Literals.Values.Where(static child => !child.Kept && child.Kind != SegmentKind.Reserved && child.ChildPin == Pin.None)
            .OrderByDescending(static child => Evidence(child)).ThenBy(static child => child.Calls).Take(limits.MaxLiteralsPerNode * 3 / 4).ToList();
        return open.Count > 0 && Merge(parent, open, Reason.TooMany);
    }

    private static int TemplateDepth(PathNode node)
    {
        var depth = 0;
        for (; node.Parent is not null; node = node.Parent) depth++;
        return depth;
    }

    private bool Look(PathNode parent)
    {
        if (parent.ChildPin != Pin.None) return false;
        var open = parent.Literals.Values.Where(static child =>
            child.Confirmed && !child.Kept && child.Kind != SegmentKind.Reserved && child.Reason != Reason.Repaired).ToList();
        if (open.Count == 0) return false;
        return Locales(parent, open) || Versions(parent, open) || Echoes(parent, open) || LikeParameter(parent, open) || Alike(parent, open);
    }

    private bool Locales(PathNode parent, List<PathNode> open)
    {
        var locales = open.FindAll(static child => child.Kind == SegmentKind.Locale);
        return locales.Count >= 3 && Merge(parent, locales, Reason.Locales);
    }

    private bool Versions(PathNode parent, List<PathNode> open)
    {
        var versions = open.FindAll(static child => child.Kind == SegmentKind.Version);
        return versions.Count >= 2 && Merge(parent, versions, Reason.Alike);
    }

    private bool Echoes(PathNode parent, List<PathNode> open)
    {
        foreach (var group in open.Where(static child => child.EchoPlace != 0).GroupBy(static child => child.EchoPlace))
            if (group.Count() >= 2 && group.Sum(Evidence) >= 4) return Merge(parent, [.. group], Reason.Echoed);
        return false;
    }

    /// <summary>Siblings of a parameter that exists: one that gives what the parameter gives is one of its values.</summary>
    private bool LikeParameter(PathNode parent, List<PathNode> open)
    {
        if (parent.Parameter("") is not { Confirmed: true } parameter || parameter.Reason == Reason.Locales) return false;
        var theirs = Profile.Of(parameter);
        var alike = open.FindAll(child => (child.Kind != SegmentKind.Word || parameter.TakesText || child.EchoPlace != 0) && child.Kind != SegmentKind.Locale
            && Profile.Of(child) is var mine && (mine.IsAlike(theirs, AlikeShare) ? mine.HasShape || parameter.TakesText : parameter.TakesText && mine.IsPartOf(theirs, AlikeShare, child.Kind == SegmentKind.Word)));
        return alike.Count > 0 && Merge(parent, alike, Reason.LikeParameter);
    }

    private bool Alike(PathNode parent, List<PathNode> open)
    {
        if (parent.Creates && open.FindAll(static child => child.Kind is SegmentKind.Text or SegmentKind.Slug && child.Literals.Count <= 4) is { Count: >= 2 } made)
            return Merge(parent, made, Reason.Created);
        if (open.Count < 3) return false;
        var needed = NeededEvidence;
        if (parent.Parent is null) needed *= 4;
        else if (parent.IsParameter) needed *= 1.5;
        else if (parent.Endpoints.Keys.Any(static method => method == "GET") || WordList.LooksPlural(parent.Text)) needed *= 0.75;
        else needed *= 1.5;
        var profiles = open.ConvertAll(child => (Node: child, Profile: Profile.Of(child)));
        foreach (var (_, seed) in profiles.OrderByDescending(static one => one.Node.Calls))
        {
            var group = profiles.FindAll(one => one.Profile.IsAlike(seed, AlikeShare));
            if (group.Count < 3) continue;
            var known = group.Count(static one => one.Profile.HasShape) * 2 > group.Count;
            if (group.Sum(static one => Evidence(one.Node)) >= (known ? needed : needed * 2)) return Merge(parent, group.ConvertAll(static one => one.Node), Reason.Alike);
        }

        return false;
    }

    private static int Evidence(PathNode child) => child.Kind switch
    {
        SegmentKind.Slug => 3,
        SegmentKind.Word => 1,
        _ => 2,
    };

    private bool Merge(PathNode parent, List<PathNode> children, Reason reason)
    {
        if (tree.ParameterOf(parent, "", reason) is not { } parameter) return false;
        if (parameter.Reason == Reason.Form && reason != Reason.LikeParameter) parameter.Reason = reason;
        parameter.TakesText |= reason is not Reason.Locales;
        foreach (var child in children)
        {
            parent.Literals.Remove(child.Text);
            var (first, last) = Times(child);
            var counted = parameter.Values!.Add(child.Text, child.Kind, last, child.Confirmed, child.Calls);
            counted.FirstNs = counted.FirstNs == last ? first : Math.Min(counted.FirstNs, first);
            parameter.Absorb(child);
        }

        tree.Recount();
        // What follows several values is compared anew, now that it stands together.
        Look(parameter);
        foreach (var child in parameter.Literals.Values.ToList()) Look(child);
        return true;
    }

    private static (long First, long Last) Times(PathNode node)
    {
        var (first, last) = (long.MaxValue, 0L);
        foreach (var endpoint in node.Subtree().SelectMany(static one => one.Endpoints.Values))
            (first, last) = (Math.Min(first, endpoint.FirstNs), Math.Max(last, endpoint.LastNs));
        return (Math.Min(first, last), last);
    }

    /// <summary>What a place looks like from outside, names left out.</summary>
    private sealed class Profile
    {
        /// <summary>GET at the place itself.</summary>
        private static readonly int s_get = HashCode.Combine(0, string.GetHashCode("GET", StringComparison.Ordinal));

        private readonly HashSet<int> _structure = [];
        private readonly HashSet<int> _shape = [];

        public bool HasShape => _shape.Count >= 2;

        public static Profile Of(PathNode node)
        {
            var profile = new Profile();
            node.CollectProfile(profile._structure, profile._shape);
            return profile;
        }

        public bool IsAlike(Profile other, double share)
        {
            if (_structure.Count == 0 || other._structure.Count == 0) return false;
            if (Contained(_structure, other._structure) < 0.99) return false;
            if (!HasShape || !other.HasShape) return HasShape == other.HasShape && Contained(_shape, other._shape) > 0.5;
            return Contained(_shape, other._shape) >= share && _shape.Count * 2 >= other._shape.Count && other._shape.Count * 2 >= _shape.Count;
        }

        /// <summary>
        /// All that is seen of it is also seen of the other: one of its values that was called less. A word has to show something that routes
        /// beside a parameter rarely have: an answer of the same shape, or another method than GET.
        /// </summary>
        public bool IsPartOf(Profile other, double share, bool isWord)
        {
            if (_structure.Count == 0 || !_structure.IsSubsetOf(other._structure)) return false;
            if (_shape.Count == 0) return !isWord || !_structure.Contains(s_get);
            return _shape.Count(other._shape.Contains) >= share * _shape.Count;
        }

        /// <summary>The part of the smaller set that is also in the larger.</summary>
        private static double Contained(HashSet<int> one, HashSet<int> other)
        {
            var (small, large) = one.Count <= other.Count ? (one, other) : (other, one);
            return small.Count == 0 ? 1 : small.Count(large.Contains) / (double)small.Count;
        }
    }
}
