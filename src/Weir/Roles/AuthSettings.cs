using System.CommandLine;
using System.Net;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Cli.Configuration;

namespace Weir.Cli.Roles;

/// <summary>Who may use the page and the API of <c>weir up</c> and <c>weir center</c>, and what the console says about it.</summary>
internal sealed class AuthSettings
{
    public Option<bool> Off { get; } = new("--no-auth")
    {
        Description = "Let every program and user of this machine read and change everything; on loopback only",
    };

    /// <summary>
    /// <c>adminPassword</c> or <c>adminPasswordFile</c> (WEIR_ADMIN_PASSWORD, WEIR_ADMIN_PASSWORD_FILE) and what else a deployment decides.
    /// </summary>
    /// <exception cref="UsageException">A value is not what its key takes.</exception>
    public static AuthOptions Read(YamlSettings settings, bool off) => new()
    {
        Enabled = !off,
        AdminPassword = Secrets.Text(settings, "adminPassword", "Password of admin at the first start, which otherwise makes one up and tells it once"),
        Oidc = OidcSettings.Read(settings),
        OpenMessages = settings.Get("openMessages", bool.TryParse, "true or false", false, "POST /message takes calls of loggers from everybody who reaches it, without a token"),
        PublicUrl = settings.Get<Uri?>("publicUrl", IsPage, "an address such as https://weir.example", null, "The address that browsers see behind a proxy; with https, cookies are for TLS alone"),
        Proxies = [.. settings.FindAll("trustedProxies", "Addresses or networks of proxies whose X-Forwarded-For is believed").Select(Network)],
    };

    /// <summary>What the one at the console has to know. The password of the first start is told here and nowhere else.</summary>
    /// <param name="host">Started.</param>
    /// <param name="center">Its options.</param>
    /// <param name="link">Offer to log in by one click.</param>
    public static void Announce(CenterHost host, CenterOptions center, bool link)
    {
        if (!center.Auth.Enabled)
        {
            Notice.Tell("WARNING: --no-auth: every program and user of this machine reads all that is captured, and may change everything");
            return;
        }

        if (host.FirstPassword is { } password)
            Notice.Tell($"first start: log in as admin with the password {password}  (shown this once, kept as a hash; docs/guides/accounts.md)");
        var loopback = IPAddress.IsLoopback(center.Listen.Address);
        if (link && loopback && host.CreateLoginLink() is { } address)
            Notice.Tell($"{address} logs in by one click, once, within {center.Auth.LinkLifetime.TotalMinutes:0} minutes");
        if (!loopback && center.Auth.PublicUrl?.Scheme != Uri.UriSchemeHttps)
            Notice.Tell("the page is served unencrypted: whoever is on the way reads passwords and calls; put a proxy with TLS in front of it, and its address into publicUrl");
    }

    private static bool IsPage(string text, out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static IPNetwork Network(Setting setting)
    {
        if (IPNetwork.TryParse(setting.Text, out var network)) return network;
        if (IPAddress.TryParse(setting.Text, out var one)) return new IPNetwork(one, one.GetAddressBytes().Length * 8);
        throw setting.Wrong("an address or a network such as 10.0.0.0/8");
    }
}
