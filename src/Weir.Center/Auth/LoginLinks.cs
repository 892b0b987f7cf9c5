using System.Security.Cryptography;
using System.Text;

namespace Weir.Center.Auth;

/// <summary>
/// Codes of login links: random, good once and for a quarter of an hour, and kept in memory alone. Whoever reads the console of Weir may log
/// in by one click. Thread-safe.
/// </summary>
internal sealed class LoginLinks(AuthOptions options)
{
    /// <summary>Links that wait at once; the oldest gives way.</summary>
    private const int MaxWaiting = 8;

    private readonly Lock _lock = new();
    private readonly List<(byte[] Hash, string User, DateTimeOffset EndsAt)> _waiting = [];

    /// <returns>A code for the one who is meant.</returns>
    public string Create(string user)
    {
        var code = Credentials.NewSecret();
        lock (_lock)
        {
            if (_waiting.Count >= MaxWaiting) _waiting.RemoveAt(0);
            _waiting.Add((Hash(code), user, options.Time.GetUtcNow() + options.LinkLifetime));
        }

        return code;
    }

    /// <summary>The user of a code, which is used up by that; null when there is no such code.</summary>
    public string? Take(string code)
    {
        var shown = Hash(code);
        lock (_lock)
        {
            _waiting.RemoveAll(one => one.EndsAt <= options.Time.GetUtcNow());
            var at = -1;
            for (var n = 0; n < _waiting.Count; n++)
                if (CryptographicOperations.FixedTimeEquals(_waiting[n].Hash, shown)) at = n;
            if (at < 0) return null;
            var user = _waiting[at].User;
            _waiting.RemoveAt(at);
            return user;
        }
    }

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
