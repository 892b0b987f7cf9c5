using Weir.Inventory.Catalogue;
using Weir.Inventory.Templating;
using Weir.Records.Credentials;

namespace Weir.Inventory.Security;

/// <summary>Files what is wrong with the security of single calls with their service.</summary>
internal static class TrafficInspector
{
    /// <summary>Calls of an endpoint, and how long they were watched, before a new caller is unusual: ten minutes hold several rounds of every client.</summary>
    private const int CallsToLearn = 100;
    private const long LearnNs = 600L * 1_000_000_000;

    /// <summary>An endpoint with more callers is meant for everybody.</summary>
    private const int MostCallers = 8;

    public static void Credentials(ServiceCatalogue service, Endpoint endpoint, in CredentialVerdict verdict, string scheme, long timeNs)
    {
        if ((verdict.Kinds & AuthKinds.Basic) != 0 && scheme == "http")
            Add(service, endpoint, FindingKind.BasicOverPlainHttp, FindingSeverity.Medium, "a password is sent with each call, and the connection is not encrypted", timeNs);
        if (verdict.Has(CredentialFlaws.KnownPassword | CredentialFlaws.ShortPassword))
            Add(service, endpoint, FindingKind.WeakPassword, FindingSeverity.High, verdict.Has(CredentialFlaws.KnownPassword) ? "the password is among those that are tried first" : "the password has fewer than eight characters", timeNs);
        if (verdict.Has(CredentialFlaws.Unsigned)) Add(service, endpoint, FindingKind.TokenUnsigned, FindingSeverity.High, "a JSON Web Token has no signature: its algorithm is none, or missing", timeNs);
        if (verdict.Has(CredentialFlaws.KnownKey)) Add(service, endpoint, FindingKind.TokenKnownKey, FindingSeverity.High, "a JSON Web Token is signed with a well-known key: anybody can make one", timeNs);
        if (verdict.Has(CredentialFlaws.WithoutExpiry)) Add(service, endpoint, FindingKind.TokenWithoutExpiry, FindingSeverity.Medium, "a JSON Web Token never expires: it has no exp claim", timeNs);
        if (verdict.Has(CredentialFlaws.LongLived)) Add(service, endpoint, FindingKind.TokenLongLived, FindingSeverity.Low, "a JSON Web Token is valid for more than five days", timeNs);
    }

    public static void SecretInUrl(ServiceCatalogue service, Endpoint endpoint, ReadOnlySpan<char> parameter, long timeNs) =>
        Add(service, endpoint, FindingKind.SecretInUrl, FindingSeverity.High, $"a credential stands in the URL (query parameter {parameter}), where logs and histories keep it", timeNs);

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

    private static void Add(ServiceCatalogue service, Endpoint endpoint, FindingKind kind, FindingSeverity severity, string detail, long timeNs) =>
        service.Findings.Add(kind, severity, endpoint.Method, TemplateText.Structure(endpoint.Node), PathOf(endpoint.Example), detail, timeNs);

    private static string PathOf(string example) => example.Split('?')[0];
}
