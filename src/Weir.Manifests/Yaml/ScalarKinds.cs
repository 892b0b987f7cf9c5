using System.Text.RegularExpressions;

namespace Weir.Manifests.Yaml;

/// <summary>What a plain scalar is, as Kubernetes' own reader takes it: YAML 1.1, so that <c>yes</c> is true and <c>0644</c> is octal.</summary>
internal static partial class ScalarKinds
{
    public static NodeKind Of(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => NodeKind.Null,
        _ when IsTrue(text) || IsFalse(text) => NodeKind.Boolean,
        _ when Integer().IsMatch(text) => NodeKind.Integer,
        _ when Number().IsMatch(text) => NodeKind.Number,
        _ => NodeKind.Text,
    };

    public static bool IsTrue(string text) => text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y";

    private static bool IsFalse(string text) => text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N";

    [GeneratedRegex(@"^[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integer();

    [GeneratedRegex(@"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
