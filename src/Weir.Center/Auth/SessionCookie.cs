using Microsoft.AspNetCore.Http;

namespace Weir.Center.Auth;

/// <summary>
/// The cookie that holds a browser's session: not readable by scripts, never sent for another site. Its name holds the port that the browser
/// sees, because a cookie of 127.0.0.1 goes to all ports there and two centers would log each other out.
/// </summary>
internal static class SessionCookie
{
    public static string? Read(HttpRequest request) => request.Cookies[Name(request)];

    public static void Write(HttpContext context, string token, TimeSpan age) => context.Response.Cookies.Append(Name(context.Request), token, Options(context, age));

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name(context.Request), Options(context, null));

    /// <summary>With TLS the prefix forbids that a neighbouring name or plain HTTP sets it (RFC 6265bis §4.1.3.2).</summary>
    private static string Name(HttpRequest request) =>
        $"{(request.IsHttps ? "__Host-" : "")}weir_session_{request.Host.Port ?? (request.IsHttps ? 443 : 80)}";

    private static CookieOptions Options(HttpContext context, TimeSpan? age) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = age,
        IsEssential = true,
    };
}
