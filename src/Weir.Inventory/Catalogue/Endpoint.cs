using Weir.Inventory.Schemas;
using Weir.Inventory.Templating;
using Weir.Records.Credentials;

namespace Weir.Inventory.Catalogue;

/// <summary>How an endpoint is spoken to.</summary>
public enum EndpointKind : byte
{
    Http,
    GraphQl,
    Grpc,
    WebSocket,
}

/// <summary>
/// One method at one path template of a service, and everything that was learned of it. Its memory has a bound: see
/// <see cref="CatalogueLimits"/>. Belongs to its catalogue: read it under the same lock that guards observing.
/// </summary>
public sealed class Endpoint
{
    private readonly CatalogueLimits _limits;

    internal Endpoint(PathNode node, string method, EndpointKind kind, string operation, long timeNs, CatalogueLimits limits, SchemaBudget budget)
    {
        (Node, Method, Kind, Operation, FirstNs, LastNs, _limits) = (node, method, kind, operation, timeNs, timeNs, limits);
        Budget = new SchemaBudget(limits.MaxSchemaNodesPerEndpoint, budget);
        Callers = new TopCounter(limits.MaxCallers);
    }

    public EndpointKind Kind { get; }

    /// <summary>Name of the service that it belongs to.</summary>
    public string Service => TemplateText.Service(Node);

    /// <summary>HTTP method in upper case.</summary>
    public string Method { get; }

    /// <summary>GraphQL operation such as <c>query GetUser</c>; empty for other kinds.</summary>
    public string Operation { get; }

    /// <summary>Path with its parameters named, such as <c>/users/{user_id}/orders</c>. Can change while traffic teaches.</summary>
    public string Template => TemplateText.Of(Node);

    /// <summary>A person or a specification said of every segment what it is: nothing of the template was guessed from what clients sent.</summary>
    public bool IsDecided
    {
        get
        {
            for (var node = Node; node.Parent is { } parent; node = parent)
                if (node.IsParameter ? parent.ChildPin != Pin.Parameter : !node.Kept) return false;
            return true;
        }
    }

    /// <summary>
    /// The same for as long as the template has parameters at the same places, whatever they are called: 16 hexadecimal digits.
    /// </summary>
    public string Id => TemplateText.Id(Node, Method, Operation);

    /// <summary>First path and query seen, values as they were, at most 256 characters.</summary>
    public string Example { get; internal set; } = "";

    public long Calls { get; internal set; }

    /// <summary>Calls that no response was seen of.</summary>
    public long Unanswered { get; internal set; }

    /// <summary>Unix nanoseconds.</summary>
    public long FirstNs { get; internal set; }

    public long LastNs { get; internal set; }

    /// <summary>
    /// Some answer proves that the service knows it. Until then it may be what a scanner made up: only 404, 405, 501, 401, 403, 429 and
    /// errors of gateways were seen, or nothing.
    /// </summary>
    public bool Confirmed { get; internal set; }

    public LatencyHistogram Latency { get; } = new();

    public MessageModel Request { get; } = new();

    /// <summary>By status code.</summary>
    public SortedDictionary<int, MessageModel> Responses { get; } = [];

    public Dictionary<string, ParameterModel> Query { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in lower case; those that every client sends are left out.</summary>
    public Dictionary<string, ParameterModel> Headers { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ParameterModel> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls by what they identified themselves with; several kinds of one call count together.</summary>
    public Dictionary<AuthKinds, long> Auth { get; } = [];

    /// <summary>Answers 2xx to calls without any identification.</summary>
    public long AnonymousSuccesses { get; internal set; }

    /// <summary>How often a kind of sensitive data was found at a place.</summary>
    public Dictionary<(string Class, string Where), long> Sensitive { get; } = [];

    /// <summary>Who called: workload, service or address of the client.</summary>
    public TopCounter Callers { get; }

    /// <summary>Headers or query parameters that carried an API key, cookies that carried a session.</summary>
    public HashSet<string> AuthNames { get; } = new(StringComparer.Ordinal);

    internal PathNode Node { get; set; }

    internal SchemaBudget Budget { get; }

    /// <summary>Schema nodes, parameters and the like that had no room.</summary>
    public long Overflow { get; internal set; }

    /// <summary>Every part of this template that was not taken as it stood, with the reason.</summary>
    public IReadOnlyList<TemplateExplanation> Explain() => TemplateText.Explain(Node);

    /// <summary>Parameters of the path in order.</summary>
    public IReadOnlyList<PathParameter> PathParameters => TemplateText.Parameters(Node);

    internal MessageModel? Response(int status)
    {
        if (Responses.TryGetValue(status, out var found)) return found;
        if (Responses.Count >= _limits.MaxStatuses)
        {
            Overflow++;
            return null;
        }

        return Responses[status] = new MessageModel();
    }

    internal ParameterModel? Parameter(Dictionary<string, ParameterModel> place, ReadOnlySpan<char> name)
    {
        var lookup = place.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out var found)) return found;
        if (place.Count >= _limits.MaxParameters)
        {
            Overflow++;
            return null;
        }

        return place[name.ToString()] = new ParameterModel();
    }

    /// <summary>Shape of what it gives on success, for comparing it with its siblings.</summary>
    internal void CollectShape(HashSet<int> shape, int path)
    {
        foreach (var (status, response) in Responses)
        {
            if (status is < 200 or > 299) continue;
            foreach (var (type, body) in response.Bodies)
            {
                if (body.Schema is null) shape.Add(HashCode.Combine(path, string.GetHashCode(type, StringComparison.Ordinal)));
                else body.Schema.CollectShape(shape, path, 4);
            }
        }
    }

    internal void Merge(Endpoint other)
    {
        Calls += other.Calls;
        Unanswered += other.Unanswered;
        if (other.FirstNs < FirstNs) (FirstNs, Example) = (other.FirstNs, other.Example);
        LastNs = Math.Max(LastNs, other.LastNs);
        Confirmed |= other.Confirmed;
        AnonymousSuccesses += other.AnonymousSuccesses;
        Latency.Merge(other.Latency);
        Request.Merge(other.Request, Budget, _limits);
        foreach (var (status, response) in other.Responses) Response(status)?.Merge(response, Budget, _limits);
        Merge(Query, other.Query);
        Merge(Headers, other.Headers);
        Merge(Cookies, other.Cookies);
        foreach (var (kinds, count) in other.Auth) Auth[kinds] = Auth.GetValueOrDefault(kinds) + count;
        foreach (var (found, count) in other.Sensitive) AddSensitive(found.Class, found.Where, count);
        Callers.Merge(other.Callers);
        if (AuthNames.Count < _limits.MaxContentTypes) AuthNames.UnionWith(other.AuthNames);
        other.Release();
    }

    /// <summary>Gives back what its schemas took of the budget of all.</summary>
    internal void Release() => Budget.GiveBack(_limits.MaxSchemaNodesPerEndpoint - Budget.Left);

    internal void AddSensitive(string kind, string where, long count)
    {
        if (Sensitive.TryGetValue((kind, where), out var before)) Sensitive[(kind, where)] = before + count;
        else if (Sensitive.Count < _limits.MaxSensitive) Sensitive.Add((kind, where), count);
        else Overflow++;
    }

    private void Merge(Dictionary<string, ParameterModel> mine, Dictionary<string, ParameterModel> others)
    {
        foreach (var (name, other) in others)
        {
            if (Parameter(mine, name) is not { } parameter) continue;
            parameter.Count += other.Count;
            parameter.Repeated |= other.Repeated;
            parameter.Schema.Merge(other.Schema, Budget, _limits);
        }
    }
}
