using System.Net;

namespace Weir.Center.Auth;

/// <summary>How a login ended.</summary>
internal enum LoginOutcome
{
    Good,
    /// <summary>No such user, another password, a ban: nobody is told which.</summary>
    Wrong,
    /// <summary>Too many failures: to be tried again later.</summary>
    Wait,
    /// <summary>Too many logins are being checked at this moment.</summary>
    Busy,
}

/// <summary>How a login ended, with the user or the time to wait.</summary>
internal sealed record LoginResult(LoginOutcome Outcome, User? User = null, TimeSpan Wait = default);

/// <summary>Checks who wants in. Every attempt that is checked is a line of the audit log. Thread-safe.</summary>
internal sealed class Logins : IDisposable
{
    private readonly Users _users;
    private readonly LoginThrottle _throttle;
    private readonly LoginLinks _links;
    private readonly AuditLog _audit;
    private readonly AuthOptions _options;
    private readonly SemaphoreSlim _places;
    private readonly string _nobody;
    private long _succeeded;
    private long _failed;
    private long _refused;

    public Logins(Users users, LoginThrottle throttle, LoginLinks links, AuditLog audit, AuthOptions options)
    {
        (_users, _throttle, _links, _audit, _options) = (users, throttle, links, audit, options);
        _places = new SemaphoreSlim(options.Limits.MaxHashes);
        // Checked in the place of a user who does not exist, so that the answer takes as long.
        _nobody = PasswordHash.OfNobody(options.PasswordRounds);
    }

    public long Succeeded => Interlocked.Read(ref _succeeded);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Attempts that were not even checked.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public async Task<LoginResult> WithPassword(string name, string password, IPAddress? from, CancellationToken cancellation)
    {
        var folded = Credentials.Fold(name);
        if (!_throttle.TryBegin(folded, from, out var wait)) return Later(wait);
        if (!await _places.WaitAsync(_options.Limits.HashTimeout, cancellation))
        {
            Interlocked.Increment(ref _refused);
            return new LoginResult(LoginOutcome.Busy);
        }

        User? user;
        bool right;
        try
        {
            user = _users.Find(folded);
            // A stranger may send any text; one that no password can be is none.
            var possible = Credentials.IsPossible(password);
            right = await Task.Run(() => PasswordHash.Verify(possible ? password : "", user?.Password ?? _nobody), CancellationToken.None) && possible;
        }
        finally
        {
            _places.Release();
        }

        if (!right || user is not { Disabled: false }) return Failure(folded, "password", from);
        _users.Renew(user, password);
        return Success(user, "password", from);
    }

    /// <summary>By the code of a login link.</summary>
    public LoginResult WithCode(string code, IPAddress? from)
    {
        if (!_throttle.TryBegin(null, from, out var wait)) return Later(wait);
        return _links.Take(code) is { } name && _users.Find(name) is { Disabled: false } user ? Success(user, "link", from) : Failure("", "link", from);
    }

    public void Dispose() => _places.Dispose();

    private LoginResult Later(TimeSpan wait)
    {
        Interlocked.Increment(ref _refused);
        return new LoginResult(LoginOutcome.Wait, Wait: wait);
    }

    private LoginResult Failure(string name, string via, IPAddress? from)
    {
        Interlocked.Increment(ref _failed);
        _audit.Write(AuditLog.Login, name, via, Address(from), "login", "", 401, "refused");
        return new LoginResult(LoginOutcome.Wrong);
    }

    private LoginResult Success(User user, string via, IPAddress? from)
    {
        Interlocked.Increment(ref _succeeded);
        _throttle.Succeeded(via == "password" ? user.Name : null, from);
        _audit.Write(AuditLog.Login, user.Name, via, Address(from), "login", "", 200, "");
        return new LoginResult(LoginOutcome.Good, user);
    }

    private static string Address(IPAddress? from) => from?.ToString() ?? "";
}
