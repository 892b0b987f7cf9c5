using System.Security.Cryptography;
using System.Text;

namespace Weir.Center.Auth.Oidc;

/// <summary>A login that was begun.</summary>
/// <param name="Nonce">What the token has to repeat.</param>
/// <param name="Verifier">Of PKCE (RFC 7636).</param>
/// <param name="Callback">Address that the provider was told.</param>
/// <param name="ReturnTo">Where the page goes on.</param>
internal sealed record PendingLogin(string Nonce, string Verifier, string Callback, string ReturnTo);

/// <summary>Logins under way, each good once, for some minutes, and for the browser that began it. Thread-safe.</summary>
internal sealed class PendingLogins(OidcLimits limits, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PendingLogin Login, byte[] Browser, DateTimeOffset EndsAt)> _pending = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock) return _pending.Count;
        }
    }

    /// <returns>State for the provider, and a secret for the browser's cookie.</returns>
    public (string State, string Browser) Add(PendingLogin login)
    {
        var (state, browser) = (Credentials.NewSecret(), Credentials.NewSecret());
        lock (_lock)
        {
            var now = time.GetUtcNow();
            foreach (var (key, one) in _pending)
                if (one.EndsAt <= now) _pending.Remove(key);
            if (_pending.Count >= limits.MaxPending) _pending.Remove(_pending.MinBy(static one => one.Value.EndsAt).Key);
            _pending[state] = (login, Hash(browser), now + limits.PendingLifetime);
        }

        return (state, browser);
    }

    /// <summary>The login of a state, used up by that; null when there is none, it is over, or another browser began it.</summary>
    public PendingLogin? Take(string? state, string? browser)
    {
        if (string.IsNullOrEmpty(state)) return null;
        lock (_lock)
        {
            if (!_pending.Remove(state, out var found) || found.EndsAt <= time.GetUtcNow()) return null;
            return browser is not null && CryptographicOperations.FixedTimeEquals(found.Browser, Hash(browser)) ? found.Login : null;
        }
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
