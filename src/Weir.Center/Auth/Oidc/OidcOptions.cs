namespace Weir.Center.Auth.Oidc;

/// <summary>A provider of OpenID Connect that says who people are.</summary>
public sealed record OidcOptions
{
    /// <summary>As its tokens name it; its discovery document is below.</summary>
    public required Uri Issuer { get; init; }

    /// <summary>Weir, as the provider knows it.</summary>
    public required string ClientId { get; init; }

    /// <summary>Null for a public client, which PKCE alone protects.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>What the page calls it: "Sign in with …".</summary>
    public string Name { get; init; } = "single sign-on";

    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>Audiences, beside the client, for which the API takes access tokens.</summary>
    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Claim that names people.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>Claim with groups or roles; dots lead into objects: <c>realm_access.roles</c>.</summary>
    public string RoleClaim { get; init; } = "groups";

    /// <summary>Which values of that claim give which role; the highest counts.</summary>
    public IReadOnlyDictionary<string, Role> Roles { get; init; } = new Dictionary<string, Role>();

    /// <summary>Role of those whose claim gives none; null lets nobody of them in.</summary>
    public Role? DefaultRole { get; init; }

    public OidcLimits Limits { get; init; } = new();

    /// <summary>Whether an address may be spoken to: encrypted, or on this machine.</summary>
    public static bool IsSafe(Uri address) => address.IsAbsoluteUri && address.UserInfo.Length == 0 && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}

/// <summary>What a provider and strangers may cost.</summary>
public sealed record OidcLimits
{
    /// <summary>Logins that were begun and not ended; the oldest gives way.</summary>
    public int MaxPending { get; init; } = 1000;

    /// <summary>How long a login may take.</summary>
    public TimeSpan PendingLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes of an answer of the provider.</summary>
    public int MaxAnswerBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of a token.</summary>
    public int MaxTokenBytes { get; init; } = 16 << 10;

    /// <summary>Time that the provider has for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Age at which keys and addresses of the provider are asked for again; they hold on while it does not answer.</summary>
    public TimeSpan KeyAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Keys are asked for at most once in this time, whatever tokens name.</summary>
    public TimeSpan MinRefresh { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far clocks may differ.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(1);
}
