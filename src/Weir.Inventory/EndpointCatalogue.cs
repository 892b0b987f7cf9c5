using Weir.Inventory.Catalogue;
using Weir.Inventory.Reading;
using Weir.Inventory.Schemas;
using Weir.Inventory.Security;
using Weir.Inventory.State;
using Weir.Inventory.Templating;
using Weir.Records;
using Weir.Records.Credentials;

namespace Weir.Inventory;

/// <summary>
/// Every endpoint of every service that was seen, learned from exchanges: path templates, methods, parameters, schemas, callers, times.
/// Memory is bounded by <see cref="CatalogueLimits"/> whatever the traffic is. Bytes never throw. Not thread-safe: whoever shares it holds
/// a lock, also while reading what it gave out. An exchange of a known kind allocates nothing.
/// </summary>
public sealed class EndpointCatalogue
{
    private readonly Dictionary<string, ServiceCatalogue> _services = new(StringComparer.Ordinal);
    private readonly Queue<FirstSeen> _firstSeen = new();
    private readonly ExchangeLearner _learner;
    private readonly EchoProbe _probe = new();
    private readonly CredentialInspector _credentials = new();
    private readonly char[] _path;
    private readonly char[] _service = new char[256];
    private long _sequence;
    private long _pathsTooLong;

    public EndpointCatalogue(CatalogueLimits? limits = null)
    {
        Limits = limits ?? CatalogueLimits.Default;
        Budget = new SchemaBudget(Limits.MaxSchemaNodes);
        _learner = new ExchangeLearner(Limits);
        _path = new char[Limits.MaxPathBytes];
    }

    /// <summary>Told when an endpoint is confirmed for the first time, while observing. Its template may still change.</summary>
    public event Action<FirstSeen>? EndpointFirstSeen;

    public CatalogueLimits Limits { get; }

    /// <summary>By name: <c>namespace/service</c>, or the host that was asked.</summary>
    public IReadOnlyDictionary<string, ServiceCatalogue> Services => _services;

    /// <summary>Calls that were learned from.</summary>
    public long Observed { get; private set; }

    /// <summary>Calls that are nobody's endpoint: no request, no path, a tunnel, DNS.</summary>
    public long Ignored { get; private set; }

    /// <summary>Calls of services beyond the limit.</summary>
    public long ServicesRefused { get; private set; }

    /// <summary>Calls whose path was too long, or had no room in its service.</summary>
    public long PathsRefused => _pathsTooLong + _services.Values.Sum(static service => service.Overflow);

    internal SchemaBudget Budget { get; }

    /// <summary>Endpoints that were confirmed after this sequence number, oldest first; as far back as the limit lets it remember.</summary>
    public IEnumerable<FirstSeen> FirstSeenAfter(long sequence) => _firstSeen.Where(one => one.Sequence > sequence);

    /// <summary>Learns from an exchange. Those in progress come again when they have ended, and are passed over until then.</summary>
    /// <returns>The endpoint it belongs to; null when it belongs to none or there was no room.</returns>
    /// <remarks>Credentials that nobody judged before they were masked are judged here, as far as they are there to be seen.</remarks>
    public Endpoint? Observe(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (exchange.InProgress) return null;
        if (!TryPath(exchange, out var path) || ServiceOf(exchange) is not { } service) return null;
        Observed++;
        var request = exchange.Request;
        var status = exchange.HasResponse ? exchange.Response.Status : 0;
        var passage = new Passage(Confirms(status), status is >= 200 and < 300, exchange.StartedAtNs, exchange.Grpc.Present);
        if (service.Tree.Route(path, passage, _probe) is not { } node) return null;
        var kind = exchange.Grpc.Present ? EndpointKind.Grpc : exchange.GraphQl.Present ? EndpointKind.GraphQl : exchange.WebSocket.Present || status == 101 ? EndpointKind.WebSocket : EndpointKind.Http;
        var key = _learner.Key(exchange, kind, out var method, out var operation);
        if (EndpointAt(service, node, key, method, operation, kind, exchange) is not { } endpoint) return null;
        var first = passage.Confirms && !endpoint.Confirmed;
        if (first) Confirm(service, endpoint);
        _learner.Learn(exchange, service, endpoint, status, passage, exchange.Credentials ?? _credentials.Inspect(exchange) ?? default, kind == EndpointKind.Http ? _probe : null);
        if (kind != EndpointKind.Grpc && service.Tree.Rules.Learn(node, kind == EndpointKind.Http ? _probe : null))
        {
            service.Counted();
            if (service.Tree.Find(path)?.Endpoints.GetValueOrDefault(ServiceCatalogue.KeyOf(endpoint)) is { } merged) (first, endpoint) = (first && merged == endpoint, merged);
        }

        if (status == 201 && request.Method.Length == 4) Created(exchange, service, path);
        if (first) Announce(service, endpoint);
        return endpoint;
    }

