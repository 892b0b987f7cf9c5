using Weir.Inventory.Schemas;

namespace Weir.Inventory.Templating;

/// <summary>One call on its way through the tree.</summary>
/// <param name="Confirms">The answer proves that the service knows the path.</param>
/// <param name="Succeeded">It was answered with 2xx.</param>
/// <param name="TimeNs">Unix nanoseconds.</param>
/// <param name="Verbatim">The path is a name as it stands, as of a gRPC method: nothing in it is a value.</param>
internal readonly record struct Passage(bool Confirms, bool Succeeded, long TimeNs, bool Verbatim = false);

/// <summary>
/// The paths of one service as a tree that learns which places hold values. Finding the place of a known path allocates nothing. What it
/// decides: <see cref="TemplateRules"/>. Not thread-safe.
/// </summary>
internal sealed class PathTree
{
    /// <summary>Different values of a parameter made of words after which a new word is taken without looking at its answers first.</summary>
    private const int MostOnProbation = 64;

    private readonly CatalogueLimits _limits;
    private readonly Dictionary<string, PinRecord> _pins = new(StringComparer.Ordinal);

    public PathTree(string service, CatalogueLimits limits)
    {
        (_limits, Root) = (limits, new PathNode(null, service, isParameter: false));
        Rules = new TemplateRules(this, limits);
    }

    /// <summary>Text is the service, so that ids of endpoints differ between services.</summary>
    public PathNode Root { get; }

    public TemplateRules Rules { get; }

    public int Nodes { get; private set; } = 1;

    /// <summary>Calls whose path had no room.</summary>
    public long NoRoom { get; private set; }

    public IReadOnlyDictionary<string, PinRecord> Pins => _pins;

    /// <summary>The place of a path, made when it is new; null when there is no room for it.</summary>
    /// <param name="path">Without query.</param>
    /// <param name="passage">What is known of the call.</param>
    /// <param name="probe">Receives one entry a segment, empty for values that are known as such; null for those who do not ask.</param>
    public PathNode? Route(ReadOnlySpan<char> path, in Passage passage, EchoProbe? probe)
    {
        probe?.Clear();
        var node = Root;
        node.Calls++;
        var depth = 0;
        var rest = path;
        while (TryNext(ref rest, depth, out var segment))
        {
            if (Step(node, segment, depth, passage) is not { } next)
            {
                NoRoom++;
                return null;
            }

            next.Calls++;
            probe?.Add(next.IsParameter ? default : segment);
            node = next;
            depth++;
        }

        node.Ended++;
        if (path.Length > 1 && path[^1] == '/') node.Slashed++;
        return node;
    }

    /// <summary>The place of a path as it is now; null when it is not known. Changes nothing.</summary>
    public PathNode? Find(ReadOnlySpan<char> path)
    {
        var node = Root;
        var depth = 0;
        while (TryNext(ref path, depth, out var segment))
        {
            if (node.Literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var literal)) node = literal;
            else
            {
                var read = SegmentClassifier.Classify(segment, Previous(node), depth);
                var parameter = node.Parameter(segment[read.Stem..].ToString()) ?? node.Parameter("");
                if (parameter is null) return null;
                node = parameter;
            }

            depth++;
        }

