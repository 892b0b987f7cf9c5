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
        var (issuer, client, secret) = (yaml.FindText("auth.oidc.issuer", "Address of a provider of OpenID Connect, as its tokens name it"), yaml.FindText("auth.oidc.clientId", "Name of this client at the provider"), Secrets.Hidden(yaml, "auth.oidc.clientSecret", "Its secret; not in the file itself. Left out for a public client"));
        var scopes = yaml.FindAll("auth.oidc.scopes", "What is asked for; openid is among it (default openid, profile, email)");
        var audiences = yaml.FindAll("auth.oidc.audiences", "Audiences, beside the client, for which access tokens of programs are taken");
        var (name, nameClaim, roleClaim) = (yaml.FindText("auth.oidc.name", "What the button of the login page names")?.Text, yaml.FindText("auth.oidc.nameClaim", "The claim that is the name of the user; dots lead into objects (default preferred_username)")?.Text, yaml.FindText("auth.oidc.roleClaim", "The claim whose values give roles (default groups)")?.Text);
        var otherwise = yaml.FindText("auth.oidc.defaultRole", "viewer, operator or admin: the role of those whose claim gives none; without it they stay outside");
        var roles = new Dictionary<string, Role>(StringComparer.Ordinal);
        // The highest last, so that a value that is named twice gives it.
        foreach (var role in (Role[])[Role.Viewer, Role.Operator, Role.Admin])
            foreach (var one in yaml.FindAll($"auth.oidc.roles.{role.Name()}", "Values of the role claim that give this role")) roles[one.Text] = role;
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
