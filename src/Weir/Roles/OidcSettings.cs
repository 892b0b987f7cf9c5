using Weir.Center.Auth;
using Weir.Center.Auth.Oidc;
using Weir.Cli.Configuration;

namespace Weir.Cli.Roles;

/// <summary>The section <c>auth.oidc</c>: a provider that people log in by.</summary>
internal static class OidcSettings
{
    /// <exception cref="UsageException">Something is wrong; the message says where.</exception>
    public static OidcOptions? Read(YamlSettings yaml)
    {
        var (issuer, client, secret) = (yaml.FindText("auth.oidc.issuer"), yaml.FindText("auth.oidc.clientId"), Secrets.Hidden(yaml, "auth.oidc.clientSecret"));
        var scopes = yaml.FindAll("auth.oidc.scopes");
        var audiences = yaml.FindAll("auth.oidc.audiences");
        var (name, nameClaim, roleClaim) = (yaml.FindText("auth.oidc.name")?.Text, yaml.FindText("auth.oidc.nameClaim")?.Text, yaml.FindText("auth.oidc.roleClaim")?.Text);
        var otherwise = yaml.FindText("auth.oidc.defaultRole");
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        // The highest last, so that a value that is named twice gives it.
        foreach (var role in (Role[])[Role.Viewer, Role.Operator, Role.Admin])
            foreach (var one in yaml.FindAll($"auth.oidc.roles.{role.Name()}")) roles[one.Text] = role;
        if (issuer is null && client is null) return null;
        if (issuer is null || client is null) throw new UsageException($"{(issuer ?? client)!.Place}: auth.oidc needs an issuer and a clientId");
        if (!Uri.TryCreate(issuer.Text, UriKind.Absolute, out var address) || !OidcOptions.IsSafe(address) || address.Query.Length > 0 || address.Fragment.Length > 0)
            throw issuer.Wrong("an address such as https://login.example/realms/shop");
        if (scopes.Count > 0 && !scopes.Any(static one => one.Text == "openid")) throw scopes[0].Wrong("a list with openid in it");
        var usual = otherwise is null ? null : Center.Auth.Roles.Parse(otherwise.Text);
        if (otherwise is not null && (usual is null or Role.Logger)) throw otherwise.Wrong("viewer, operator or admin");
        if (roles.Count == 0 && usual is null) throw new UsageException($"{issuer.Place}: nobody could log in: auth.oidc.roles says which groups give which role, or auth.oidc.defaultRole what everybody has");
        var all = new OidcOptions { Issuer = address, ClientId = client.Text };
        return all with
        {
            ClientSecret = secret, Name = name ?? all.Name, Scopes = scopes.Count > 0 ? [.. scopes.Select(static one => one.Text)] : all.Scopes, Audiences = [.. audiences.Select(static one => one.Text)],
            NameClaim = nameClaim ?? all.NameClaim, RoleClaim = roleClaim ?? all.RoleClaim, Roles = roles, DefaultRole = usual,
        };
    }
}
