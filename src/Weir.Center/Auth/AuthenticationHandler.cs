using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Weir.Center.Auth;

/// <summary>
/// Tells who makes a request: a token in the header Authorization (RFC 6750), or in the address where a route takes one there, or the session
/// of a browser. A header that is there decides alone.
/// </summary>
internal sealed class AuthenticationHandler(IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory logger, UrlEncoder encoder, Accounts accounts)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, logger, encoder)
{
    public const string SchemeName = "Weir";

    /// <summary>Name of the part of a route's address that holds a token.</summary>
    public const string TokenInAddress = "token";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (accounts.External is not { } external || header.Count != 1 || header.ToString() is not { } text || !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return Authenticate();
        var token = text[Bearer.Length..].Trim();
        if (!Oidc.ExternalTokens.IsForeign(token)) return Authenticate();
        try
        {
            var (caller, trouble) = await external.BearerAsync(token, Context.RequestAborted);
            return caller is null ? AuthenticateResult.Fail(trouble) : Known(caller);
        }
        catch (Oidc.OidcException)
        {
            // The words of the network belong to the operator, not into a header.
            return AuthenticateResult.Fail("the provider cannot be asked for its keys");
        }
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var trouble = HandleAuthenticateOnceSafeAsync() is { IsCompletedSuccessfully: true } done ? done.Result.Failure?.Message : null;
        // RFC 6750 §3: what is wrong is told only to those who showed something.
        Response.Headers.WWWAuthenticate = trouble is null ? "Bearer realm=\"weir\"" : $"Bearer realm=\"weir\", error=\"invalid_token\", error_description=\"{trouble}\"";
        return Results.Problem(
            trouble is null ? "Log in at /login, or send a token: Authorization: Bearer TOKEN." : $"Nobody is known by this: {trouble}.",
            statusCode: StatusCodes.Status401Unauthorized, title: "Not logged in").ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Results.Problem(
        $"{Context.Caller()?.Name} has the role {Context.Caller()?.Role.Name()}; this takes another.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed").ExecuteAsync(Context);

    private AuthenticateResult Authenticate()
    {
        if (!accounts.Options.Enabled) return Known(Caller.Anybody);
        var header = Request.Headers.Authorization;
        if (header.Count > 1) return AuthenticateResult.Fail("there is more than one header Authorization");
        if (header.Count == 1)
        {
            if (header.ToString() is not { } text || !text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.Fail("the header Authorization holds no bearer token");
            return Shown(text[Bearer.Length..].Trim());
        }

        if (Request.RouteValues[TokenInAddress] is string inAddress) return Shown(inAddress);
        if (SessionCookie.Read(Request) is not { Length: > 0 } session || SameOrigin.IsBorrowed(Request)) return AuthenticateResult.NoResult();
        // A session that is over is no session: the page goes to the login and says nothing more.
        return accounts.Authenticator.Session(session) is { } caller ? Known(caller) : AuthenticateResult.NoResult();
    }

    private AuthenticateResult Shown(string token) =>
        accounts.Authenticator.Bearer(token, out var trouble) is { } caller ? Known(caller) : AuthenticateResult.Fail(trouble);

    private static AuthenticateResult Known(Caller caller) => AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(), SchemeName));
}
