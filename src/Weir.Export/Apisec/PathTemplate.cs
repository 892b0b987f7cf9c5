using System.Text;

namespace Weir.Export.Apisec;

/// <summary>Compares path templates, whoever named their parameters: <c>{id}</c>, <c>{user_id}</c> and <c>:id</c> are the same.</summary>
internal static class PathTemplate
{
    /// <summary>The template with nameless parameters: <c>/users/{}/orders</c>. Two with the same are the same endpoint.</summary>
    public static string Canonical(string template)
    {
        var text = new StringBuilder();
        foreach (var segment in Segments(template))
        {
            text.Append('/');
            if (Parameter(segment) is { } suffix) text.Append("{}").Append(suffix);
            else text.Append(segment);
        }

        return text.Length == 0 ? "/" : text.ToString();
    }

    /// <summary>Whether a path, or a template, is one that this template describes.</summary>
    public static bool Matches(string template, string path)
    {
        var (parts, segments) = (Segments(template), Segments(path));
        if (parts.Length != segments.Length) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            if (Parameter(parts[i]) is { } suffix)
            {
                if (!segments[i].EndsWith(suffix, StringComparison.Ordinal) || segments[i].Length == suffix.Length) return false;
            }
            else if (parts[i] != segments[i])
            {
                return false;
            }
        }

        return true;
    }

    public static int Literals(string template) => Segments(template).Count(static segment => Parameter(segment) is null);

    /// <summary>The id by which the platform knows an endpoint: Base64 of the method in upper case, a colon and the path.</summary>
    public static string EndpointId(string method, string path) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{method.ToUpperInvariant()}:{path}"));

    /// <summary>The method in an endpoint's id; null when it is none of that form.</summary>
    public static string? MethodOf(string endpointId)
    {
        var bytes = new byte[endpointId.Length];
        if (!Convert.TryFromBase64String(endpointId, bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.IndexOf(':', StringComparison.Ordinal) is > 0 and < 16 and var colon ? text[..colon].ToUpperInvariant() : null;
    }

    private static string[] Segments(string path) => path.Split('?')[0].Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What follows the parameter in its segment; null when the segment has none.</summary>
    private static string? Parameter(string segment)
    {
        if (segment.Length > 1 && segment[0] == ':') return "";
        var close = segment.LastIndexOf('}');
        return close > 0 && segment.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open && open < close ? segment[(close + 1)..] : null;
    }
}
