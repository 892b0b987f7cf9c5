using Weir.Records.Status;
using Weir.Storage.Accounts;

namespace Weir.Center.Auth;

/// <summary>The parts of authentication of one center, and their store.</summary>
internal sealed class Accounts : IStatusSource, IDisposable
{
    /// <summary>The user that the first start makes.</summary>
    public const string FirstUser = "admin";

    private readonly AccountStore _store;
    private readonly AccessTokens _access;
    private readonly LoginThrottle _throttle;
    private readonly string? _firstPassword;
    private readonly string? _firstHash;

    /// <exception cref="Storage.StoreException">The store can't be opened.</exception>
    public Accounts(string path, AuthOptions options)
    {
        Options = options;
        _store = new AccountStore(path);
        try
        {
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
        Authenticator = new Authenticator(Users, Tokens, _access, Sessions, options);
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

    /// <summary>Makes the first user where there is none.</summary>
    /// <returns>The password that was made up, to be told once; null otherwise.</returns>
    public string? Begin()
    {
        if (_firstHash is null || Users.CreateHashed(FirstUser, Role.Admin, _firstHash) != UserOutcome.Done) return null;
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

    public void Dispose()
    {
        Logins.Dispose();
        External?.Dispose();
        _store.Dispose();
    }
}
