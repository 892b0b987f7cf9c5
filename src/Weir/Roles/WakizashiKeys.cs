using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Cli.Configuration;

namespace Weir.Cli.Roles;

/// <summary>The keys of a probe of wakizashi. docs/guides/from-wakizashi.md says what becomes of each.</summary>
internal sealed class WakizashiProbeKeys
{
    private static readonly (string Key, string Why)[] s_idle =
    [
        ("autoClear", "the spool clears itself"),
        ("uploadRetry", "what is not delivered is sent again until the spool is full or too old"),
        ("logLev", "there is one level: what somebody has to know"),
    ];

    /// <summary>One of the keys is set that say what is counted, and where.</summary>
    public required bool AreThere { get; init; }

    public IReadOnlyList<Setting> Centers { get; init; } = [];

    public IReadOnlyList<Setting> Devices { get; init; } = [];

    public TimeSpan? Interval { get; init; }

    public string? SpoolRoot { get; init; }

    /// <summary>What the user should know of keys that change nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public static WakizashiProbeKeys Read(YamlSettings yaml)
    {
        var (centers, devices) = (yaml.FindAll("centerAddr", "wakizashi: centers"), yaml.FindAll("networkDevs", "wakizashi: accounting.devices"));
        var interval = WakizashiKeys.Seconds(yaml, "capInterval", "wakizashi: accounting.interval, in seconds");
        var spool = yaml.FindText("dumpDir", "wakizashi: spool.directory")?.Text;
        return new WakizashiProbeKeys
        {
            AreThere = centers.Count > 0 || devices.Count > 0 || interval is not null || spool is not null,
            Centers = centers,
            Devices = devices,
            Interval = interval,
            SpoolRoot = spool,
            Notes = WakizashiKeys.Notes(yaml, s_idle),
        };
    }
}

/// <summary>The keys of a center of wakizashi.</summary>
internal sealed class WakizashiCenterKeys
{
    private const string Backend = "backendConfig.";

    private static readonly (string Key, string Why)[] s_idle =
    [
        ("recoverDir", "what InfluxDB does not take waits in the data directory"),
        ("recoverInterval", "it is tried again after 0.2 to 30 seconds"),
        ("logLev", "there is one level: what somebody has to know"),
    ];

    public IPEndPoint? Listen { get; init; }

    public IPEndPoint? Health { get; init; }

    /// <summary>Where an InfluxDB is; null when none is named.</summary>
    public Setting? InfluxHost { get; init; }

    public Setting? User { get; init; }

    public Setting? Password { get; init; }

    public string? Database { get; init; }

    public string? Table { get; init; }

    public TimeSpan? Timeout { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <exception cref="UsageException">A value is wrong, or it names a backend that is none here.</exception>
    public static WakizashiCenterKeys Read(YamlSettings yaml)
    {
        // Known, so that a file that has them for another backend is no mistake.
        foreach (var other in (string[])["mongoConfig.mongoURI", "mongoConfig", "redisConfig", "influxConfig"]) yaml.FindText(Backend + other, "wakizashi: taken and passed over");
        if (yaml.FindText(Backend + "type", "wakizashi: influxdb, the one that is known") is { Text: not "influxdb" } type)
            throw type.Wrong("influxdb: counters are kept in Weir's own store, and written to InfluxDB beside it");
        return new WakizashiCenterKeys
        {
            Listen = Port(yaml, "port", "wakizashi: wakizashi.listen, a port on every address"),
            Health = Port(yaml, "healthPort", "wakizashi: a port for /healthz on every address"),
            InfluxHost = yaml.FindText(Backend + "influxConfig.host", "wakizashi: influx.url, without a scheme"),
            User = yaml.FindText(Backend + "influxConfig.user", "wakizashi: influx.user"),
            Password = yaml.FindText(Backend + "influxConfig.password", "wakizashi: influx.password"),
            Database = yaml.FindText(Backend + "database", "wakizashi: influx.database")?.Text,
            Table = yaml.FindText(Backend + "table", "wakizashi: influx.measurement")?.Text,
            Timeout = WakizashiKeys.Seconds(yaml, Backend + "timeout", "wakizashi: influx.timeout, in seconds"),
            Notes = WakizashiKeys.Notes(yaml, s_idle),
        };
    }

    private static IPEndPoint? Port(YamlSettings yaml, string key, string meaning)
    {
        if (yaml.FindText(key, meaning) is not { } setting) return null;
        var any = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        return ushort.TryParse(setting.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? new IPEndPoint(any, port)
            : throw setting.Wrong("a port, 1 to 65535");
    }
}

internal static class WakizashiKeys
{
    /// <summary>Seconds; what is not above zero is one second, as there.</summary>
    public static TimeSpan? Seconds(YamlSettings yaml, string key, string meaning)
    {
        if (yaml.FindText(key, meaning) is not { } setting) return null;
        return int.TryParse(setting.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Max(1, seconds))
            : throw setting.Wrong("a number of seconds");
    }

    public static IReadOnlyList<string> Notes(YamlSettings yaml, IEnumerable<(string Key, string Why)> idle) =>
        [.. idle.Where(one => yaml.FindText(one.Key, $"wakizashi: changes nothing here, {one.Why}") is not null).Select(one => $"{one.Key} changes nothing here: {one.Why}")];
}
