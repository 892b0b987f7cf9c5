namespace Weir.Storage.Accounts;

/// <summary>
/// Users, tokens, keys and the audit log. What a method wrote is kept when it returns; every one may throw <see cref="StoreException"/>.
/// Thread-safe.
/// </summary>
public interface IAccountStore : IDisposable
{
    /// <summary>Other centers write here too: what was loaded may have changed.</summary>
    bool IsShared { get; }

    /// <summary>A number that is another one after every change to users, tokens, keys and sessions; 0 where nobody else makes any.</summary>
    long Revision();

    /// <summary>By name.</summary>
    IReadOnlyList<UserRecord> LoadUsers();

    /// <summary>Writes a user; one of the same name gives up its place and keeps its tokens.</summary>
    void SaveUser(UserRecord user);

    /// <summary>Forgets a user with all tokens.</summary>
    void DeleteUser(string name);

    /// <summary>Oldest first.</summary>
    IReadOnlyList<TokenRecord> LoadTokens();

    void AddToken(TokenRecord token);

    /// <summary>Notes when a token was used; brings none back that was deleted.</summary>
    void TouchToken(string id, long usedMs);

    void DeleteToken(string id);

    /// <summary>Oldest first.</summary>
    IReadOnlyList<SigningKeyRecord> LoadKeys();

    void AddKey(SigningKeyRecord key);

    void DeleteKey(string id);

    /// <summary>Sessions that were ended before their time, with the time (Unix milliseconds) at which that no longer matters.</summary>
    IReadOnlyList<(string Id, long ExpiresMs)> LoadEndedSessions();

    /// <summary>Remembers an ended session, and forgets those that would be over by now.</summary>
    void EndSession(string id, long expiresMs, long nowMs);

    /// <summary>Writes a line; of its kind at least the newest are kept.</summary>
    /// <param name="line">What happened.</param>
    /// <param name="keep">Lines of a kind.</param>
    void AppendAudit(AuditRecord line, int keep);

    /// <summary>Newest first.</summary>
    IReadOnlyList<AuditRecord> QueryAudit(AuditQuery query);
}
