using System.Collections.Concurrent;
using Weir.Kubernetes.Model;
using Weir.Packets;
using Weir.Records;

namespace Weir.Kubernetes.Identity;

/// <summary>An endpoint of a service.</summary>
/// <param name="Address">Where.</param>
/// <param name="Ports">On which ports; empty for every port.</param>
/// <param name="PodUid">The pod; null when it is none.</param>
internal readonly record struct SliceEndpoint(IpAddress Address, int[] Ports, string? PodUid);

/// <summary>Services by name, by every address and port that leads to them, and by the endpoints behind them. One writer, any readers.</summary>
internal sealed class ServiceTable(IdentityLimits limits)
{
    private readonly ConcurrentDictionary<string, ServiceIdentity> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<IpAddress, (ServiceIdentity Service, PeerResolution How)> _byAddress = new();
    private readonly ConcurrentDictionary<int, ServiceIdentity> _byNodePort = new();
    private readonly ConcurrentDictionary<IpAddress, Binding[]> _bindings = new();
    private readonly Dictionary<string, (List<IpAddress> Addresses, List<int> Ports)> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slice> _slices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _slicesOfService = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _servicesOfPod = new(StringComparer.Ordinal);
    private readonly Queue<(IpAddress Address, long EndedNs)> _past = new();

    public int Count => _places.Count;

