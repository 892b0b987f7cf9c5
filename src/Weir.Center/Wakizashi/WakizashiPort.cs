using System.Net;

namespace Weir.Center.Wakizashi;

/// <summary>Where a center takes records from probes of wakizashi, which speak in the clear and have no token.</summary>
public sealed record WakizashiPort
{
    /// <summary>Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Who may report: docs/decisions/0015.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = PrivateNetworks;

    public WakizashiLimits Limits { get; init; } = WakizashiLimits.Default;

    /// <summary>
    /// Where nodes and pods have their addresses: loopback, RFC 1918, RFC 6598, link-local (RFC 3927, RFC 4291) and unique local (RFC 4193).
    /// </summary>
    public static IReadOnlyList<IPNetwork> PrivateNetworks { get; } =
    [
        IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("::1/128"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    public bool Allows(IPAddress peer)
    {
        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return Networks.Any(network => network.Contains(address));
    }
}

/// <summary>Bounds of what probes of wakizashi may make a center hold.</summary>
/// <param name="BatchRecords">Records of one probe that are stored together. 2 000: beyond, the transaction no longer shows in their cost.</param>
/// <param name="FlushTime">How long a record waits for others. 1 s: what a center that is killed may lose, since nothing acknowledges records.</param>
/// <param name="MaxRecordBytes">Bytes of one record. 4 KiB: three addresses and two numbers, as text.</param>
/// <param name="StoreAttempts">How often a store that refuses is asked, a second apart, while the probe is held back. 10: a disk that was full may be cleared.</param>
public sealed record WakizashiLimits(int BatchRecords, TimeSpan FlushTime, int MaxRecordBytes, int StoreAttempts)
{
    public static WakizashiLimits Default { get; } = new(2000, TimeSpan.FromSeconds(1), 4 << 10, 10);
}
