using System.Net;
using Weir.Center.Influx;
using Weir.Center.Traffic;
using Weir.Center.Wakizashi;
using Weir.Cli.Configuration;
using Weir.Cli.Values;
using Weir.Storage.Traffic;

namespace Weir.Cli.Roles;

/// <summary>The sections <c>traffic</c>, <c>influx</c> and <c>wakizashi</c> of a center.</summary>
internal static class TrafficSettings
{
    /// <exception cref="UsageException">A value is wrong; the message says where.</exception>
    public static TrafficOptions Read(YamlSettings yaml, WakizashiCenterKeys old)
    {
        var defaults = new TrafficOptions();
        var interval = yaml.Get<TimeSpan>("traffic.interval", Duration.TryParse, "a time such as 1m", defaults.Interval, "Counters are kept by intervals of this time; at least 1s");
        if (interval < TimeSpan.FromSeconds(1)) throw new UsageException("traffic.interval is at least 1s");
        return defaults with
        {
            Interval = interval,
            Limits = TrafficStoreLimits.Default with
            {
                MaxAge = yaml.Get<TimeSpan>("traffic.maxAge", Duration.TryParse, "a time such as 7d", TrafficStoreLimits.Default.MaxAge, "Counters are deleted after this time"),
                MaxRows = yaml.Get<long>("traffic.maxRows", TryCount, "a number of rows", TrafficStoreLimits.Default.MaxRows, "Oldest counters are deleted beyond this number"),
                MaxPoints = (int)yaml.Get<long>("influx.maxPoints", TryCount, "a number of points", TrafficStoreLimits.Default.MaxPoints, "Points that wait on disk while InfluxDB is away; the oldest beyond are dropped and counted"),
            },
            Influx = Influx(yaml, old),
            Wakizashi = Wakizashi(yaml, old),
        };
    }

    private static InfluxOptions? Influx(YamlSettings yaml, WakizashiCenterKeys old)
    {
        var url = yaml.FindText("influx.url", "Write counters to this InfluxDB too, such as http://influxdb:8086") ?? old.InfluxHost;
        var (user, password, token) = (yaml.FindText("influx.user", "User of InfluxDB") ?? old.User, Secrets.Text(yaml, "influx.password", "Password of InfluxDB") ?? Hidden(yaml, old.Password), Secrets.Text(yaml, "influx.token", "Token of InfluxDB 2, instead of user and password"));
        var limits = InfluxLimits.Default with
        {
            Timeout = yaml.Get<TimeSpan>("influx.timeout", Duration.TryParse, "a time such as 30s", old.Timeout ?? InfluxLimits.Default.Timeout, "How long one write may take"),
        };
        var defaults = new InfluxOptions { Url = new Uri("http://127.0.0.1:8086"), Limits = limits };
        var chosen = defaults with
        {
            Database = yaml.FindText("influx.database", "Database, which is not created (default wakizashi)")?.Text ?? old.Database ?? defaults.Database,
            Measurement = yaml.FindText("influx.measurement", "Measurement of the points (default traffic)")?.Text ?? old.Table ?? defaults.Measurement,
            RetentionPolicy = yaml.FindText("influx.retentionPolicy", "Retention policy (default: the database's own)")?.Text,
            User = user?.Text,
            Password = password,
            Token = token,
        };
        if (url is null) return null;
        // wakizashi names a host and port without a scheme.
        var text = url.Text.Contains("://", StringComparison.Ordinal) ? url.Text : $"http://{url.Text}";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
            throw url.Wrong("an address such as http://influxdb:8086, without user and password in it");
        return chosen with { Url = address };
    }

    private static WakizashiPort? Wakizashi(YamlSettings yaml, WakizashiCenterKeys old)
    {
        var listen = yaml.Get<IPEndPoint?>("wakizashi.listen", IsEndpoint, "an address and port such as 0.0.0.0:10080", old.Listen, "Where probes of wakizashi report");
        var networks = yaml.FindAll("wakizashi.networks", "Networks from which they may (default: private ones)").Select(one => IPNetwork.TryParse(one.Text, out var network) ? network : throw one.Wrong("a network such as 10.0.0.0/8")).ToList();
        if (listen is null) return networks.Count == 0 ? null : throw new UsageException("wakizashi.networks says who may report, but not where: wakizashi.listen");
        return new WakizashiPort { Listen = listen, Networks = networks.Count > 0 ? networks : WakizashiPort.PrivateNetworks };
    }

    /// <summary>Compared with a later reading by what it is, not kept as what it is.</summary>
    private static string? Hidden(YamlSettings yaml, Setting? password)
    {
        if (password is not null) Secrets.Hide(yaml, password.Key, password.Text);
        return password?.Text;
    }

    private static bool IsEndpoint(string text, out IPEndPoint? endpoint)
    {
        var valid = IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out endpoint) && endpoint.Port > 0;
        return valid;
    }

    private static bool TryCount(string text, out long count) =>
        long.TryParse(text.Replace("_", "", StringComparison.Ordinal), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count) && count is > 0 and <= int.MaxValue;
}