    internal ServiceCatalogue? Service(string name)
    {
        if (_services.TryGetValue(name, out var found)) return found;
        if (_services.Count >= Limits.MaxServices) return null;
        return _services[name] = new ServiceCatalogue(name, Limits, Budget);
    }

    /// <summary>Puts a service where one of its name is that nobody has filled.</summary>
    internal void Replace(ServiceCatalogue service) => _services[service.Name] = service;

    /// <summary>Takes what people decided elsewhere as if they had done it here; what was decided about the same place before gives way.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool Apply(ServiceDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return Service(decision.Service) is { } service && service.Tree.ReplacePin(decision.At, decision.Pin) && service.Counted();
    }

    /// <summary>Forgets everything learned of a service; what people decided about it too.</summary>
    public bool Forget(string service)
    {
        if (!_services.Remove(service, out var gone)) return false;
        foreach (var endpoint in gone.Endpoints) endpoint.Release();
        return true;
    }

    /// <summary>The service of a name and what a person decides about it before any call came; null beyond the limit of services.</summary>
    public ServiceCatalogue? Expect(string service) => Service(service);

    /// <summary>An answer that only somebody gives who knows the path. Redirects do; what gateways say by themselves does not.</summary>
    private static bool Confirms(int status) => status is >= 100 and < 400 or 400 or 402 or (>= 406 and < 429) or (> 429 and < 500) or 500;

    private bool TryPath(Exchange exchange, out ReadOnlySpan<char> path)
    {
        path = default;
        var request = exchange.Request;
        var bytes = exchange.HasRequest ? request[request.Path] : default;
        // "*" is asked of a server, not of a resource (RFC 9110 §9.3.7); CONNECT names a host.
        if (bytes.IsEmpty || bytes[0] != '/' || exchange.Dns.Present || request[request.Method].SequenceEqual("CONNECT"u8))
        {
            Ignored++;
            return false;
        }

        if (bytes.Length > Limits.MaxPathBytes)
        {
            _pathsTooLong++;
            return false;
        }

        path = _path.AsSpan(0, PathText.Decode(bytes, _path));
        return true;
    }

    private ServiceCatalogue? ServiceOf(Exchange exchange)
    {
        var key = _service.AsSpan(0, ServiceKey.Write(exchange, _service));
        if (_services.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var service)) return service;
        if (Service(key.ToString()) is { } made) return made;
        ServicesRefused++;
        return null;
    }

    private Endpoint? EndpointAt(
        ServiceCatalogue service, PathNode node, ReadOnlySpan<char> key, string method, string operation, EndpointKind kind, Exchange exchange)
    {
        if (node.Endpoints.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var endpoint)) return endpoint;
        if (service.UnconfirmedCount >= Limits.MaxUnconfirmedPerService) service.Prune();
        if (!service.HasRoom || _services.Values.Sum(static one => one.EndpointCount) >= Limits.MaxEndpoints)
        {
            service.EndpointsRefused++;
            return null;
        }

        endpoint = new Endpoint(node, method, kind, operation, exchange.StartedAtNs, Limits, Budget) { Example = PathText.Example(exchange.Request) };
        node.Endpoints.Add(key.ToString(), endpoint);
        service.EndpointCount++;
        service.UnconfirmedCount++;
        return endpoint;
    }

    private static void Confirm(ServiceCatalogue service, Endpoint endpoint)
    {
        endpoint.Confirmed = true;
        service.UnconfirmedCount--;
        for (var node = endpoint.Node; node is { Confirmed: false }; node = node.Parent) node.Confirmed = true;
    }

    private void Announce(ServiceCatalogue service, Endpoint endpoint)
    {
        var seen = new FirstSeen(++_sequence, service.Name, endpoint, endpoint.FirstNs);
        if (_firstSeen.Count >= Limits.MaxFirstSeen) _firstSeen.Dequeue();
        _firstSeen.Enqueue(seen);
        EndpointFirstSeen?.Invoke(seen);
    }

    /// <summary>201 with the Location of something right below the path that was posted to (RFC 9110 §15.3.2).</summary>
    private static void Created(Exchange exchange, ServiceCatalogue service, ReadOnlySpan<char> path)
    {
        if (!PathText.TryLocationBelow(exchange.Response, path) || service.Tree.Find(path) is not { } node) return;
        service.Tree.Rules.MarkCreates(node);
        service.Counted();
    }
}
