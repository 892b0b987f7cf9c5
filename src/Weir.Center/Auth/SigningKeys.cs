using System.Collections.Immutable;
using System.Security.Cryptography;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>
/// The keys of access tokens: the newest signs, the older ones are known until the last token they signed is over. Kept in the store, so
/// that a restart ends no session. Thread-safe.
/// </summary>
internal sealed class SigningKeys
{
    /// <summary>As long as what HMAC-SHA256 gives (RFC 7518 §3.2).</summary>
    private const int SecretBytes = 32;

    private readonly Lock _lock = new();
    private readonly IAccountStore _store;
    private readonly AuthOptions _options;
    private ImmutableArray<SigningKeyRecord> _keys;

    public SigningKeys(IAccountStore store, AuthOptions options)
    {
        (_store, _options) = (store, options);
        Load();
    }

    /// <summary>Oldest first; the last one signs.</summary>
    public IReadOnlyList<SigningKeyRecord> All => _keys;

    /// <summary>Takes over what other centers changed.</summary>
    /// <exception cref="Storage.StoreException">The store can't be read.</exception>
    public void Load()
    {
        lock (_lock) _keys = [.. _store.LoadKeys()];
    }

    /// <summary>The key that signs now; another one when the last has become old.</summary>
    public SigningKeyRecord Current()
    {
        var keys = _keys;
        var dueMs = _options.Time.GetUtcNow().ToUnixTimeMilliseconds() - (long)_options.KeyLifetime.TotalMilliseconds;
        if (keys.Length > 0 && keys[^1].CreatedMs > dueMs) return keys[^1];
        lock (_lock) return _keys.Length > 0 && _keys[^1].CreatedMs > dueMs ? _keys[^1] : Add();
    }

    public SigningKeyRecord? Find(string id)
    {
        foreach (var key in _keys)
            if (key.Id == id) return key;
        return null;
    }

    /// <summary>Another key signs from now on. Tokens of the others hold until they end.</summary>
    public SigningKeyRecord Rotate()
    {
        lock (_lock) return Add();
    }

    private SigningKeyRecord Add()
    {
        var nowMs = _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        // Never as old as the one before: the time is what tells after a restart which of them signs.
        var createdMs = _keys.Length > 0 ? Math.Max(nowMs, _keys[^1].CreatedMs + 1) : nowMs;
        var added = new SigningKeyRecord(Credentials.NewId(), RandomNumberGenerator.GetBytes(SecretBytes), createdMs);
        _store.AddKey(added);
        var kept = _keys.Add(added);
        // A key is over when its follower has signed for as long as a token holds.
        while (kept.Length > 1 && kept[1].CreatedMs + (long)_options.TokenLifetime.TotalMilliseconds < nowMs)
        {
            _store.DeleteKey(kept[0].Id);
            kept = kept.RemoveAt(0);
        }

        _keys = kept;
        return added;
    }
}
