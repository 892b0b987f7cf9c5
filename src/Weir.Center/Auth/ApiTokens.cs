using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>
/// Tokens of programs. A token is 256 random bits behind <see cref="Prefix"/>, so that scanners for secrets find it; only its SHA-256 is
/// kept, which is enough for what nobody can guess. Thread-safe.
/// </summary>
internal sealed class ApiTokens
{
    public const string Prefix = "weir_";

    /// <summary>The time of last use is written this often at most.</summary>
    private const long TouchEveryMs = 60_000;

    private readonly Lock _changing = new();
    private readonly IAccountStore _store;
    private readonly Users _users;
    private readonly AuthOptions _options;
    private volatile ImmutableDictionary<string, TokenRecord> _byHash = ImmutableDictionary<string, TokenRecord>.Empty;

    public ApiTokens(IAccountStore store, Users users, AuthOptions options)
    {
        (_store, _users, _options) = (store, users, options);
        Load();
    }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<TokenRecord> All => [.. _byHash.Values.OrderBy(static token => token.CreatedMs).ThenBy(static token => token.Id, StringComparer.Ordinal)];

    /// <summary>Takes over what other centers changed.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Load()
    {
        lock (_changing) _byHash = _store.LoadTokens().ToImmutableDictionary(static token => Key(token.Hash), StringComparer.Ordinal);
    }

    /// <returns>The token, which is kept nowhere, and its record; null when there is no room.</returns>
    public (string Token, TokenRecord Record)? Create(string name, string owner, Role role, DateTimeOffset? expiresAt)
    {
        var token = Prefix + Credentials.NewSecret();
        var record = new TokenRecord(
            Credentials.NewId(), name, owner, role.Name(), Hash(token), _options.Time.GetUtcNow().ToUnixTimeMilliseconds(), expiresAt?.ToUnixTimeMilliseconds(), null);
        lock (_changing)
        {
            BeforeChange();
            if (_byHash.Count >= _options.Limits.MaxTokens) return null;
            _store.AddToken(record);
            _byHash = _byHash.SetItem(Key(record.Hash), record);
        }

        return (token, record);
    }

    /// <summary>Takes tokens away for good.</summary>
    /// <returns>Those that were there.</returns>
    public IReadOnlyList<TokenRecord> Delete(Func<TokenRecord, bool> which)
    {
        lock (_changing)
        {
            BeforeChange();
            var gone = _byHash.Values.Where(which).ToList();
            foreach (var token in gone)
            {
                _store.DeleteToken(token.Id);
                _byHash = _byHash.Remove(Key(token.Hash));
            }

            return gone;
        }
    }

    /// <summary>Who shows this token; null when nobody may.</summary>
    public Caller? Find(string token)
    {
        var now = _options.Time.GetUtcNow();
        var key = Key(Hash(token));
        if (!_byHash.TryGetValue(key, out var found) || found.ExpiresMs <= now.ToUnixTimeMilliseconds()) return null;
        if (_users.Find(found.Owner) is not { Disabled: false } owner || Roles.Parse(found.Role) is not { } role) return null;
        Touch(key, now.ToUnixTimeMilliseconds());
        // An owner who may do less today lends no more than that.
        var lent = role == Role.Logger || role <= owner.Role ? role : owner.Role;
        return new Caller(owner.Name, lent, CallerKind.ApiToken, found.Id, found.ExpiresMs is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null, Label: found.Name);
    }

    /// <summary>Whether a token that was good before was not taken away since.</summary>
    public bool Holds(string id) => _byHash.Values.Any(token => token.Id == id);

    /// <summary>Left out while somebody else is at the store: the next use comes soon.</summary>
    private void Touch(string key, long nowMs)
    {
        if (!_changing.TryEnter()) return;
        try
        {
            if (!_byHash.TryGetValue(key, out var token) || nowMs - (token.UsedMs ?? 0) < TouchEveryMs) return;
            _byHash = _byHash.SetItem(key, token with { UsedMs = nowMs });
            _store.TouchToken(token.Id, nowMs);
        }
        catch (StoreException)
        {
            // A full disk is told by whatever must be written; a program that only reads is served all the same.
        }
        finally
        {
            _changing.Exit();
        }
    }

    /// <summary>A change is made of what is there, and not of what was there a second ago.</summary>
    private void BeforeChange()
    {
        if (_store.IsShared) Load();
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Found by hash: how long the look-up takes tells about the hash at most, of which no token follows.</summary>
    private static string Key(byte[] hash) => Convert.ToHexString(hash);
}
