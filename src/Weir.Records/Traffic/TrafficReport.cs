using Weir.Packets;

namespace Weir.Records.Traffic;

/// <summary>Who an address belonged to; empty where that is not known.</summary>
/// <param name="Namespace">Kubernetes namespace.</param>
/// <param name="Pod">Name of the pod, without its namespace.</param>
/// <param name="Workload">What the pod belongs to, or a configured name.</param>
/// <param name="Service">Name of the service whose address it is.</param>
public sealed record TrafficPeer(string Namespace, string Pod, string Workload, string Service)
{
    public static TrafficPeer Unknown { get; } = new("", "", "", "");
}

/// <summary>Bytes and packets of one interval that have everything else in common.</summary>
public sealed record TrafficCount
{
    /// <summary>Name of the interface; empty where it is not told.</summary>
    public string Device { get; init; } = "";

    /// <summary><c>in</c> and <c>out</c> as the device sees it; empty where that is not known.</summary>
    public string Direction { get; init; } = "";

    /// <summary>
    /// <c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c>, another protocol by IANA's number, <c>non-ip</c>, <c>unreadable</c>, or
    /// <c>other</c> for what found no row of its own. Empty where it is not known.
    /// </summary>
    public string Protocol { get; init; } = "";

    /// <summary>Address, as text; empty for what is not IP, <c>other</c> for what found no row.</summary>
    public string Source { get; init; } = "";

    public string Destination { get; init; } = "";

    public TrafficPeer SourcePeer { get; init; } = TrafficPeer.Unknown;

    public TrafficPeer DestinationPeer { get; init; } = TrafficPeer.Unknown;

    /// <summary>Bytes of whole frames: link header included, checksum (FCS) not.</summary>
    public long Bytes { get; init; }

    /// <summary>0 where only bytes were told.</summary>
    public long Packets { get; init; }
}

/// <summary>What one probe counted in one interval, or a part of that: reports of the same interval add up.</summary>
public sealed record TrafficReport
{
    /// <summary>Names the report: one that comes again has the same.</summary>
    public required ExchangeId Id { get; init; }

    /// <summary>The probe's name.</summary>
    public required string Node { get; init; }

    /// <summary>The probe's own address, as text; empty when it is not known.</summary>
    public string Address { get; init; } = "";

    /// <summary>Unix nanoseconds.</summary>
    public required long StartNs { get; init; }

    public required long IntervalNs { get; init; }

    public required IReadOnlyList<TrafficCount> Counts { get; init; }
}

/// <summary>Takes reports. Called from one thread at a time.</summary>
public interface ITrafficSink
{
    void Write(TrafficReport report);
}

/// <summary>Names of IP protocols as Weir writes them.</summary>
public static class TrafficProtocols
{
    public const string NotIp = "non-ip";
    public const string Unreadable = "unreadable";
    public const string Other = "other";

    private static readonly string[] s_names =
    [
        .. Enumerable.Range(0, 256).Select(number => number switch
        {
            (int)IpProtocol.Icmp => "icmp",
            2 => "igmp",
            4 => "ipip",
            (int)IpProtocol.Tcp => "tcp",
            (int)IpProtocol.Udp => "udp",
            41 => "ipv6",
            47 => "gre",
            50 => "esp",
            51 => "ah",
            (int)IpProtocol.Icmpv6 => "icmpv6",
            89 => "ospf",
            112 => "vrrp",
            132 => "sctp",
            _ => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        }),
    ];

    /// <param name="number">IANA's.</param>
    public static string Name(byte number) => s_names[number];
}
