using Weir.Cli.Commands;
using Weir.Export.Apisec;

namespace Weir.Cli.Delivery;

/// <summary>
/// What the environment says about APISec, by the names that the old traffic monitor has (SERVICE_CONFIG_PATH,
/// ENABLE_APISEC_INTEGRATION, CLEAR_SAVED_MAPPINGS), and the token by names of Weir's own, because there it stood in the configuration.
/// </summary>
internal static class ApisecEnvironment
{
    /// <summary>Only when it is said; the old one is on by default too.</summary>
    public static bool IsOff => IsSaid("ENABLE_APISEC_INTEGRATION", "false");

    /// <summary>Some configuration is named, so that <c>weir up</c> delivers without being asked.</summary>
    public static bool IsNamed => SniffOptions.FromEnvironment("SERVICE_CONFIG_PATH") is not null;

    /// <exception cref="UsageException">The configuration that was named is not there. One that the environment names may come later.</exception>
    public static void Check(string? path)
    {
        if (path is not null && !File.Exists(path)) throw new UsageException($"there is no APISec configuration {path}; weir setup writes one");
    }

    /// <param name="path">As named on the command line; null for where the environment says.</param>
    /// <param name="spool">Directory of all spools.</param>
    /// <param name="tell">For the user.</param>
    public static ApisecOptions Read(string? path, string spool, Action<string> tell) => new()
    {
        ConfigurationPath = path ?? SniffOptions.FromEnvironment("SERVICE_CONFIG_PATH") ?? ApisecConfiguration.DefaultPath,
        SpoolRoot = spool,
        Token = SniffOptions.FromEnvironment("APISEC_TOKEN"),
        TokenPath = SniffOptions.FromEnvironment("APISEC_TOKEN_FILE"),
        AllowHttp = IsSaid("APISEC_ALLOW_HTTP", "true"),
        ClearSavedMappings = IsSaid("CLEAR_SAVED_MAPPINGS", "true"),
        Tell = tell,
    };

    private static bool IsSaid(string name, string value) => string.Equals(SniffOptions.FromEnvironment(name)?.Trim(), value, StringComparison.OrdinalIgnoreCase);
}
