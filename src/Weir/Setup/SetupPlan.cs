using Weir.Export.Apisec;

namespace Weir.Cli.Setup;

/// <summary>What setup was told.</summary>
/// <param name="Configuration">For the ConfigMap.</param>
/// <param name="Token">Null when it is not known yet.</param>
/// <param name="WriteSecret">Write the Secret's manifest too.</param>
internal sealed record SetupPlan(ApisecConfiguration Configuration, string? Token, bool WriteSecret)
{
    /// <summary>A mapping as one argument: <c>SERVICE=APPID/INSTANCEID</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static KeyValuePair<string, ApisecTarget> ParseMapping(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var slash = text.LastIndexOf('/');
        if (equals > 0 && slash > equals)
        {
            var (service, app, instance) = (text[..equals].Trim(), text[(equals + 1)..slash].Trim(), text[(slash + 1)..].Trim());
            if (SetupFiles.IsName(service) && SetupFiles.IsName(app) && SetupFiles.IsName(instance)) return new(service, new ApisecTarget(app, instance));
        }

        throw new UsageException($"--map takes SERVICE=APPID/INSTANCEID, not '{text}'");
    }

    /// <summary>What a person should see before files are written; of the token that it is there.</summary>
    public IEnumerable<string> Summary()
    {
        yield return $"Platform:        {Configuration.Url}";
        yield return $"API token:       {(Token is null ? "not given" : $"given ({Token.Length} characters)")}";
        yield return $"Auto-onboarding: {(Configuration.AutoOnboardNewServices ? "on" : "off")}";
        yield return $"Services:        {Configuration.Mappings.Count}";
        foreach (var (service, target) in Configuration.Mappings) yield return $"  {service}: application {target.AppId}, instance {target.InstanceId}";
    }
}
