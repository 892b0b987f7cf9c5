using Microsoft.AspNetCore.Http;

namespace Weir.Center.Auth;

/// <summary>Whether a request comes from the page itself, as far as the browser says (Fetch §3.1: the header Origin can't be forged by a page).</summary>
internal static class SameOrigin
{
    /// <summary>Carried by the page's own requests that change something: a page of another site can't set it without being asked first.</summary>
    public const string Header = "X-Weir-Request";

    /// <summary>True when a browser says that another site's page sends this.</summary>
    public static bool IsForeign(HttpRequest request, Uri? publicUrl)
    {
        if (request.Headers.Origin.Count == 0) return false;
        if (!Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin) || !origin.Scheme.StartsWith("http", StringComparison.Ordinal)) return true;
        // TLS may end at a proxy, so that the scheme differs; host and port don't.
        var same = origin.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase) && origin.Port == (request.Host.Port ?? (origin.IsDefaultPort ? origin.Port : -1));
        return !same && (publicUrl is null || Uri.Compare(origin, publicUrl, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) != 0);
    }

    /// <summary>
    /// True when a page of another origin uses the visitor's session. A cookie knows no ports: without this the page of another program on
    /// the same host would count as this one (Fetch Metadata §2.4).
    /// </summary>
    public static bool IsBorrowed(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is not ("same-origin" or "none");
}
