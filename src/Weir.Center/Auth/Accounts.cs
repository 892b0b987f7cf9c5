using Weir.Records.Status;
using Weir.Storage;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>The parts of authentication of one center, and their store.</summary>
internal sealed class Accounts : IStatusSource, IAsyncDisposable
{
    /// <summary>The user that the first start makes.</summary>
    public const string FirstUser = "admin";

    /// <summary>Time in which another center that makes the first user too would have written its own.</summary>
    private static readonly TimeSpan s_othersFirst = TimeSpan.FromSeconds(2);

    private readonly IAccountStore _store;
    private readonly SharedAccounts _shared;
    private readonly AccessTokens _access;
    private readonly LoginThrottle _throttle;
    private readonly string? _firstPassword;
    private readonly string? _firstHash;

    /// <param name="store">Disposed of with this.</param>
    /// <param name="options">Who may log in.</param>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public Accounts(IAccountStore store, AuthOptions options)
    {
        Options = options;
        _store = store;
        try
        {
            // First: what is changed while the rest is read is taken over later.
            _shared = new SharedAccounts(_store, Load, options.Time);
            Users = new Users(_store, options);
            Keys = new SigningKeys(_store, options);
            Tokens = new ApiTokens(_store, Users, options);
            Sessions = new Sessions(_store, Users, options);
        }
        catch
        {
            _store.Dispose();
            throw;
        }

        if (options.Enabled && Users.All.Count == 0)
        {
            // Now, and not once capture has begun and waits for the page.
            _firstPassword = options.AdminPassword ?? Credentials.NewPassword();
            _firstHash = PasswordHash.Create(_firstPassword, options.PasswordRounds);
        }

        Audit = new AuditLog(_store, options);
        Links = new LoginLinks(options);
        _throttle = new LoginThrottle(options);
        _access = new AccessTokens(Keys, options);
        Logins = new Logins(Users, _throttle, Links, Audit, options);
        if (options is { Enabled: true, Oidc: { } provider }) External = new Oidc.ExternalLogins(Users, Sessions, Audit, provider, options.Time);
        Authenticator = new Authenticator(Users, Tokens, _access, Sessions, options, _shared.Refresh);
    }

    public AuthOptions Options { get; }

    public Users Users { get; }

    public SigningKeys Keys { get; }

    public ApiTokens Tokens { get; }

    public Sessions Sessions { get; }

    public AuditLog Audit { get; }

    public LoginLinks Links { get; }

    public Logins Logins { get; }

    public Authenticator Authenticator { get; }

    /// <summary>Logins by a provider; null where none is configured.</summary>
    public Oidc.ExternalLogins? External { get; }

    public string Name => "accounts";

    /// <summary>Makes the first user where there is none, and begins to follow other centers.</summary>
    /// <returns>The password that was made up, to be told once; null otherwise.</returns>
    /// <exception cref="StoreException">The store can't be written.</exception>
    public async Task<string?> Begin(CancellationToken cancellation)
    {
        _shared.Start();
        if (_firstHash is null || Users.CreateHashed(FirstUser, Role.Admin, _firstHash) != UserOutcome.Done) return null;
        if (_store.IsShared)
        {
            await Task.Delay(s_othersFirst, Options.Time, cancellation);
            Users.Load();
            if (Users.Find(FirstUser)?.Password != _firstHash) return null;
        }

        Audit.Write(AuditLog.Change, FirstUser, "console", "", "createUser", FirstUser, 201, "first start");
        return Options.AdminPassword is null ? _firstPassword : null;
    }

    /// <summary>What shows who somebody is until it ends.</summary>
    public (string Token, AccessClaims Claims) Issue(User user) => _access.Issue(user);

    public void Report(IStatusReport report)
    {
        report.Counter("logins", Logins.Succeeded);
        report.Counter("logins_failed", Logins.Failed);
        report.Counter("logins_refused", Logins.Refused);
        report.Counter("audit_failures", Audit.Failures);
        report.Gauge("users", Users.All.Count);
        report.Gauge("tokens", Tokens.All.Count);
        report.Gauge("watched_logins", _throttle.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _shared.DisposeAsync();
        Logins.Dispose();
        External?.Dispose();
        _store.Dispose();
    }

    private void Load()
    {
        Users.Load();
        Keys.Load();
        Tokens.Load();
        Sessions.Load();
    }
}
