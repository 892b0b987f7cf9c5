using System.CommandLine;
using Weir.Cli.Configuration;
using Weir.Storage;

namespace Weir.Cli.Roles;

/// <summary>
/// Which store: <c>--store</c>, or the section <c>store</c> of a configuration. User and password come from a file or the environment,
/// never from the command line, which every user of the host can read.
/// </summary>
internal static class StoreSettings
{
    public static Option<string?> Option() => new("--store")
    {
        Description = "Keep calls in ClickHouse instead of the embedded store (env WEIR_STORE_URL; WEIR_STORE_USER, WEIR_STORE_PASSWORD or WEIR_STORE_PASSWORD_FILE)",
        HelpName = StoreAddress.Syntax,
    };

    /// <summary>Null for the embedded store.</summary>
    /// <param name="yaml">The configuration, or the environment alone.</param>
    /// <param name="argument">What the command line says, which goes first.</param>
    /// <param name="maxBytes">Size beyond which the oldest days go.</param>
    /// <param name="maxAge">Age beyond which they go.</param>
    /// <exception cref="UsageException">It is no address of a store.</exception>
    public static ClickHouseStoreOptions? Read(YamlSettings yaml, string? argument, long maxBytes, TimeSpan maxAge)
    {
        var setting = yaml.FindText("store.url", "Keep calls in ClickHouse instead of the embedded store: clickhouse:http[s]://HOST:PORT/DATABASE");
        var (user, password, cluster) = (yaml.FindText("store.user", "User of the store")?.Text, Secrets.Text(yaml, "store.password", "Password of the store"), yaml.FindText("store.cluster", "Cluster of ClickHouse on which tables are made; to be chosen before the first start"));
        if ((argument ?? setting?.Text) is not { } address) return null;
        if (!StoreAddress.TryParse(address, out var options, out var error))
            throw new UsageException(argument is null ? $"{setting!.Place}: store.url: {error}" : $"--store: {error}");
        if (cluster is { } named && !StoreAddress.IsName(named.Text)) throw named.Wrong("the name of a cluster: letters, digits and underscores");
        return options with { User = user, Password = password, Cluster = cluster?.Text, MaxBytes = maxBytes, MaxAge = maxAge };
    }
}
