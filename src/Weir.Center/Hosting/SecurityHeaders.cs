using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Weir.Center.Hosting;

/// <summary>
/// What every answer carries and every request must satisfy. Captured traffic is hostile input to the page: nothing but the
/// page's own files may run, and no other site may read the API through a visitor's browser.
/// </summary>
internal static class SecurityHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly object BodyRead = new();

    /// <summary>Stands before everything that answers, the exception handler included.</summary>
    public static void UseSecurityHeaders(this WebApplication application, bool loopbackOnly) => application.Use(async (context, next) =>
    {
        // At the start of the answer: the exception handler clears what was set before it.
        context.Response.OnStarting(AddHeaders, context);
        // A page of another site can point a name of its own at 127.0.0.1 (DNS rebinding); it can't forge this header.
        if (loopbackOnly && !IsLoopback(context.Request.Host.Host))
        {
            await Refuse(context, StatusCodes.Status421MisdirectedRequest, "This address serves localhost only");
            return;
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            // Routes know GET alone; Kestrel remembers that this was HEAD and leaves the body out (RFC 9110 §9.3.2).
            context.Items[typeof(SecurityHeaders)] = HttpMethods.Head;
            context.Request.Method = HttpMethods.Get;
        }

        await next(context);
    });

    /// <summary>True when the client wants no body.</summary>
    public static bool AskedForHeadersOnly(this HttpContext context) => context.Items.ContainsKey(typeof(SecurityHeaders));

    /// <summary>The body was read to its end, so the connection may serve another request.</summary>
    public static void MarkBodyRead(this HttpContext context) => context.Items[BodyRead] = null;

    private static Task AddHeaders(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Captured traffic is confidential and changes all the time: only the page's own files may be kept.
        if (headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        // A body that is left unread would be taken for the next request.
        if (!context.Items.ContainsKey(BodyRead) && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) headers.Connection = "close";
        return Task.CompletedTask;
    }

    /// <summary>A literal address can't be rebound, so every loopback address will do.</summary>
    private static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static Task Refuse(HttpContext context, int status, string detail) =>
        TypedResults.Problem(detail, statusCode: status).ExecuteAsync(context);
}
