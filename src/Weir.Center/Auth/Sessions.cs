using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>Sessions that were ended before their time, until that time. Thread-safe.</summary>
internal sealed class Sessions
{
    private readonly Lock _lock = new();
    private readonly AccountStore _store;
    private readonly Users _users;
    private readonly AuthOptions _options;
    private readonly Dictionary<string, long> _ended = new(StringComparer.Ordinal);

    public Sessions(AccountStore store, Users users, AuthOptions options)
    {
        (_store, _users, _options) = (store, users, options);
        foreach (var (id, expiresMs) in store.LoadEndedSessions()) _ended[id] = expiresMs;
    }

    public bool HasEnded(string id)
    {
        lock (_lock) return _ended.ContainsKey(id);
    }

    /// <summary>Ends a session; all of its user where there is no room to remember one.</summary>
    public void End(Caller caller)
    {
        var nowMs = _options.Time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            foreach (var (id, expiresMs) in _ended)
                if (expiresMs < nowMs) _ended.Remove(id);
            if (_ended.Count < _options.Limits.MaxEndedSessions)
            {
                var endMs = caller.ExpiresAt!.Value.ToUnixTimeMilliseconds();
                _store.EndSession(caller.Id, endMs, nowMs);
                _ended[caller.Id] = endMs;
                return;
            }
        }

        _ = _users.EndSessions(caller.Name);
    }
}
