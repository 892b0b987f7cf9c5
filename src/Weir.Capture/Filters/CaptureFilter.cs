using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Which frames the kernel hands over, as an expression of pcap-filter(7) for each link type. All given conditions must hold.
/// </summary>
public sealed record CaptureFilter
{
    // A later fragment has no ports, so every one of TCP passes; the decoder drops those it cannot use.
    private const string Fragments = "(ip proto 6 and ip[6:2] & 0x1fff != 0) or ip6[6] = 44";

    // GRE, IP in IP, IPv6 in IP over either family, and later fragments of UDP, which may be those of a tunnel.
    private const string IpTunnels = $"proto 47 or proto 4 or proto 41 or {UdpFragments}";

    private const string UdpFragments = "(ip proto 17 and ip[6:2] & 0x1fff != 0)";

    // DNS, multicast DNS and LLMNR: over UDP they are wanted where their port is. Other services are not read over UDP.
    private static readonly ushort[] LookupPorts = [53, 5353, 5355];

    /// <summary>Everything passes.</summary>
    public static CaptureFilter None { get; } = new();

    /// <summary>TCP to or from one of these ports, and UDP for those of DNS among them; empty for any traffic.</summary>
    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>
    /// Tunnel packets that pass beside <see cref="Ports"/>, for the decoder to look inside: the ports there are those of the
    /// tunnel. Null for none.
    /// </summary>
    public TunnelOptions? Tunnels { get; init; }

    /// <summary>TCP ports that never pass: Weir's own.</summary>
    public IReadOnlyList<PortRange> ExcludedPorts { get; init; } = [];

    /// <summary>The user's own tcpdump expression; null for none.</summary>
    public string? Expression { get; init; }

    /// <summary>TCP of these ports over IPv4 and IPv6, VLAN-tagged or not, fragments included.</summary>
    public static CaptureFilter ForPorts(IEnumerable<PortRange> ports) => new() { Ports = PortRange.Merge(ports) };

    public static CaptureFilter ForPorts(params IEnumerable<int> ports) => ForPorts(ports.Select(PortRange.FromInt32));

    /// <summary>A tcpdump expression as the user wrote it.</summary>
    public static CaptureFilter FromExpression(string? expression) =>
        string.IsNullOrWhiteSpace(expression) ? None : new CaptureFilter { Expression = expression.Trim() };

    /// <summary>Leaves out the traffic of these TCP ports, so that Weir's own page does not watch itself.</summary>
    public CaptureFilter Excluding(params IEnumerable<PortRange> ports) =>
        this with { ExcludedPorts = PortRange.Merge(ExcludedPorts.Concat(ports)) };

    /// <summary>The expression for frames of this link type; null when everything passes.</summary>
    /// <remarks>
    /// On a ring the kernel has taken the outer VLAN tag out, elsewhere it is in the frame: both are matched. The tagged half
    /// comes last because <c>vlan</c> moves the offsets of all that follows, and is left out beside a user's expression, which
    /// may speak of tags itself. libpcap knows <c>vlan</c> on Ethernet only.
    /// </remarks>
    public string? ToExpression(LinkType linkType)
    {
        var conditions = new List<string>(3);
        if (Ports.Count > 0)
        {
            var wanted = $"{Tcp(Ports)} or {Fragments}";
            var lookups = LookupPorts.Where(port => Ports.Any(range => range.First <= port && port <= range.Last)).ToList();
            if (lookups.Count > 0) wanted += $" or {Udp(lookups)} or {UdpFragments}";
            conditions.Add(Tunnels is null ? $"({wanted})" : $"({wanted} or {Udp(Tunnels.UdpPorts)} or {IpTunnels})");
        }

        if (ExcludedPorts.Count > 0) conditions.Add($"not ({Tcp(ExcludedPorts)})");
        if (Expression is not null) conditions.Add($"({Expression})");
        if (conditions.Count == 0) return null;
        var all = string.Join(" and ", conditions);
        var tagged = Ports.Count > 0 && Expression is null && linkType == LinkType.Ethernet;
        return tagged ? $"({all}) or (vlan and {all})" : all;
    }

    private static string Udp(IEnumerable<ushort> ports) => string.Join(" or ", ports.Distinct().Select(p => $"udp port {p}"));

    private static string Tcp(IEnumerable<PortRange> ports) =>
        string.Join(" or ", ports.Select(p => p.First == p.Last ? $"tcp port {p}" : $"tcp portrange {p}"));
}
