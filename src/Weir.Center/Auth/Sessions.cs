using System.Collections.Immutable;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>Sessions that were ended before their time, until that time. Thread-safe.</summary>
internal sealed class Sessions
{
    private readonly Lock _changing = new();
    private readonly IAccountStore _store;
    private readonly Users _users;
    private readonly AuthOptions _options;
    private volatile ImmutableDictionary<string, long> _ended = ImmutableDictionary<string, long>.Empty;

    public Sessions(IAccountStore store, Users users, AuthOptions options)
    {
        (_store, _users, _options) = (store, users, options);
        Load();
    }

    public bool HasEnded(string id) => _ended.ContainsKey(id);

    /// <summary>Takes over what other centers changed.</summary>
    /// <exception cref="Storage.StoreException">The store can't be read.</exception>
    public void Load()
    {
        lock (_changing) _ended = _store.LoadEndedSessions().ToImmutableDictionary(static one => one.Id, static one => one.ExpiresMs, StringComparer.Ordinal);
    }

    /// <summary>Ends a session; all of its user where there is no room to remember one.</summary>
    public void End(Caller caller)
    {
        var nowMs = _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_changing)
        {
            _ended = _ended.RemoveRange(_ended.Where(one => one.Value < nowMs).Select(static one => one.Key));
            if (_ended.Count < _options.Limits.MaxEndedSessions)
            {
                var endMs = caller.ExpiresAt!.Value.ToUnixTimeMilliseconds();
                _store.EndSession(caller.Id, endMs, nowMs);
                _ended = _ended.SetItem(caller.Id, endMs);
                return;
            }
        }

        _ = _users.EndSessions(caller.Name);
    }
}
