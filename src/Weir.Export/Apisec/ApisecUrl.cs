using System.Diagnostics.CodeAnalysis;

namespace Weir.Export.Apisec;

/// <summary>Addresses of the platform.</summary>
public static class ApisecUrl
{
    /// <summary>Reads a base URL: https is assumed where no scheme is named; a slash at the end is dropped.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="allowHttp">Somebody said that plain http is all right; to this machine it always is.</param>
    /// <param name="url">Ends in a slash, to append paths to.</param>
    /// <param name="error">What is wrong with it, for the user.</param>
    public static bool TryParse(string text, bool allowHttp, [NotNullWhen(true)] out Uri? url, [NotNullWhen(false)] out string? error)
    {
        var trimmed = text.Trim();
        if (!trimmed.Contains("://", StringComparison.Ordinal)) trimmed = "https://" + trimmed;
        trimmed = trimmed.TrimEnd('/');
        error = null;
        if (!Uri.TryCreate(trimmed + "/", UriKind.Absolute, out url) || url.Host.Length == 0) error = $"'{text}' is no URL";
        else if (url.Scheme == "http" && !url.IsLoopback && !allowHttp)
            error = $"{text} is plain http: whoever is on the way reads the token. Use https, or say APISEC_ALLOW_HTTP=true";
        else if (url.Scheme is not ("http" or "https")) error = $"{text} is neither http nor https";
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0) error = "the URL has a user, a query or a fragment, which a base URL cannot have";
        if (error is not null) url = null;
        return error is null;
    }
}