        return node;
    }

    /// <summary>A person, or a specification, says what a template is: its parameters are values, its literals are routes.</summary>
    /// <returns>False when the template is none or there is no room for it.</returns>
    public bool Accept(string template)
    {
        if (!TemplatePattern.TryParse(template, _limits.MaxSegments, out var parts)) return false;
        if (_pins.Count + parts.Count > _limits.MaxPinsPerService) return false;
        var structure = "";
        foreach (var part in parts)
        {
            if (part.IsParameter) SetPin(structure, new PinRecord(Pin.Parameter, part.Name));
            else SetPin($"{structure}/{part.Text}", Pins.GetValueOrDefault($"{structure}/{part.Text}") with { Keep = true });
            structure += part.IsParameter ? "/{}" + part.Text : "/" + part.Text;
        }

        return true;
    }

    /// <summary>A person says that what stands at one place are routes, not values. What was learned of the parameter goes; its most frequent values become routes.</summary>
    /// <param name="template">As it is shown.</param>
    /// <param name="index">Which segment, from 0; it must be a parameter.</param>
    public bool Undo(string template, int index)
    {
        if (!TemplatePattern.TryParse(template, _limits.MaxSegments, out var parts) || index < 0 || index >= parts.Count || !parts[index].IsParameter) return false;
        if (_pins.Count >= _limits.MaxPinsPerService) return false;
        SetPin(TemplatePattern.Structure(parts.Take(index)), new PinRecord(Pin.Literals, null));
        return true;
    }

    /// <summary>Takes back what a person decided about what follows a place; traffic decides again.</summary>
    public bool Forget(string template, int index) =>
        TemplatePattern.TryParse(template, _limits.MaxSegments, out var parts) && index >= 0 && index < parts.Count
        && RemovePin(TemplatePattern.Structure(parts.Take(index)));

    public void SetPin(string structure, PinRecord pin)
    {
        if (_pins.Count >= _limits.MaxPinsPerService && !_pins.ContainsKey(structure)) return;
        // A literal that is kept may at the same time have something to say about what follows it.
        if (_pins.TryGetValue(structure, out var before)) pin = new PinRecord(pin.Children == Pin.None ? before.Children : pin.Children, pin.Name ?? before.Name, pin.Keep || before.Keep);
        _pins[structure] = pin;
        foreach (var node in Root.Subtree().Where(node => TemplateText.Structure(node) == (structure.Length == 0 ? "/" : structure)).ToList()) Apply(node, pin);
    }

    /// <summary>What people decided about a place, whatever it was before. False when there is no room for it.</summary>
    public bool ReplacePin(string structure, PinRecord pin)
    {
        if (_pins.TryGetValue(structure, out var before) && before == pin) return true;
        if (_pins.Count >= _limits.MaxPinsPerService && !_pins.ContainsKey(structure)) return false;
        _pins.Remove(structure);
        SetPin(structure, pin);
        return true;
    }

    /// <summary>
    /// Takes over another tree of the same service, and looks at every place anew: what neither of the two shows both together may. Decisions
    /// of this one hold; those that it lacks are taken over.
    /// </summary>
    public void Absorb(PathTree other)
    {
        Root.Absorb(other.Root);
        NoRoom += other.NoRoom;
        foreach (var (structure, pin) in other._pins)
            if (_pins.Count < _limits.MaxPinsPerService) _pins.TryAdd(structure, pin);
        if (_pins.Count > 0)
        {
            foreach (var node in Root.Subtree().ToList())
                if (_pins.TryGetValue(node.Parent is null ? "" : TemplateText.Structure(node), out var pin)) Apply(node, pin);
        }

        Rules.LookBelow(Root);
        Recount();
    }

    /// <summary>The child that stands for values, made when there is none; null when there is no room.</summary>
    public PathNode? ParameterOf(PathNode parent, string suffix, Reason reason)
    {
        if (parent.Parameter(suffix) is { } found) return found;
        if (Nodes >= _limits.MaxNodesPerService || parent.Parameters.Count >= 8) return parent.Parameter("");
        var made = new PathNode(parent, suffix, isParameter: true) { Values = new ValueStatistics(_limits), Reason = reason };
        parent.Parameters.Add(made);
        Nodes++;
        ApplyPin(made);
        return made;
    }

    public PathNode? LiteralOf(PathNode parent, ReadOnlySpan<char> text, SegmentKind kind)
    {
        if (parent.Literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var found)) return found;
        if (Nodes >= _limits.MaxNodesPerService || parent.Literals.Count >= _limits.MaxLiteralsPerNode) return null;
        var made = new PathNode(parent, text.ToString(), isParameter: false) { Kind = kind };
        parent.Literals.Add(made.Text, made);
        Nodes++;
        ApplyPin(made);
        return made;
    }

    /// <summary>Forgets a place with everything below it.</summary>
    public void Remove(PathNode node)
    {
        Nodes -= node.Subtree().Count();
        if (node.IsParameter) node.Parent!.Parameters.Remove(node);
        else node.Parent!.Literals.Remove(node.Text);
    }

    /// <summary>A node was absorbed by another.</summary>
    public void Recount() => Nodes = Root.Subtree().Count();

    private PathNode? Step(PathNode node, ReadOnlySpan<char> segment, int depth, in Passage passage)
    {
        if (node.Literals.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var literal)) return literal;
        var read = SegmentClassifier.Classify(segment, Previous(node), depth);
        if (depth == _limits.MaxSegments - 1 && segment.Contains('/')) read = new Segment(SegmentKind.Opaque, segment.Length);
        if (passage.Verbatim) return LiteralOf(node, segment, SegmentKind.Reserved);
        if (node.ChildPin == Pin.Literals) return LiteralOf(node, segment, read.Kind);
        if (node.ChildPin == Pin.Parameter) return Into(PinnedParameter(node, segment, ref read), segment, read, passage);
        if (read.Kind.IsValue())
        {
            var suffix = read.Stem == segment.Length ? "" : SuffixOf(node, segment[read.Stem..]);
            return Into(ParameterOf(node, suffix, Reason.Form), segment, suffix.Length == 0 ? read with { Stem = segment.Length } : read, passage);
        }

        if (node.Parameter("") is { Values: { } values } parameter && Takes(parameter, values, segment, read.Kind, passage.Confirms))
            return Into(parameter, segment, read with { Stem = segment.Length }, passage);
        return LiteralOf(node, segment, read.Kind) ?? (Rules.MakeRoom(node) ? Step(node, segment, depth, passage) : null);
    }

    /// <summary>Whether a segment whose text says nothing goes into the parameter, without becoming a route on probation first.</summary>
    private static bool Takes(PathNode parameter, ValueStatistics values, ReadOnlySpan<char> segment, SegmentKind kind, bool confirms)
    {
        if (kind == SegmentKind.Reserved) return false;
        if (kind == SegmentKind.Locale && values.Kinds[(int)SegmentKind.Locale] > 0) return true;
        if (!parameter.TakesText) return false;
        if (!confirms || kind != SegmentKind.Word || parameter.Reason == Reason.TooMany) return true;
        return values.Top.Contains(segment) || (values.Kinds[(int)SegmentKind.Word] * 2 > values.Samples && values.Distinct > MostOnProbation);
    }

    private static PathNode? Into(PathNode? parameter, ReadOnlySpan<char> segment, Segment read, in Passage passage)
    {
        parameter?.Values!.Add(segment[..read.Stem], read.Kind, passage.TimeNs, passage.Succeeded);
        return parameter;
    }

    private PathNode? PinnedParameter(PathNode node, ReadOnlySpan<char> segment, ref Segment read)
    {
        foreach (var parameter in node.Parameters)
        {
            if (parameter.Text.Length == 0 || segment.Length <= parameter.Text.Length || !segment.EndsWith(parameter.Text)) continue;
            read = read with { Stem = segment.Length - parameter.Text.Length };
            return parameter;
        }

        read = read with { Stem = segment.Length };
        return ParameterOf(node, "", Reason.Person);
    }

    /// <summary>The text of a suffix without a new string for one that is known.</summary>
    private static string SuffixOf(PathNode node, ReadOnlySpan<char> suffix)
    {
        foreach (var parameter in node.Parameters)
            if (suffix.SequenceEqual(parameter.Text)) return parameter.Text;
        return suffix.ToString();
    }

    private static ReadOnlySpan<char> Previous(PathNode node) => node.IsParameter || node.Parent is null ? "" : node.Text;

    /// <summary>Empty segments are passed over; the last one allowed takes all that is left.</summary>
    private bool TryNext(ref ReadOnlySpan<char> path, int depth, out ReadOnlySpan<char> segment)
    {
        path = path.TrimStart('/');
        segment = path;
        if (path.IsEmpty) return false;
        var slash = depth == _limits.MaxSegments - 1 ? -1 : path.IndexOf('/');
        segment = slash < 0 ? path.TrimEnd('/') : path[..slash];
        path = slash < 0 ? default : path[slash..];
        return !segment.IsEmpty;
    }

    private bool RemovePin(string structure)
    {
        if (!_pins.Remove(structure)) return false;
        foreach (var node in Root.Subtree().Where(node => TemplateText.Structure(node) == (structure.Length == 0 ? "/" : structure))) (node.ChildPin, node.Kept) = (Pin.None, false);
        return true;
    }

    private void ApplyPin(PathNode made)
    {
        if (_pins.Count > 0 && _pins.TryGetValue(TemplateText.Structure(made), out var pin)) Apply(made, pin);
    }

    private void Apply(PathNode node, PinRecord pin)
    {
        node.ChildPin = pin.Children;
        if (pin.Keep) (node.Kept, node.Reason) = (true, Reason.Person);
        if (pin.Children == Pin.Literals) Rules.Split(node);
        if (pin.Children == Pin.Parameter) Rules.MergeAll(node, pin.Name, name => _pins.TryGetValue(name, out var child) && child.Keep);
    }
}

/// <summary>What a person decided at one place.</summary>
/// <param name="Children">About what follows.</param>
/// <param name="Name">Of the parameter that follows.</param>
/// <param name="Keep">About the place itself: it is a route.</param>
internal readonly record struct PinRecord(Pin Children, string? Name, bool Keep = false);
