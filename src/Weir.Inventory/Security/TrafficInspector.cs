using System.Text;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Templating;

namespace Weir.Inventory.Security;

/// <summary>Looks at single calls for what is wrong with their security, and files it with the service.</summary>
internal sealed class TrafficInspector
{
    /// <summary>Calls of an endpoint, and how long they were watched, before a new caller is unusual: ten minutes hold several rounds of every client.</summary>
    private const int CallsToLearn = 100;
    private const long LearnNs = 600L * 1_000_000_000;

    /// <summary>An endpoint with more callers is meant for everybody.</summary>
    private const int MostCallers = 8;

    /// <summary>Shorter passwords can be tried out.</summary>
    private const int ShortPassword = 8;

    private static readonly string[] s_knownPasswords =
        ["password", "password1", "password123", "12345678", "123456789", "1234567890", "qwertyuiop", "administrator", "changeme", "letmein1", "iloveyou", "welcome1", "trustno1", "sunshine", "football"];

    private readonly TokenInspector _tokens = new();

    /// <summary>Looks at the credentials of a call; returns the role that a token names.</summary>
    public string? Credentials(ServiceCatalogue service, Endpoint endpoint, AuthKinds kinds, ReadOnlySpan<char> credentials, string scheme, long timeNs)
    {
        if ((kinds & AuthKinds.Basic) != 0) Basic(service, endpoint, credentials, scheme, timeNs);
        if ((kinds & AuthKinds.Jwt) == 0 || !_tokens.TryInspect(credentials, timeNs, out var verdict)) return null;
        if (verdict.Unsigned) Add(service, endpoint, FindingKind.TokenUnsigned, FindingSeverity.High, "a JSON Web Token has no signature: its algorithm is none, or missing", timeNs);
        if (verdict.KnownKey) Add(service, endpoint, FindingKind.TokenKnownKey, FindingSeverity.High, "a JSON Web Token is signed with a well-known key: anybody can make one", timeNs);
        if (verdict.WithoutExpiry) Add(service, endpoint, FindingKind.TokenWithoutExpiry, FindingSeverity.Medium, "a JSON Web Token never expires: it has no exp claim", timeNs);
        if (verdict.LongLived) Add(service, endpoint, FindingKind.TokenLongLived, FindingSeverity.Low, "a JSON Web Token is valid for more than five days", timeNs);
        return verdict.Role;
    }

    public static void SecretInUrl(ServiceCatalogue service, Endpoint endpoint, string where, long timeNs) =>
        Add(service, endpoint, FindingKind.SecretInUrl, FindingSeverity.High, $"a credential stands in the URL ({where}), where logs and histories keep it", timeNs);

    /// <summary>To be asked before the call is counted among the callers.</summary>
    public static void Caller(ServiceCatalogue service, Endpoint endpoint, ReadOnlySpan<char> caller, int status, long timeNs)
    {
        if (endpoint.Calls < CallsToLearn || timeNs - endpoint.FirstNs < LearnNs || endpoint.Callers.Displaced > 0) return;
        if (endpoint.Callers.Entries.Count > MostCallers || endpoint.Callers.Contains(caller)) return;
        var severity = status switch
        {
            >= 200 and < 300 => FindingSeverity.High,
            401 or 403 => FindingSeverity.Medium,
            _ => FindingSeverity.Low,
        };
        Add(service, endpoint, FindingKind.UnusualCaller, severity, $"{caller} calls it, and never did among the {endpoint.Calls} calls before; answered with {status}", timeNs);
    }

    private static void Basic(ServiceCatalogue service, Endpoint endpoint, ReadOnlySpan<char> credentials, string scheme, long timeNs)
    {
        if (scheme == "http")
            Add(service, endpoint, FindingKind.BasicOverPlainHttp, FindingSeverity.Medium, "a password is sent with each call, and the connection is not encrypted", timeNs);
        if (credentials.Length > 512) return;
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64Chars(credentials, bytes, out var length)) return;
        var colon = bytes[..length].IndexOf((byte)':');
        if (colon < 0) return;
        var password = bytes[(colon + 1)..length];
        var known = IsKnown(password);
        if (known || password.Length < ShortPassword)
            Add(service, endpoint, FindingKind.WeakPassword, FindingSeverity.High, known ? "the password is among those that are tried first" : $"the password has fewer than {ShortPassword} characters", timeNs);
    }

    private static bool IsKnown(ReadOnlySpan<byte> password)
    {
        foreach (var known in s_knownPasswords)
            if (Ascii.EqualsIgnoreCase(password, known)) return true;
        return false;
    }

    private static void Add(ServiceCatalogue service, Endpoint endpoint, FindingKind kind, FindingSeverity severity, string detail, long timeNs) =>
        service.Findings.Add(kind, severity, endpoint.Method, TemplateText.Structure(endpoint.Node), PathOf(endpoint.Example), detail, timeNs);

    private static string PathOf(string example) => example.Split('?')[0];
}
