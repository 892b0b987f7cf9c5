using System.Text;
using Weir.Records;

namespace Weir.Center.Map;

/// <summary>Who calls whom, from calls. Not thread-safe.</summary>
/// <param name="mostPlaces">Places that are told one by one; of those that nobody knows, the ones with the fewest calls beyond are put together.</param>
internal sealed class CallMap(int mostPlaces)
{
    private readonly Dictionary<(End From, End To), MapEdge> _edges = [];

    /// <summary>The place that calls to a trace went to; <see cref="MapKind.Others"/> where there were several, which then tell nothing.</summary>
    private readonly Dictionary<string, MapPlace> _known = new(StringComparer.Ordinal);

    public void Add(Exchange exchange, double weight)
    {
        var host = exchange.HasRequest ? Encoding.Latin1.GetString(exchange.Request[exchange.Request.Host]) : "";
        var from = new End(MapPlace.Of(exchange.Client, "", isServer: false), MapPlace.TraceOf(exchange.Client, exchange.Node));
        var to = new End(MapPlace.Of(exchange.Server, host, isServer: true), MapPlace.TraceOf(exchange.Server, exchange.Node));
        if (to is { Trace: { } trace, Place.Kind: MapKind.Service or MapKind.Process })
            _known[trace] = _known.TryGetValue(trace, out var other) && other != to.Place ? default(MapPlace) with { Kind = MapKind.Others } : to.Place;
        if (!_edges.TryGetValue((from, to), out var edge)) _edges[(from, to)] = edge = new MapEdge();
        edge.Add(exchange, weight);
    }

    /// <summary>Places with their filters, and what goes on between them, the most calls first.</summary>
    public (IReadOnlyList<MapNode> Nodes, IReadOnlyList<(string From, string To, MapEdge Edge)> Edges) Draw()
    {
        var places = Places();
        var nodes = new Dictionary<string, MapNode>(StringComparer.Ordinal);
        var edges = new Dictionary<(string From, string To), MapEdge>();
        foreach (var ((from, to), edge) in _edges)
        {
            var (source, target) = (Node(nodes, places, from, "src"), Node(nodes, places, to, "dst"));
            if (!edges.TryGetValue((source.Id, target.Id), out var sum)) edges[(source.Id, target.Id)] = sum = new MapEdge();
            sum.Add(edge);
        }

        return ([.. nodes.Values.OrderBy(static node => node.Id, StringComparer.Ordinal)],
            [.. edges.Select(static one => (one.Key.From, one.Key.To, one.Value)).OrderByDescending(static one => one.Value.Calls).ThenBy(static one => one.From, StringComparer.Ordinal).ThenBy(static one => one.To, StringComparer.Ordinal)]);
    }

    private MapPlace Resolve(End end) =>
        end.Trace is { } trace && _known.TryGetValue(trace, out var known) && known.Kind != MapKind.Others ? known : end.Place;

    /// <summary>The place of each end, with what is too much put together.</summary>
    private HashSet<MapPlace> Places()
    {
        var calls = new Dictionary<MapPlace, double>();
        foreach (var ((from, to), edge) in _edges)
        {
            foreach (var place in (MapPlace[])[Resolve(from), Resolve(to)]) calls[place] = calls.GetValueOrDefault(place) + edge.Calls;
        }

        if (calls.Count <= mostPlaces) return [.. calls.Keys];
        var known = calls.Keys.Where(static place => place.Kind < MapKind.Process).ToList();
        var strangers = calls.Where(static one => one.Key.Kind >= MapKind.Process).OrderByDescending(static one => one.Value).ThenBy(static one => one.Key.Id, StringComparer.Ordinal);
        return [.. known, .. strangers.Take(Math.Max(0, mostPlaces - known.Count)).Select(static one => one.Key)];
    }

    private MapNode Node(Dictionary<string, MapNode> nodes, HashSet<MapPlace> shown, End end, string side)
    {
        var place = Resolve(end);
        var isShown = shown.Contains(place);
        var node = isShown ? new MapNode(place.Id, place) : new MapNode($"others/{side}", new MapPlace(MapKind.Others, "", ""));
        if (!nodes.TryAdd(node.Id, node)) node = nodes[node.Id];
        if (!isShown) node.Members.Add(place);
        node.Add(end.Place, side);
        return node;
    }

    /// <summary>One end of calls: where it belongs by itself, and what may tell better.</summary>
    private readonly record struct End(MapPlace Place, string? Trace);
}

/// <summary>A place of the map.</summary>
internal sealed class MapNode(string id, MapPlace place)
{
    /// <summary>Places that a filter names one by one; of more, it takes all that nobody knows.</summary>
    private const int MaxFilterPlaces = 8;

    private readonly SortedDictionary<string, MapPlace> _sources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, MapPlace> _destinations = new(StringComparer.Ordinal);

    public string Id { get; } = id;

    public MapPlace Place { get; } = place;

    /// <summary>What was put together here.</summary>
    public HashSet<MapPlace> Members { get; } = [];

    public void Add(MapPlace place, string side)
    {
        var places = side == "src" ? _sources : _destinations;
        if (places.Count <= MaxFilterPlaces) places.TryAdd(place.Id, place);
    }

    /// <summary>The filter that takes its calls on this side; empty where it has none.</summary>
    public string Filter(string side)
    {
        var places = side == "src" ? _sources : _destinations;
        if (places.Count > MaxFilterPlaces) return new MapPlace(MapKind.Others, "", "").Filter(side);
        return places.Count == 1 ? places.Values.First().Filter(side) : string.Join(" || ", places.Values.Select(place => $"({place.Filter(side)})"));
    }
}
