namespace Weir.Records.Credentials;

/// <summary>Reads the Authorization field (RFC 9110 §11.6.2).</summary>
public static class AuthScheme
{
    /// <summary>What stands in place of a token that was masked, and still tells that it was one.</summary>
    private const string MaskedToken = "***jwt***";

    /// <param name="value">Of the field.</param>
    /// <param name="credentials">What follows the scheme; all of it where there is none.</param>
    public static AuthKinds Of(ReadOnlySpan<char> value, out ReadOnlySpan<char> credentials)
    {
        var space = value.IndexOf(' ');
        credentials = space < 0 ? value : value[(space + 1)..].Trim();
        var scheme = space < 0 ? default : value[..space];
        if (scheme.Equals("bearer", StringComparison.OrdinalIgnoreCase)) return AuthKinds.Bearer | (IsWebToken(credentials) ? AuthKinds.Jwt : 0);
        if (scheme.Equals("basic", StringComparison.OrdinalIgnoreCase)) return AuthKinds.Basic;
        if (scheme.Equals("digest", StringComparison.OrdinalIgnoreCase)) return AuthKinds.Digest;
        if (scheme.Equals("negotiate", StringComparison.OrdinalIgnoreCase) || scheme.Equals("ntlm", StringComparison.OrdinalIgnoreCase)) return AuthKinds.Negotiate;
        if (scheme.StartsWith("AWS4-", StringComparison.Ordinal)) return AuthKinds.Aws;
        return IsWebToken(credentials) ? AuthKinds.Bearer | AuthKinds.Jwt : AuthKinds.Other;
    }

    private static bool IsWebToken(ReadOnlySpan<char> text) => (text.StartsWith("eyJ") && text.Count('.') == 2) || text is MaskedToken;
}
