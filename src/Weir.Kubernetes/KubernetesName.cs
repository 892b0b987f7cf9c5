using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Weir.Kubernetes;

/// <summary>What the API server takes as names, so that nothing else gets into a path or an object.</summary>
public static partial class KubernetesName
{
    /// <summary>An RFC 1123 label: namespaces, services.</summary>
    public static bool IsLabel([NotNullWhen(true)] string? text) => text is { Length: >= 1 and <= 63 } && Label().IsMatch(text);

    /// <summary>An RFC 1123 subdomain: most other objects.</summary>
    public static bool IsSubdomain([NotNullWhen(true)] string? text) => text is { Length: >= 1 and <= 253 } && Subdomain().IsMatch(text);

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
