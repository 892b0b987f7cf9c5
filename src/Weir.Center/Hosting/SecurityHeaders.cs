using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

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

    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public static void UseSecurityHeaders(this WebApplication application, bool loopbackOnly) => application.Use(async (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // A page of another site can point a name of its own at 127.0.0.1 (DNS rebinding); it can't forge this header.
        if (loopbackOnly && !LoopbackNames.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            await Refuse(context, StatusCodes.Status421MisdirectedRequest, "This address serves localhost only");
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            headers.Allow = "GET, HEAD";
            await Refuse(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD are served");
            return;
        }

        await next(context);
    });

    private static Task Refuse(HttpContext context, int status, string detail)
    {
        ProblemHttpResult problem = TypedResults.Problem(detail, statusCode: status);
        return problem.ExecuteAsync(context);
    }
}
