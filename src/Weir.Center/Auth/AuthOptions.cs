using System.Net;

namespace Weir.Center.Auth;

/// <summary>Who may use the page and the API.</summary>
public sealed record AuthOptions
{
    /// <summary>False: whoever reaches the page is its administrator. Only on loopback.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Password of <c>admin</c>, used when there is no user yet; null makes one up.</summary>
    public string? AdminPassword { get; init; }

    /// <summary>A provider that people may log in by; null has none.</summary>
    public Oidc.OidcOptions? Oidc { get; init; }

    /// <summary>Loggers may send without a token, whatever the address. On loopback they may in any case.</summary>
    public bool OpenMessages { get; init; }

    /// <summary>Where browsers see the page when a proxy in between says another host: its origin is taken for the page's own.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Proxies whose word on the address of a client and on TLS (X-Forwarded-For, X-Forwarded-Proto) is taken.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>How long an access token or a session holds: half a day, so that a working day takes one login.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Age at which another key begins to sign.</summary>
    public TimeSpan KeyLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a login link holds.</summary>
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromMinutes(15);

    public AuthLimits Limits { get; init; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Rounds of the password hash; tests take fewer. OWASP's figure for PBKDF2-HMAC-SHA512 is 210 000.</summary>
    internal int PasswordRounds { get; init; } = PasswordHash.Rounds;

    /// <summary>Checks what only makes sense together.</summary>
    /// <exception cref="IOException">Whoever reaches the address could read all traffic, or the password of the first user cannot be taken.</exception>
    public void Check(IPEndPoint listen)
    {
        if (AdminPassword is { } password && Credentials.PasswordTrouble(password, Accounts.FirstUser) is { } trouble)
            throw new IOException($"the password of {Accounts.FirstUser} (WEIR_ADMIN_PASSWORD, or the file of WEIR_ADMIN_PASSWORD_FILE) {trouble}");
        if (Enabled || IPAddress.IsLoopback(listen.Address)) return;
        throw new IOException(
            $"listening on {listen} without authentication would show all captured traffic to whoever reaches it: leave out --no-auth, or listen on 127.0.0.1");
    }
}
