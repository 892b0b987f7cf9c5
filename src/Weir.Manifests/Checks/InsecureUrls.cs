using System.Net;
using System.Text.RegularExpressions;
using Weir.Manifests.Objects;

namespace Weir.Manifests.Checks;

/// <summary>Finds <c>http://</c> that leaves the cluster: not to localhost, a Service, or an address of a private network.</summary>
internal static partial class InsecureUrls
{
    /// <summary>Names of documents, never fetched.</summary>
    private static readonly string[] s_identifiers = ["www.w3.org", "schemas.", "xmlns.", "xml.apache.org", "java.sun.com", "purl.org", "json-schema.org", "www.apache.org", "ns."];

    private static readonly string[] s_local = [".svc", ".local", ".internal", ".localhost", ".cluster", ".lan", ".test", ".invalid"];

    /// <returns>The first such URL in a text, without what follows the host; null when there is none.</returns>
    public static string? In(string text, Bundle bundle)
    {
        foreach (Match match in Url().Matches(text))
        {
            var host = match.Groups[1].Value.Trim('[', ']');
            if (Leaves(host, bundle)) return $"http://{host}";
        }

        return null;
    }

    private static bool Leaves(string host, Bundle bundle)
    {
        if (bundle.Options.Strict) return true;
        if (IPAddress.TryParse(host, out var address)) return !IsPrivate(address);
        if (!host.Contains('.', StringComparison.Ordinal) || s_identifiers.Any(one => host.StartsWith(one, StringComparison.OrdinalIgnoreCase))) return false;
        if (s_local.Any(one => host.EndsWith(one, StringComparison.OrdinalIgnoreCase) || host.Contains(one + ".", StringComparison.OrdinalIgnoreCase))) return false;
        // service.namespace
        var labels = host.Split('.');
        return labels.Length != 2 || bundle.Find("Service", labels[1], labels[0]) is null;
    }

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal) return true;
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4 && (bytes[0] is 0 or 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128));
    }

    [GeneratedRegex(@"\bhttp://(?:[^\s/@""']{1,200}@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]{0,252})", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Url();
}
