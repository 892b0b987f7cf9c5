using System.Collections.Concurrent;
using System.Net;
using Weir.Kubernetes.Model;
using Weir.Packets;

namespace Weir.Kubernetes.Identity;

/// <summary>
/// Nodes by the addresses that traffic of theirs comes from: those they tell, and the bridge or tunnel by which the node itself talks
/// to its pods (probes of the kubelet come from there). One writer, any readers.
/// </summary>
internal sealed class NodeTable
{
    /// <summary>Where network plugins write the address of a node's tunnel or bridge.</summary>
    private static readonly string[] s_annotations =
    [
        "projectcalico.org/IPv4Address", "projectcalico.org/IPv4IPIPTunnelAddr", "projectcalico.org/IPv4VXLANTunnelAddr", "projectcalico.org/IPv6VXLANTunnelAddr",
        "projectcalico.org/IPv4WireguardInterfaceAddr", "flannel.alpha.coreos.com/public-ip", "network.cilium.io/ipv4-cilium-host", "network.cilium.io/ipv6-cilium-host",
        "io.cilium.network.ipv4-cilium-host", "k3s.io/internal-ip",
    ];

    private readonly ConcurrentDictionary<IpAddress, string> _names = new();
    private readonly Dictionary<string, HashSet<IpAddress>> _addresses = new(StringComparer.Ordinal);

    public int Count => _addresses.Count;

    /// <summary>Name of the node that has an address; null when none has.</summary>
    public string? Find(IpAddress address) => _names.GetValueOrDefault(address);

    public void Set(Node node)
    {
        var name = node.Metadata.Name;
        var addresses = Addresses(node).ToHashSet();
        if (_addresses.TryGetValue(name, out var before))
        {
            foreach (var gone in before.Except(addresses)) _names.TryRemove(KeyValuePair.Create(gone, name));
        }

        _addresses[name] = addresses;
        foreach (var address in addresses) _names[address] = name;
    }

    public void Remove(string name)
    {
        if (!_addresses.Remove(name, out var addresses)) return;
        foreach (var address in addresses) _names.TryRemove(KeyValuePair.Create(address, name));
    }

    private static IEnumerable<IpAddress> Addresses(Node node)
    {
        foreach (var one in node.Status?.Addresses ?? [])
            foreach (var address in PodAddresses.Parse(one.Address)) yield return address;
        foreach (var name in s_annotations)
        {
            // Calico appends the length of the network.
            var text = node.Metadata.Annotations?.GetValueOrDefault(name);
            foreach (var address in PodAddresses.Parse(text?.Split('/')[0])) yield return address;
        }

        foreach (var network in (node.Spec?.PodCIDRs ?? []).Append(node.Spec?.PodCIDR))
        {
            if (network is null || !IPNetwork.TryParse(network, out var range)) continue;
            // The network's own address is flannel's, the first of it the bridge's.
            var bytes = range.BaseAddress.GetAddressBytes();
            yield return IpAddress.From(range.BaseAddress);
            if (bytes[^1] == byte.MaxValue) continue;
            bytes[^1]++;
            yield return IpAddress.From(new IPAddress(bytes));
        }
    }
}
