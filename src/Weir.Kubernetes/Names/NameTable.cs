using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Weir.Kubernetes.Identity;
using Weir.Packets;
using Weir.Records;

namespace Weir.Kubernetes.Names;

/// <summary>
/// Names that somebody wrote down: each line is <c>ADDRESS NAME</c>, where the address is one (with a port, or without), or a network
/// such as <c>10.20.0.0/16</c>, and the name is <c>[NAMESPACE/]WORKLOAD</c>. <c>#</c> begins a comment. A hosts file is one too.
/// Immutable.
/// </summary>
public sealed class NameTable
{
    private readonly FrozenDictionary<(IpAddress, int), Name> _exact;

    /// <summary>Networks by length, longest first.</summary>
    private readonly (int Bits, FrozenDictionary<IpAddress, Name> Names)[] _networks;
    private readonly PeerResolution _how;

    private NameTable(Dictionary<(IpAddress, int), Name> exact, Dictionary<int, Dictionary<IpAddress, Name>> networks, PeerResolution how)
    {
        _exact = exact.ToFrozenDictionary();
        _networks = [.. networks.OrderByDescending(one => one.Key).Select(one => (one.Key, one.Value.ToFrozenDictionary()))];
        _how = how;
    }

    public int Count => _exact.Count + _networks.Sum(one => one.Names.Count);

    /// <param name="text">The file's.</param>
    /// <param name="table">What it says.</param>
    /// <param name="error">The line, and what is wrong with it.</param>
    /// <param name="limits">Null takes the defaults.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out NameTable? table, [NotNullWhen(false)] out string? error, IdentityLimits? limits = null)
    {
        var (exact, networks) = (new Dictionary<(IpAddress, int), Name>(), new Dictionary<int, Dictionary<IpAddress, Name>>());
        table = null;
        error = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = Words(line);
            if (words.Length == 0) continue;
            if (number > (limits ?? IdentityLimits.Default).MaxNames)
                error = $"line {number}: there are more than {(limits ?? IdentityLimits.Default).MaxNames} lines";
            else if (words.Length == 1)
                error = $"line {number}: {words[0]} has no name";
            else if (Name.Parse(words[1]) is not { } name)
                error = $"line {number}: '{words[1]}' is no name: [NAMESPACE/]WORKLOAD";
            else if (!TryAdd(words[0], name, exact, networks))
                error = $"line {number}: '{words[0]}' is no address, address with port, or network";
            if (error is not null) return false;
        }

        table = new NameTable(exact, networks, PeerResolution.Configured);
        return true;
    }

    /// <summary>A hosts file (hosts(5)). Lines that are no such, and addresses that every host has, are passed over.</summary>
    public static NameTable OfHosts(string text, IdentityLimits? limits = null)
    {
        var exact = new Dictionary<(IpAddress, int), Name>();
        foreach (var line in text.Split('\n').Take((limits ?? IdentityLimits.Default).MaxNames))
        {
            var words = Words(line);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address)) continue;
            if (IPAddress.IsLoopback(address) || address.IsIPv6Multicast || address.IsIPv6LinkLocal || address.GetAddressBytes() is [0xfe, 0, ..]) continue;
            exact.TryAdd((IpAddress.From(address), 0), new Name(null, words[1]));
        }

        return new NameTable(exact, [], PeerResolution.HostsFile);
    }

    /// <summary>Names a peer by its address and port; false when nobody named it. Allocates nothing.</summary>
    public bool TryName(Peer peer)
    {
        if (!_exact.TryGetValue((peer.Ip, peer.Port), out var name) && !_exact.TryGetValue((peer.Ip, 0), out name) && !TryNetwork(peer.Ip, out name)) return false;
        peer.Namespace = name.Namespace;
        peer.Workload = name.Workload;
        peer.Resolution = _how;
        return true;
    }

    private bool TryNetwork(IpAddress address, [NotNullWhen(true)] out Name? name)
    {
        foreach (var (bits, names) in _networks)
        {
            if (names.TryGetValue(AddressRanges.Mask(address, bits), out name)) return true;
        }

        name = null;
        return false;
    }

    private static bool TryAdd(string text, Name name, Dictionary<(IpAddress, int), Name> exact, Dictionary<int, Dictionary<IpAddress, Name>> networks)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            if (!IPNetwork.TryParse(text, out var network)) return false;
            var address = IpAddress.From(network.BaseAddress);
            // Of the form in which addresses are held, in which IPv4 stands at the end of 128 bits.
            var bits = network.PrefixLength + (address.IsV4 ? 96 : 0);
            if (!networks.TryGetValue(bits, out var names)) networks[bits] = names = [];
            names.TryAdd(address, name);
            return true;
        }

        // "10.1.2" is an address to inet_aton(3), and a slip to everybody else.
        if (!IPEndPoint.TryParse(text, out var endpoint) || (endpoint.AddressFamily == AddressFamily.InterNetwork && text.Count('.') != 3)) return false;
        exact.TryAdd((IpAddress.From(endpoint.Address), endpoint.Port), name);
        return true;
    }

    private static string[] Words(string line)
    {
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }

    private sealed record Name(string? Namespace, string Workload)
    {
        public static Name? Parse(string text) => text.Split('/') switch
        {
            [{ Length: > 0 } workload] => new Name(null, workload),
            [{ Length: > 0 } space, { Length: > 0 } workload] => new Name(space, workload),
            _ => null,
        };
    }
}
