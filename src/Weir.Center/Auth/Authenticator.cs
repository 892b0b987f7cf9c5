namespace Weir.Center.Auth;

/// <summary>Who shows a token or a session, as the users are now: a lesser role, a ban or a new password count at once.</summary>
/// <param name="users">Whose they are.</param>
/// <param name="tokens">Of programs.</param>
/// <param name="access">Signed ones.</param>
/// <param name="sessions">That were ended.</param>
/// <param name="options">Clock and bounds.</param>
/// <param name="refresh">Takes over what other centers changed: true when there was something that may be what is asked for.</param>
internal sealed class Authenticator(Users users, ApiTokens tokens, AccessTokens access, Sessions sessions, AuthOptions options, Func<bool> refresh)
{
    /// <summary>The one who shows a token in a header or an address.</summary>
    /// <param name="token">What follows "Bearer".</param>
    /// <param name="trouble">Why it is nobody, for the one who shows it.</param>
    public Caller? Bearer(string token, out string trouble) => Known(token, out trouble) ?? (refresh() ? Known(token, out trouble) : null);

    /// <summary>The one whose session this is.</summary>
    public Caller? Session(string token) => Signed(token, CallerKind.Session, out _) ?? (refresh() ? Signed(token, CallerKind.Session, out _) : null);

    /// <summary>Whether somebody may still do what was begun before, such as following a stream.</summary>
    public bool StillHolds(Caller caller)
    {
        if (caller.Kind == CallerKind.Open) return true;
        if (caller.ExpiresAt <= options.Time.GetUtcNow() || users.Find(caller.Name) is not { Disabled: false } user) return false;
        return caller.Kind == CallerKind.ApiToken ? tokens.Holds(caller.Id) && user.Role >= Role.Viewer : user.Stamp == caller.Stamp && !sessions.HasEnded(caller.Id);
    }

    private Caller? Known(string token, out string trouble)
    {
        if (!token.StartsWith(ApiTokens.Prefix, StringComparison.Ordinal)) return Signed(token, CallerKind.AccessToken, out trouble);
        trouble = "the API token is not known, was taken back, or is over";
        return token.Length <= options.Limits.MaxTokenBytes ? tokens.Find(token) : null;
    }

    private Caller? Signed(string token, CallerKind kind, out string trouble)
    {
        if (access.Read(token, out trouble) is not { } claims) return null;
        trouble = "the access token was ended";
        if (users.Find(claims.Subject) is not { Disabled: false } user || user.Stamp != claims.Stamp || sessions.HasEnded(claims.Id)) return null;
        return new Caller(user.Name, user.Role, kind, claims.Id, claims.ExpiresAt, claims.Stamp);
    }
}
