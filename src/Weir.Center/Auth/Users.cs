using System.Collections.Immutable;
using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>What became of a change to the users.</summary>
internal enum UserOutcome
{
    Done,
    Exists,
    Unknown,
    Full,
    /// <summary>Nobody would be left who can put it right.</summary>
    LastAdmin,
}

/// <summary>A user as requests see it.</summary>
internal sealed record User(string Name, Role Role, bool Disabled, string Stamp, string Password, DateTimeOffset CreatedAt, DateTimeOffset ChangedAt);

/// <summary>
/// Who may log in. Kept in memory whole and written through; asking never waits for the store, also while a change does. Thread-safe.
/// </summary>
internal sealed class Users
{
    private readonly Lock _changing = new();
    private readonly IAccountStore _store;
    private readonly AuthOptions _options;
    private volatile ImmutableDictionary<string, User> _users = ImmutableDictionary<string, User>.Empty;

    /// <exception cref="StoreException">The store can't be read, or holds what this version does not know.</exception>
    public Users(IAccountStore store, AuthOptions options)
    {
        (_store, _options) = (store, options);
        Load();
    }

    public IReadOnlyList<User> All => [.. _users.Values.OrderBy(static user => user.Name, StringComparer.Ordinal)];

    /// <param name="name">In any case of letters.</param>
    public User? Find(string name) => _users.GetValueOrDefault(Credentials.Fold(name));

    /// <summary>Takes over what other centers changed.</summary>
    /// <exception cref="StoreException">The store can't be read, or holds what this version does not know.</exception>
    public void Load()
    {
        lock (_changing) _users = _store.LoadUsers().ToImmutableDictionary(static user => user.Name, Of, StringComparer.Ordinal);
    }

    /// <param name="name">Folded and checked.</param>
    /// <param name="role">Not <see cref="Role.Logger"/>.</param>
    /// <param name="password">Checked.</param>
    public UserOutcome Create(string name, Role role, string password) =>
        // Hashing takes a tenth of a second: not under the lock.
        CreateHashed(name, role, PasswordHash.Create(password, _options.PasswordRounds));

    /// <summary>As <see cref="Create"/>, with the hash that was made of the password.</summary>
    public UserOutcome CreateHashed(string name, Role role, string hash)
    {
        lock (_changing)
        {
            BeforeChange();
            if (_users.ContainsKey(name)) return UserOutcome.Exists;
            if (_users.Count >= _options.Limits.MaxUsers) return UserOutcome.Full;
            var now = _options.Time.GetUtcNow();
            Save(new User(name, role, false, Credentials.NewId(), hash, now, now));
            return UserOutcome.Done;
        }
    }

    /// <summary>Somebody whom a provider knows: made at the first login, with the role that the provider gives each time. What was issued before holds on.</summary>
    /// <param name="name">Folded and checked.</param>
    /// <param name="role">By the provider.</param>
    /// <param name="identity">Who it is at the provider; stands in the place of a hash, and no password fits it.</param>
    /// <param name="user">The user, banned or not; null where it is not that one.</param>
    public UserOutcome Enter(string name, Role role, string identity, out User? user)
    {
        user = null;
        lock (_changing)
        {
            BeforeChange();
            if (!_users.TryGetValue(name, out var known))
            {
                if (CreateHashed(name, role, identity) is not UserOutcome.Done and var failed) return failed;
                known = _users[name];
            }

            if (known.Password != identity) return UserOutcome.Exists;
            if (known.Role != role) Save(known with { Role = role, ChangedAt = _options.Time.GetUtcNow() });
            user = _users[name];
            return UserOutcome.Done;
        }
    }

    /// <summary>Changes what is not null. All that was issued to the user before ends.</summary>
    public UserOutcome Change(string name, Role? role, bool? disabled, string? password)
    {
        var hash = password is null ? null : PasswordHash.Create(password, _options.PasswordRounds);
        lock (_changing)
        {
            BeforeChange();
            if (!_users.TryGetValue(name, out var user)) return UserOutcome.Unknown;
            var changed = user with
            {
                Role = role ?? user.Role,
                Disabled = disabled ?? user.Disabled,
                Password = hash ?? user.Password,
                Stamp = Credentials.NewId(),
                ChangedAt = _options.Time.GetUtcNow(),
            };
            if (IsLastAdmin(user) && (changed.Role != Role.Admin || changed.Disabled)) return UserOutcome.LastAdmin;
            Save(changed);
            return UserOutcome.Done;
        }
    }

    /// <summary>Ends all that was issued to a user before now.</summary>
    public UserOutcome EndSessions(string name) => Change(name, null, null, null);

    public UserOutcome Delete(string name)
    {
        lock (_changing)
        {
            BeforeChange();
            if (!_users.TryGetValue(name, out var user)) return UserOutcome.Unknown;
            if (IsLastAdmin(user)) return UserOutcome.LastAdmin;
            _store.DeleteUser(name);
            _users = _users.Remove(name);
            return UserOutcome.Done;
        }
    }

    /// <summary>Hashes a password that was just shown to be right as it is done now, should that have changed. Sessions go on.</summary>
    public void Renew(User user, string password)
    {
        if (!PasswordHash.IsOld(user.Password, _options.PasswordRounds)) return;
        var hash = PasswordHash.Create(password, _options.PasswordRounds);
        lock (_changing)
        {
            BeforeChange();
            if (_users.GetValueOrDefault(user.Name) is { } now && now.Password == user.Password) Save(now with { Password = hash });
        }
    }

    private bool IsLastAdmin(User user) =>
        user is { Role: Role.Admin, Disabled: false } && !_users.Values.Any(other => other is { Role: Role.Admin, Disabled: false } && other.Name != user.Name);

    private void Save(User user)
    {
        _store.SaveUser(new UserRecord(
            user.Name, user.Role.Name(), user.Password, user.Disabled, user.Stamp, user.CreatedAt.ToUnixTimeMilliseconds(), user.ChangedAt.ToUnixTimeMilliseconds()));
        _users = _users.SetItem(user.Name, user);
    }

    /// <summary>A change is made of what is there, and not of what was there a second ago.</summary>
    private void BeforeChange()
    {
        if (_store.IsShared) Load();
    }

    private static User Of(UserRecord user) => new(
        user.Name,
        Roles.Parse(user.Role) ?? throw new StoreException(StoreFailure.WrongSchema, $"The user {user.Name} has the role {user.Role}, which this Weir does not know."),
        user.Disabled, user.Stamp, user.Password,
        DateTimeOffset.FromUnixTimeMilliseconds(user.CreatedMs), DateTimeOffset.FromUnixTimeMilliseconds(user.ChangedMs));
}
