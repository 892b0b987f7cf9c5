using Weir.Cli.Commands;
using Weir.Cli.Configuration;
using Weir.Cli.Delivery;
using Weir.Cli.Values;
using Weir.Export.Center;
using Weir.Export.Retention;
using Weir.Export.Spool;
using Weir.Probe;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Rpc.Client;

namespace Weir.Cli.Roles;

/// <summary>What <c>weir probe</c> reads from its file and the environment.</summary>
internal sealed class ProbeSettings
{
    /// <summary>Keys that are applied while it runs.</summary>
    public static readonly IReadOnlyList<string> Live = ["centers", "token", "tokenFile"];

    private ProbeSettings(YamlSettings yaml, CaptureSettings capture) => (Yaml, Capture) = (yaml, capture);

    public YamlSettings Yaml { get; }

    public CaptureSettings Capture { get; }

    public required string Name { get; init; }

    public required IReadOnlyList<CenterAddress> Centers { get; init; }

    public string? Token { get; init; }

    public RpcClientTls? Tls { get; init; }

    public required string SpoolRoot { get; init; }

    public required SpoolLimits Spool { get; init; }

    public required TimeSpan BondAge { get; init; }

    public required AccountingSettings Accounting { get; init; }

    /// <summary>Which raw packets are kept; null keeps none.</summary>
    public RetentionOptions? Retention { get; init; }

    /// <summary>What the user should know of keys that change nothing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <exception cref="UsageException">Something is missing or wrong; the message says where.</exception>
    public static ProbeSettings Read(string? file)
    {
        var yaml = YamlSettings.Read(file, Environment.GetEnvironmentVariable);
        var tokens = Secrets.Tokens(yaml, "token", "What the centers ask for");
        if (tokens.Count > 1) throw new UsageException("a probe has one token");
        var defaults = SpoolLimits.Default;
        var old = WakizashiProbeKeys.Read(yaml);
        var centers = yaml.FindAll("centers", "Where to deliver, HOST[:PORT]; the next one is taken when one is away");
        var settings = new ProbeSettings(yaml, CaptureSettings.Read(yaml))
        {
            Name = yaml.FindText("name", "The probe's name in calls and reports (default NODE_NAME, then the host's name)")?.Text ?? SniffOptions.NodeName,
            Centers = [.. (centers.Count > 0 ? centers : old.Centers).Select(Center).Distinct()],
            Token = tokens.Count > 0 ? tokens[0] : null,
            Tls = ReadTls(yaml),
            SpoolRoot = yaml.FindText("spool.directory", "Where calls wait for centers (default: WEIR_SPOOL, then a directory of the user)")?.Text ?? old.SpoolRoot ?? Deliveries.DefaultSpool(),
            Spool = defaults with
            {
                MaxBytes = yaml.Get<long>("spool.maxSize", ByteSize.TryParse, "a size such as 1GiB", defaults.MaxBytes, "Beyond this size the oldest calls that wait are dropped and counted"),
                MaxAge = yaml.Get<TimeSpan>("spool.maxAge", Duration.TryParse, "a time such as 24h", defaults.MaxAge, "Calls that waited longer are dropped and counted"),
            },
            BondAge = yaml.Get<TimeSpan>("spool.waitForStore", Duration.TryParse, "a time such as 30m", TimeSpan.FromMinutes(30), "How long a probe waits for the store that had its last calls, before it delivers what is left to another"),
            Accounting = AccountingSettings.Read(yaml, old),
            Retention = RetentionSettings.Read(yaml),
            Notes = old.Notes,
        };
        yaml.RefuseUnknown();
        if (settings.Centers.Count == 0)
            throw new UsageException("a probe needs its centers: the key centers of its configuration, or WEIR_CENTERS, such as center:7374");
        return settings;
    }

    public CenterOutputOptions Output(OwnSockets own, Action<string> tell, CancellationToken stop) => new()
    {
        Probe = Name,
        Centers = Centers,
        Token = Token,
        Channel = new RpcChannelOptions { Tls = Tls, Connecting = own.Add },
        SpoolRoot = SpoolRoot,
        Spool = Spool,
        BondAge = BondAge,
        Stop = stop,
        Tell = tell,
    };

    /// <summary>What is counted, for the same centers.</summary>
    public TrafficOptions Traffic(ITrafficSink sink, IPeerIdentifier? identifier) => new()
    {
        Sink = sink,
        Interval = Accounting.Interval,
        Node = Name,
        Address = Accounting.Address,
        Devices = Accounting.Devices,
        Identifier = identifier,
    };

    private static CenterAddress Center(Setting setting) =>
        CenterAddress.TryParse(setting.Text, out var address) ? address : throw setting.Wrong("a center such as center:7374 or [fd00::7]:7374");

    /// <summary>Encrypted when any key of the section is there.</summary>
    private static RpcClientTls? ReadTls(YamlSettings yaml)
    {
        var (authority, certificate, name) = (Secrets.Authority(yaml, "tls.authority", "PEM file of the authorities that may sign the centers' certificates (default: those of the system)"), Secrets.Certificate(yaml, "tls", "PEM file; shown to centers that ask for one"), yaml.FindText("tls.serverName", "The name in the centers' certificate, where it is not that of the address")?.Text);
        var asked = yaml.Get("tls.enabled", bool.TryParse, "true or false", authority is not null || certificate is not null || name is not null, "Whether calls are delivered encrypted; when left out, any other key of the section turns it on");
        return asked ? new RpcClientTls(authority, certificate, name) : null;
    }
}
