using System.Globalization;
using System.Text.Json;
using Weir.Storage.ClickHouse;
using Weir.Storage.Filter;

namespace Weir.Storage.Accounts;

/// <summary>
/// Accounts of all centers over one ClickHouse, beside the calls (docs/decisions/0023-accounts-of-several-centers.md). Each user, token, key and
/// ended session is a document of its own, of which the newest version counts and an empty one means gone. Thread-safe.
/// </summary>
public sealed class ClickHouseAccountStore : IAccountStore
{
    private const string User = "user";
    private const string Token = "token";
    private const string Used = "token_used";
    private const string Key = "key";
    private const string Ended = "ended_session";

    /// <summary>Lines of the audit log between two looks at how many there are.</summary>
    private const int TrimEvery = 500;

    private readonly ClickHouseStoreOptions _options;
    private readonly ClickHouseClient _client;
    private readonly ClickHouseSchema _schema;
    private readonly Lock _writing = new();
    private readonly RowBinaryWriter _rows = new();
    private ulong _lastVersion;
    private int _appended;

    /// <param name="options">The store of the calls.</param>
    /// <exception cref="StoreException">The server is away or refuses, or the database is not ours.</exception>
    public ClickHouseAccountStore(ClickHouseStoreOptions options)
    {
        _options = options;
        (_client, _schema) = ClickHouseSchema.Open(options);
    }

    public bool IsShared => true;

    public long Revision() => _client.Number($"SELECT toInt64(sum(cityHash64(kind, name, version))) FROM {_schema.Accounts}", CancellationToken.None);

    public IReadOnlyList<UserRecord> LoadUsers() => [.. Load<UserRecord>(User).OrderBy(static user => user.Name, StringComparer.Ordinal)];

    public void SaveUser(UserRecord user) => Save(User, user.Name, user);

    public void DeleteUser(string name)
    {
        // First: what is left when this breaks off is a user without tokens, and no token without its user.
        foreach (var token in Load<TokenRecord>(Token).Where(token => token.Owner == name)) Delete(Token, token.Id);
        Delete(User, name);
    }

    public IReadOnlyList<TokenRecord> LoadTokens()
    {
        var used = Documents<long>(Used).ToDictionary(StringComparer.Ordinal);
        return [.. Load<TokenRecord>(Token).Select(token => used.TryGetValue(token.Id, out var ms) ? token with { UsedMs = ms } : token)
            .OrderBy(static token => token.CreatedMs).ThenBy(static token => token.Id, StringComparer.Ordinal)];
    }

    public void AddToken(TokenRecord token) => Save(Token, token.Id, token);

    public void TouchToken(string id, long usedMs) => Save(Used, id, usedMs);

    public void DeleteToken(string id) => Delete(Token, id);

    public IReadOnlyList<SigningKeyRecord> LoadKeys() =>
        [.. Load<SigningKeyRecord>(Key).OrderBy(static key => key.CreatedMs).ThenBy(static key => key.Id, StringComparer.Ordinal)];

    public void AddKey(SigningKeyRecord key) => Save(Key, key.Id, key);

    public void DeleteKey(string id) => Delete(Key, id);

    public IReadOnlyList<(string Id, long ExpiresMs)> LoadEndedSessions() => [.. Documents<long>(Ended).Select(static one => (one.Key, one.Value))];

    public void EndSession(string id, long expiresMs, long nowMs)
    {
        foreach (var (old, until) in LoadEndedSessions())
            if (until < nowMs) Delete(Ended, old);
        Save(Ended, id, expiresMs);
    }

    public void AppendAudit(AuditRecord line, int keep)
    {
        lock (_writing)
        {
            _rows.Clear();
            // Its time and its place at once: microseconds, of which no two lines of a center are the same.
            _rows.Int64((long)NextVersion(0));
            _rows.Int64(line.AtMs);
            foreach (var text in (string[])[line.Kind, line.Actor, line.Via, line.Address, line.Action, line.Target, line.Detail]) _rows.Text(text);
            _rows.Int32(line.Status);
            _client.Insert($"{_schema.Audit} (id,at_ms,kind,actor,via,address,action,target,detail,status)", _rows.Written, Guid.NewGuid().ToString("N"));
            if (_appended++ % TrimEvery == 0) _schema.TrimAudit(keep);
        }
    }

    public IReadOnlyList<AuditRecord> QueryAudit(AuditQuery query)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"id < {query.BeforeId}")
            + (query.Kind is { } kind ? $" AND kind = {ClickHouseDialect.Text(kind)}" : "")
            + (query.Actor is { } actor ? $" AND actor = {ClickHouseDialect.Text(actor)}" : "");
        return _client.Rows(
            $"SELECT id, at_ms, kind, actor, via, address, action, target, detail, status FROM {_schema.Audit} WHERE {where} ORDER BY id DESC LIMIT "
            + query.Limit.ToString(CultureInfo.InvariantCulture),
            static row =>
            {
                var (id, atMs) = (row.Int64(), row.Int64());
                var (kind, actor, via, address) = (row.Text(), row.Text(), row.Text(), row.Text());
                var (action, target, detail) = (row.Text(), row.Text(), row.Text());
                return new AuditRecord(id, atMs, kind, actor, via, address, action, target, row.Int32(), detail);
            },
            CancellationToken.None);
    }

    public void Dispose() => _client.Dispose();

    private IEnumerable<T> Load<T>(string kind) => Documents<T>(kind).Select(static one => one.Value);

    private List<KeyValuePair<string, T>> Documents<T>(string kind)
    {
        try
        {
            return _client.Rows(
                $"SELECT name, argMax(body, version) AS newest FROM {_schema.Accounts} WHERE kind = {ClickHouseDialect.Text(kind)} GROUP BY name HAVING length(newest) > 0 ORDER BY name",
                static row => KeyValuePair.Create(row.Text(), JsonSerializer.Deserialize<T>(row.Bytes())!), CancellationToken.None);
        }
        catch (Exception broken) when (broken is JsonException or InvalidDataException)
        {
            throw new StoreException(StoreFailure.Corrupt, $"Store {_client.Address}: accounts cannot be read: {broken.Message}", broken);
        }
    }

    private void Save<T>(string kind, string name, T value) => Write(kind, name, JsonSerializer.SerializeToUtf8Bytes(value));

    private void Delete(string kind, string name) => Write(kind, name, []);

    private void Write(string kind, string name, byte[] body)
    {
        lock (_writing)
        {
            // Above what is there, whatever the clock of the center that wrote it: the last change counts.
            var known = _client.Number(
                $"SELECT toInt64(max(version)) FROM {_schema.Accounts} WHERE kind = {ClickHouseDialect.Text(kind)} AND name = {ClickHouseDialect.Text(name)}", CancellationToken.None);
            _rows.Clear();
            _rows.Text(kind);
            _rows.Text(name);
            _rows.UInt64(NextVersion((ulong)known));
            _rows.Text(body);
            _client.Insert($"{_schema.Accounts} (kind,name,version,body)", _rows.Written, Guid.NewGuid().ToString("N"));
        }
    }

    /// <summary>Microseconds since 1970, counted on where the clock stands still or is behind.</summary>
    private ulong NextVersion(ulong above)
    {
        var now = (ulong)Math.Max(0, (_options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10);
        return _lastVersion = Math.Max(now, Math.Max(_lastVersion, above) + 1);
    }
}
