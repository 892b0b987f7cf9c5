using System.Net;
using Weir.Cli.Commands;
using Weir.Cli.Configuration;
using Weir.Cli.Values;
using Weir.Center.Hosting;
using Weir.Center.Probes;
using Weir.Export.Center;
using Weir.Rpc.Server;

namespace Weir.Cli.Roles;

/// <summary>What <c>weir center</c> reads from its file and the environment.</summary>
internal sealed class CenterSettings
{
    /// <summary>Keys that are applied while it runs.</summary>
    public static readonly IReadOnlyList<string> Live = ["probes.token", "probes.tokenFile"];

    public required YamlSettings Yaml { get; init; }

    public required CenterOptions Options { get; init; }

    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Where wakizashi's centers answered <c>/healthz</c>; null where nobody asks.</summary>
    public IPEndPoint? Health { get; init; }

    /// <summary>What the user should know of keys that change nothing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <param name="file">The configuration; null for the environment alone.</param>
    /// <param name="store">What the command line says of the store, which goes first.</param>
    /// <param name="noAuth">The command line takes everybody for an administrator.</param>
    /// <exception cref="UsageException">Something is wrong; the message says where.</exception>
    public static CenterSettings Read(string? file, string? store, bool noAuth)
    {
        var yaml = YamlSettings.Read(file, Environment.GetEnvironmentVariable);
        var tokens = Secrets.Tokens(yaml, "probes.token", "What probes have to show; several are taken");
        var old = WakizashiCenterKeys.Read(yaml);
        var size = yaml.Get("maxSize", ByteSize.TryParse, "a size such as 2GiB", 2L << 30, "Oldest calls are deleted beyond this size; with ClickHouse, oldest days, and only when it is set");
        var age = yaml.Get("maxAge", Duration.TryParse, "a time such as 7d", TimeSpan.FromDays(7), "Calls are deleted after this time; with ClickHouse, by the day");
        var options = new CenterOptions
        {
            Listen = yaml.Get<IPEndPoint>("listen", IsEndpoint, "an address and port such as 127.0.0.1:7373", new IPEndPoint(IPAddress.Loopback, 7373), "Where the page and the REST API listen"),
            ClickHouse = StoreSettings.Read(yaml, store, yaml.Seen.ContainsKey("maxSize") ? size : long.MaxValue, age),
            DataDirectory = yaml.FindText("data", "Directory of the store, the accounts and the queues (default ~/.local/share/weir)")?.Text ?? UpCommand.DataDirectory(null, demo: false),
            MaxBytes = size,
            MaxAge = age,
            Auth = AuthSettings.Read(yaml, noAuth),
            Probes = new ProbePort
            {
                Listen = yaml.Get<IPEndPoint>(
                    "probes.listen", IsEndpoint, "an address and port such as 127.0.0.1:7374", new IPEndPoint(IPAddress.Loopback, CenterAddress.DefaultPort), "Where probes deliver"),
                Tokens = new ProbeTokens(tokens),
                Tls = ReadTls(yaml),
            },
            Traffic = TrafficSettings.Read(yaml, old),
            Respond = RespondSettings.Read(yaml),
            Scans = ScanSettings.Read(yaml),
            Tetragon = TetragonSettings.Read(yaml),
        };
        yaml.RefuseUnknown();
        return new CenterSettings { Yaml = yaml, Options = options, Tokens = tokens, Health = old.Health, Notes = old.Notes };
    }

    private static RpcServerTls? ReadTls(YamlSettings yaml)
    {
        var (certificate, authority) = (Secrets.Certificate(yaml, "probes.tls", "PEM file; with both, probes are heard encrypted"), Secrets.Authority(yaml, "probes.tls.clientAuthority", "PEM file of the authorities whose certificates probes have to show"));
        if (certificate is not null) return new RpcServerTls(certificate, authority);
        return authority is null
            ? null
            : throw new UsageException("probes.tls.clientAuthority asks probes for certificates, which needs one of the center's own: probes.tls.certificate and probes.tls.key");
    }

    private static bool IsEndpoint(string text, out IPEndPoint endpoint)
    {
        var valid = IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var read) && read.Port > 0;
        endpoint = read!;
        return valid;
    }
}
