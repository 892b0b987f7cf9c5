using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;

namespace Weir.Center.Auth;

/// <summary>Logging in and out: access tokens for programs, sessions for browsers. docs/guides/accounts.md shows the calls.</summary>
internal static class LoginRoutes
{
    private const string SessionPath = "/api/v1/session";

    public static void MapLogin(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/login", (Delegate)Login).AllowAnonymous()
            .WithName("login").WithSummary("An access token for a name and a password, as JSON or as a form")
            .Accepts<PasswordLogin>("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
            .Produces<AccessTokenAnswer>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(413).ProducesProblem(415).ProducesProblem(429).ProducesProblem(503);
        routes.MapPost(SessionPath, (Delegate)Begin).AllowAnonymous()
            .WithName("beginSession").WithSummary("A session for a browser: for a name and a password, or for the code of a login link")
            .Accepts<SessionLogin>("application/json")
            .Produces<SessionAnswer>().ProducesProblem(400).ProducesProblem(401).ProducesProblem(403).ProducesProblem(413).ProducesProblem(429).ProducesProblem(503);
        routes.MapGet(SessionPath, (HttpContext context) => Results.Json(Answer(context.Caller()!), ApiJson.Options))
            .RequireRole(Role.Viewer).WithName("getSession").WithSummary("Who is logged in").Produces<SessionAnswer>();
        routes.MapGet("/api/v1/visitor", (HttpContext context) => Results.Json(context.Caller() is { } caller ? Answer(caller) : new SessionAnswer(null, null, null, true), ApiJson.Options)).AllowAnonymous()
            .WithName("getVisitor").WithSummary("Who is logged in, or that nobody is: for the page, which asks before anything else").Produces<SessionAnswer>();
        routes.MapDelete(SessionPath, (Delegate)End).RequireRole(Role.Viewer)
            .WithName("endSession").WithSummary("Log out: the session, or the access token, holds no more").Produces(204);
        routes.MapGet("/protected", (HttpContext context) => Results.Json(new { message = $"Hello, {context.Caller()!.Name}", user = context.Caller()!.Name }))
            .RequireRole(Role.Viewer).WithName("getProtected").WithSummary("Whether a token is good").Produces<object>();
    }

    private static async Task<IResult> Login(HttpContext context, Accounts accounts)
    {
        var (login, problem) = await Read(context, accounts.Options.Limits.MaxBodyBytes);
        if (login is null) return problem!;
        if (login.Username is not { Length: > 0 } name || login.Password is not { Length: > 0 } password)
            return Problem.BadParameter("body", "holds no username and password");
        var result = await accounts.Logins.WithPassword(name, password, context.Connection.RemoteIpAddress, context.RequestAborted);
        if (result.User is not { } user) return Refused(context, result);
        var (token, claims) = accounts.Issue(user);
        return Results.Json(new AccessTokenAnswer(token, "bearer", (long)(claims.ExpiresAt - claims.IssuedAt).TotalSeconds));
    }

    private static async Task<IResult> Begin(HttpContext context, Accounts accounts)
    {
        // Without it the page of another site could log a visitor in as somebody else.
        if (context.Request.Headers[SameOrigin.Header].Count == 0)
            return Results.Problem($"A session is begun by the page, with the header {SameOrigin.Header}", statusCode: StatusCodes.Status403Forbidden);
        var (login, problem) = await RequestBody.Json<SessionLogin>(context, accounts.Options.Limits.MaxBodyBytes);
        if (login is null) return problem!;
        var from = context.Connection.RemoteIpAddress;
        LoginResult result;
        if (login is { Code: { Length: > 0 } code, Username: null, Password: null }) result = accounts.Logins.WithCode(code, from);
        else if (login is { Code: null, Username: { Length: > 0 } name, Password: { Length: > 0 } password }) result = await accounts.Logins.WithPassword(name, password, from, context.RequestAborted);
        else return Problem.BadParameter("body", "holds neither username and password nor a code");
        if (result.User is not { } user) return Refused(context, result);
        var claims = RenewSession(context, accounts, user);
        return Results.Json(Answer(new Caller(user.Name, user.Role, CallerKind.Session, claims.Id, claims.ExpiresAt)), ApiJson.Options);
    }

    /// <summary>Gives the browser a session.</summary>
    public static AccessClaims RenewSession(HttpContext context, Accounts accounts, User user)
    {
        var (token, claims) = accounts.Issue(user);
        SessionCookie.Write(context, token, claims.ExpiresAt - claims.IssuedAt);
        return claims;
    }

    private static IResult End(HttpContext context, Accounts accounts)
    {
        var caller = context.Caller()!;
        context.Describe(caller.Name);
        if (caller.Kind == CallerKind.ApiToken) return Results.Problem("An API token is taken back with DELETE /api/v1/tokens/ID", statusCode: StatusCodes.Status409Conflict);
        if (caller.Kind != CallerKind.Open) accounts.Sessions.End(caller);
        SessionCookie.Delete(context);
        return Results.NoContent();
    }

    /// <summary>The same for every reason for which a name and a password are not right.</summary>
    public static IResult Refused(HttpContext context, LoginResult result)
    {
        switch (result.Outcome)
        {
            case LoginOutcome.Wait:
                context.Response.Headers.RetryAfter = Math.Ceiling(result.Wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return Results.Problem("Too many attempts failed; try again later.", statusCode: StatusCodes.Status429TooManyRequests, title: "Too many attempts");
            case LoginOutcome.Busy:
                context.Response.Headers.RetryAfter = "1";
                return Problem.Unavailable("Many log in at this moment; try again.");
            default:
                context.Response.Headers.WWWAuthenticate = "Bearer realm=\"weir\"";
                return Results.Problem("The name or the password is wrong, or the link was used or is over.", statusCode: StatusCodes.Status401Unauthorized, title: "Not logged in");
        }
    }

    private static async Task<(PasswordLogin? Login, IResult? Problem)> Read(HttpContext context, int most)
    {
        if (context.Request.HasJsonContentType()) return await RequestBody.Json<PasswordLogin>(context, most);
        if (!context.Request.HasFormContentType)
            return (null, Results.Problem("A login is JSON or a form", statusCode: StatusCodes.Status415UnsupportedMediaType));
        if (await RequestBody.Read(context, most) is not { } body) return (null, RequestBody.TooLarge(most));
        context.Request.Body = new MemoryStream(body.ToArray());
        try
        {
            var form = await new FormFeature(context.Request, new FormOptions { ValueCountLimit = 16 }).ReadFormAsync(context.RequestAborted);
            return (new PasswordLogin { Username = form["username"], Password = form["password"] }, null);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            return (null, Problem.BadParameter("body", "is no form that can be read"));
        }
    }

    private static SessionAnswer Answer(Caller caller) => new(caller.Name, caller.Role.Name(), caller.ExpiresAt?.UtcDateTime, caller.Kind != CallerKind.Open);
}

/// <summary>A login as JSON or as a form (RFC 6749 §4.3.2); what else the form of OAuth has is passed over.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PasswordLogin
{
    public string? Username { get; init; }

    public string? Password { get; init; }
}

/// <summary>A login of the page.</summary>
internal sealed record SessionLogin
{
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Of a login link.</summary>
    public string? Code { get; init; }
}

/// <summary>RFC 6749 §5.1.</summary>
internal sealed record AccessTokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] long ExpiresIn);

/// <summary>Who is logged in.</summary>
/// <param name="User">Name; null for a visitor who is not.</param>
/// <param name="Role">Of the user, or of the API token.</param>
/// <param name="ExpiresAt">Null when it does not end.</param>
/// <param name="Authentication">False when nobody has to log in.</param>
internal sealed record SessionAnswer(string? User, string? Role, DateTime? ExpiresAt, bool Authentication);
