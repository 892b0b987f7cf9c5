using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Center.Auth;

/// <summary>What stands between the router and the routes: who asks, whether they may, and the line of the audit log.</summary>
internal static class AccessControl
{
    private static readonly object Described = new();

    public static void AddAccessControl(this IServiceCollection services, Accounts accounts)
    {
        services.AddSingleton(accounts);
        services.AddAuthentication(AuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, AuthenticationHandler>(AuthenticationHandler.SchemeName, null);
        services.AddRoutePolicies();
    }

    /// <summary>Takes the word of known proxies on who the client is. Before everything else.</summary>
    public static void UseProxies(this WebApplication application, AuthOptions options)
    {
        if (options.Proxies.Count == 0) return;
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.Proxies) forwarded.KnownIPNetworks.Add(network);
        application.UseForwardedHeaders(forwarded);
    }

    /// <summary>After routing, before the routes.</summary>
    public static void UseAccessControl(this WebApplication application, Accounts accounts)
    {
        application.Use(Refuse);
        application.Use((context, next) => RefuseForeign(context, next, accounts.Options));
        application.UseAuthentication();
        application.Use((context, next) => WriteDown(context, next, accounts.Audit));
        application.Use(RefuseForged);
        application.UseAuthorization();
    }

    /// <summary>What the audit log says of this request beside its operation and outcome. No secrets.</summary>
    public static void Describe(this HttpContext context, string target, string detail = "") => context.Items[Described] = (target, detail);

    private static bool IsReading(HttpRequest request) => HttpMethods.IsGet(request.Method);

    /// <summary>Routing makes endpoints up for methods and media types that no route takes: they say so in no body, and before anybody has to log in.</summary>
    private static async Task Refuse(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not { RequestDelegate: { } refusal } endpoint || endpoint is RouteEndpoint)
        {
            await next(context);
            return;
        }

        await refusal(context);
        var headers = context.Response.Headers;
        // HEAD is answered wherever GET is.
        if (headers.Allow.ToString().Split(", ").Contains(HttpMethods.Get)) headers.Allow = $"{headers.Allow}, {HttpMethods.Head}";
        await Refuse(context, context.Response.StatusCode, context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed ? $"{headers.Allow} is served here" : "A body of this kind is not taken here");
    }

    /// <summary>A page of another site can make a visitor's browser post here, but not without saying where it comes from.</summary>
    private static Task RefuseForeign(HttpContext context, RequestDelegate next, AuthOptions options) =>
        IsReading(context.Request) || !SameOrigin.IsForeign(context.Request, options.PublicUrl)
            ? next(context)
            : Refuse(context, StatusCodes.Status403Forbidden, "Pages of other sites may not decide here");

    /// <summary>The same for browsers that do not say it: a form can't set this header, and a script of another site may not.</summary>
    private static Task RefuseForged(HttpContext context, RequestDelegate next) =>
        IsReading(context.Request) || context.Caller()?.Kind != CallerKind.Session || context.Request.Headers[SameOrigin.Header].Count > 0
            ? next(context)
            : Refuse(context, StatusCodes.Status403Forbidden, $"With a session, what changes something carries the header {SameOrigin.Header}");

    /// <summary>One line for each request that changes something, refused ones of known callers included.</summary>
    private static async Task WriteDown(HttpContext context, RequestDelegate next, AuditLog audit)
    {
        var endpoint = context.GetEndpoint();
        if (IsReading(context.Request) || context.Caller() is not { } caller || endpoint is null
            || RouteRoles.RoleOf(endpoint.Metadata, context.Request.Method) is null or Role.Logger)
        {
            await next(context);
            return;
        }

        var written = false;
        // Before the answer leaves: who is told that something was done finds it in the log.
        context.Response.OnStarting(() =>
        {
            Write();
            return Task.CompletedTask;
        });
        try
        {
            await next(context);
        }
        finally
        {
            // Nobody waits for the answer any more, so none begins; what was done was done.
            if (context.RequestAborted.IsCancellationRequested) Write();
        }

        void Write()
        {
            if (written) return;
            written = true;
            var name = endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? $"{context.Request.Method} {(endpoint as RouteEndpoint)?.RoutePattern.RawText}";
            var (target, detail) = context.Items[Described] is ValueTuple<string, string> said
                ? said
                : (string.Join(' ', context.Request.RouteValues.Select(static value => Convert.ToString(value.Value, CultureInfo.InvariantCulture))), "");
            audit.Write(AuditLog.Change, caller.Name, caller.Via, context.Connection.RemoteIpAddress?.ToString() ?? "", name, target, context.Response.StatusCode, detail);
        }
    }

    private static Task Refuse(HttpContext context, int status, string detail) => TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
}