    /// <param name="key"><c>NAMESPACE/NAME</c></param>
    public ServiceIdentity? Find(ReadOnlySpan<char> key) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out var service) ? service : null;

    public bool TryFind(IpAddress address, out (ServiceIdentity Service, PeerResolution How) found) => _byAddress.TryGetValue(address, out found);

    public ServiceIdentity? OfNodePort(int port) => _byNodePort.GetValueOrDefault(port);

    /// <summary>
    /// The service that sends traffic to an endpoint: of several the one asked for, else the first by name; null when none does.
    /// </summary>
    /// <param name="address">Endpoint.</param>
    /// <param name="port">Its port.</param>
    /// <param name="asked">Which the request named; null when it named none.</param>
    /// <param name="atNs">When, Unix nanoseconds.</param>
    public ServiceIdentity? OfEndpoint(IpAddress address, int port, ServiceIdentity? asked, long atNs)
    {
        if (!_bindings.TryGetValue(address, out var bindings)) return null;
        Binding? best = null;
        foreach (var binding in bindings)
        {
            if (atNs < binding.SinceNs || (binding.UntilNs != long.MaxValue && atNs > binding.UntilNs)) continue;
            if (binding.Ports.Length > 0 && Array.IndexOf(binding.Ports, port) < 0) continue;
            if (ReferenceEquals(binding.Service, asked)) return asked;
            if (best is null || Precedes(binding, best)) best = binding;
        }

        return best?.Service;

        // One that lasts before one that ended about then; of two the first by name, so that it is always the same.
        static bool Precedes(Binding one, Binding other) => (one.UntilNs == long.MaxValue) == (other.UntilNs == long.MaxValue)
            ? string.CompareOrdinal(one.Service.Name, other.Service.Name) < 0
            : one.UntilNs == long.MaxValue;
    }

    public void Set(Service service)
    {
        var key = Key(service.Metadata);
        var identity = Identity(service.Metadata.Namespace ?? "", service.Metadata.Name);
        var addresses = new List<IpAddress>();
        var spec = service.Spec;
        foreach (var text in (spec?.ClusterIPs ?? []).Append(spec?.ClusterIP)) Add(text, PeerResolution.ClusterIp);
        foreach (var text in spec?.ExternalIPs ?? []) Add(text, PeerResolution.ExternalIp);
        foreach (var one in service.Status?.LoadBalancer?.Ingress ?? []) Add(one.Ip, PeerResolution.ExternalIp);
        var ports = (spec?.Ports ?? []).Select(port => port.NodePort).Where(port => port > 0).ToList();
        foreach (var port in ports) _byNodePort[port] = identity;
        if (_places.TryGetValue(key, out var before)) Leave(identity, before.Addresses.Except(addresses), before.Ports.Except(ports));
        _places[key] = (addresses, ports);

        void Add(string? text, PeerResolution how)
        {
            // "None" of a headless service is no address.
            foreach (var address in PodAddresses.Parse(text))
            {
                addresses.Add(address);
                _byAddress[address] = (identity, how);
            }
        }
    }

    public void Remove(Service service)
    {
        var key = Key(service.Metadata);
        if (!_places.Remove(key, out var place)) return;
        var identity = Identity(service.Metadata.Namespace ?? "", service.Metadata.Name);
        Leave(identity, place.Addresses, place.Ports);
        Drop(key);
    }

    /// <param name="key">Of the slice.</param>
    /// <param name="namespace">Of both.</param>
    /// <param name="service">That the slice is of.</param>
    /// <param name="endpoints">All of them.</param>
    /// <param name="workloadOf">Who a pod is, by uid.</param>
    /// <param name="nowNs">Unix nanoseconds.</param>
    public void SetSlice(string key, string @namespace, string service, SliceEndpoint[] endpoints, Func<string, Workload?> workloadOf, long nowNs)
    {
        var owner = $"{@namespace}/{service}";
        if (_slices.TryGetValue(key, out var before) && before.Service != owner)
        {
            RemoveSlice(key, workloadOf, nowNs);
            before = null;
        }

        var identity = Identity(@namespace, service);
        // Of a slice that is seen for the first time it is not known how long its endpoints are there.
        var since = before is null ? long.MinValue : nowNs - PodTimes.ReportLagNs;
        foreach (var group in endpoints.GroupBy(one => one.Address))
        {
            int[] ports = group.Any(one => one.Ports.Length == 0) ? [] : [.. group.SelectMany(one => one.Ports).Distinct().Order()];
            var known = _bindings.GetValueOrDefault(group.Key) ?? [];
            var same = Array.Find(known, one => one.Slice == key && one.UntilNs == long.MaxValue);
            if (same is not null && same.Ports.AsSpan().SequenceEqual(ports)) continue;
            _bindings[group.Key] = [.. known.Where(one => one != same), new Binding(identity, ports, key, same?.SinceNs ?? since, long.MaxValue)];
        }

        _slices[key] = new Slice(owner, endpoints);
        Entry(_slicesOfService, owner).Add(key);
        foreach (var pod in endpoints.Select(one => one.PodUid).OfType<string>()) Entry(_servicesOfPod, pod).Add(owner);
        if (before is not null) Unbind(key, owner, before.Endpoints, endpoints, nowNs);
        Summarise(owner, workloadOf);
    }

    public void RemoveSlice(string key, Func<string, Workload?> workloadOf, long nowNs)
    {
        if (!_slices.Remove(key, out var slice)) return;
        if (_slicesOfService.TryGetValue(slice.Service, out var slices) && slices.Remove(key) && slices.Count == 0) _slicesOfService.Remove(slice.Service);
        Unbind(key, slice.Service, slice.Endpoints, [], nowNs);
        Summarise(slice.Service, workloadOf);
        Drop(slice.Service);
    }

    /// <summary>A pod's workload became known, which may stand behind services.</summary>
    public void PodIsKnown(string uid, Func<string, Workload?> workloadOf)
    {
        if (!_servicesOfPod.TryGetValue(uid, out var services)) return;
        foreach (var service in services) Summarise(service, workloadOf);
    }

    /// <summary>The one workload that all endpoints are pods of, as far as they are known.</summary>
    private void Summarise(string service, Func<string, Workload?> workloadOf)
    {
        if (!_byName.TryGetValue(service, out var identity)) return;
        Workload? only = null;
        var pods = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in _slicesOfService.GetValueOrDefault(service, []).SelectMany(key => _slices[key].Endpoints))
        {
            var workload = endpoint.PodUid is { } uid && pods.Add(uid) ? workloadOf(uid) : null;
            if (workload is null) continue;
            if (only is not null && only != workload)
            {
                only = null;
                break;
            }

            only = workload;
        }

        identity.Behind = only;
    }

    /// <summary>Ends what a slice no longer has; calls of just now are still told by it.</summary>
    private void Unbind(string slice, string service, SliceEndpoint[] before, SliceEndpoint[] after, long nowNs)
    {
        foreach (var address in before.Select(one => one.Address).Except(after.Select(one => one.Address)))
        {
            if (!_bindings.TryGetValue(address, out var bindings)) continue;
            _bindings[address] = Array.ConvertAll(bindings, one => one.Slice == slice && one.UntilNs == long.MaxValue ? one with { UntilNs = nowNs } : one);
            _past.Enqueue((address, nowNs));
        }

        foreach (var pod in before.Select(one => one.PodUid).OfType<string>().Except(after.Select(one => one.PodUid).OfType<string>()))
        {
            var isElsewhere = _slicesOfService.GetValueOrDefault(service, []).Any(key => _slices[key].Endpoints.Any(one => one.PodUid == pod));
            if (isElsewhere || !_servicesOfPod.TryGetValue(pod, out var services)) continue;
            services.Remove(service);
            if (services.Count == 0) _servicesOfPod.Remove(pod);
        }

        var oldest = nowNs - (limits.PastTime.Ticks * 100);
        while (_past.TryPeek(out var past) && (_past.Count > limits.MaxPast || past.EndedNs < oldest))
        {
            _past.Dequeue();
            if (!_bindings.TryGetValue(past.Address, out var bindings)) continue;
            var left = Array.FindAll(bindings, one => one.UntilNs > past.EndedNs);
            if (left.Length > 0) _bindings[past.Address] = left;
            else _bindings.TryRemove(past.Address, out _);
        }
    }

    private void Leave(ServiceIdentity identity, IEnumerable<IpAddress> addresses, IEnumerable<int> ports)
    {
        foreach (var address in addresses)
        {
            // Another service may have taken it meanwhile.
            if (_byAddress.TryGetValue(address, out var found) && ReferenceEquals(found.Service, identity)) _byAddress.TryRemove(address, out _);
        }

        foreach (var port in ports) _byNodePort.TryRemove(KeyValuePair.Create(port, identity));
    }

    /// <summary>Slices and services come in any order: a service is known by name from the first of both to the last.</summary>
    private void Drop(string key)
    {
        if (!_places.ContainsKey(key) && !_slicesOfService.ContainsKey(key)) _byName.TryRemove(key, out _);
    }

    private ServiceIdentity Identity(string @namespace, string name) => _byName.GetOrAdd($"{@namespace}/{name}", _ => new ServiceIdentity(@namespace, name));

    private static HashSet<string> Entry(Dictionary<string, HashSet<string>> sets, string key)
    {
        if (!sets.TryGetValue(key, out var set)) sets[key] = set = new HashSet<string>(StringComparer.Ordinal);
        return set;
    }

    private static string Key(ObjectMeta metadata) => $"{metadata.Namespace}/{metadata.Name}";

    /// <param name="Service">That leads to the endpoint.</param>
    /// <param name="Ports">On these ports; empty for every port.</param>
    /// <param name="Slice">That says so.</param>
    /// <param name="SinceNs">First moment.</param>
    /// <param name="UntilNs">Last moment; <see cref="long.MaxValue"/> while it lasts.</param>
    private sealed record Binding(ServiceIdentity Service, int[] Ports, string Slice, long SinceNs, long UntilNs);

    private sealed record Slice(string Service, SliceEndpoint[] Endpoints);
}
