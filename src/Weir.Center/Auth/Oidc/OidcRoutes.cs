using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api;

namespace Weir.Center.Auth.Oidc;

/// <summary>Logging in by a provider of OpenID Connect. docs/guides/accounts.md shows how it is set up.</summary>
internal static class OidcRoutes
{
    private const string Path = "/api/v1/oidc";

    /// <summary>Longest path that a login comes back to.</summary>
    private const int MaxReturnLength = 1024;

    public static void MapOidc(this IEndpointRouteBuilder routes, Accounts accounts)
    {
        routes.MapGet(Path, () => Results.Json(new OidcAnswer(accounts.External is not null, accounts.External?.Options.Name), ApiJson.Options)).AllowAnonymous()
            .WithName("getOidc").WithSummary("Whether people may log in by a provider, and what it is called").Produces<OidcAnswer>();
        routes.MapGet(Path + "/login", (HttpContext context, [Description("Path of the page to go on with")] string? returnTo) => Begin(context, accounts, returnTo)).AllowAnonymous()
            .WithName("beginOidcLogin").WithSummary("Sends the browser to the provider").Produces(302).ProducesProblem(404);
        routes.MapGet(Path + "/callback", (
                HttpContext context, [Description("Of the login")] string? state, [Description("Of the provider")] string? code, [Description("Who answers")] string? iss,
                [Description("Why not")] string? error, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "error_description"), Description("The same in words")] string? text) =>
                End(context, accounts, new CallbackAnswer(state, code, iss, error, text))).AllowAnonymous()
            .WithName("endOidcLogin").WithSummary("Takes the answer of the provider, and begins a session").Produces(302).ProducesProblem(404);
    }

    private static async Task<IResult> Begin(HttpContext context, Accounts accounts, string? returnTo)
    {
        if (accounts.External is not { } external) return None();
        try
        {
            var (address, browser) = await external.BeginAsync($"{Origin(context, accounts)}{Path}/callback", IsLocal(returnTo) ? returnTo! : "/", context.RequestAborted);
            context.Response.Cookies.Append(CookieName(context.Request), browser, Cookie(context, external.Options.Limits.PendingLifetime));
            return Results.Redirect(address.AbsoluteUri);
        }
        catch (OidcException e)
        {
            return Failed(e.Message);
        }
    }

    private static async Task<IResult> End(HttpContext context, Accounts accounts, CallbackAnswer answer)
    {
        if (accounts.External is not { } external) return None();
        var browser = context.Request.Cookies[CookieName(context.Request)];
        context.Response.Cookies.Delete(CookieName(context.Request), Cookie(context, null));
        try
        {
            var (user, returnTo, trouble) = await external.EndAsync(answer, browser, context.Connection.RemoteIpAddress, context.RequestAborted);
            if (user is null) return Failed(trouble);
            LoginRoutes.RenewSession(context, accounts, user);
            return Results.Redirect(returnTo);
        }
        catch (OidcException e)
        {
            return Failed(e.Message);
        }
    }

    /// <summary>The page says it; behind # it reaches no server and no log.</summary>
    private static IResult Failed(string trouble) => Results.Redirect($"/login#trouble={Uri.EscapeDataString(trouble)}");

    private static IResult None() => Problem.NotFound("No provider is configured: auth.oidc names one.");

    private static string Origin(HttpContext context, Accounts accounts) =>
        accounts.Options.PublicUrl is { } known ? known.GetLeftPart(UriPartial.Authority) : $"{context.Request.Scheme}://{context.Request.Host}";

    /// <summary>A path of this page and nothing that a browser takes for another host.</summary>
    private static bool IsLocal(string? path) =>
        path is { Length: >= 1 and <= MaxReturnLength } && path[0] == '/' && !path.StartsWith("//", StringComparison.Ordinal) && !path.AsSpan().ContainsAny("\\\r\n\t") && !path.StartsWith("/api/", StringComparison.Ordinal);

    private static string CookieName(HttpRequest request) => $"weir_oidc_{request.Host.Port ?? (request.IsHttps ? 443 : 80)}";

    /// <summary>Lax: the provider sends the browser here, so that it comes from another site.</summary>
    private static CookieOptions Cookie(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = Path, MaxAge = age, IsEssential = true,
    };
}

/// <param name="Enabled">A provider is configured.</param>
/// <param name="Name">What it is called; null without.</param>
internal sealed record OidcAnswer(bool Enabled, string? Name);
