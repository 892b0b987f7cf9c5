using System.Text;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>Parameters of a message whose URL has lost its query.</summary>
internal static class ResurfaceParameters
{
    /// <summary>The query they make. What stands in a form body as well came from there and is left out.</summary>
    public static string Query(List<(string Name, string Value)> parameters, HttpMessage request)
    {
        if (parameters.Count == 0) return "";
        var form = Form(request);
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (form.Remove((name, value))) continue;
            if (query.Length > 0) query.Append('&');
            query.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        return query.ToString();
    }

    private static HashSet<(string Name, string Value)> Form(HttpMessage request)
    {
        var found = new HashSet<(string, string)>();
        if (!request[request.ContentType].StartsWith("application/x-www-form-urlencoded"u8)) return found;
        var body = request.Body.Span;
        var text = new FormText();
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            var equals = pair.IndexOf((byte)'=');
            if (equals <= 0) continue;
            var name = Encoding.UTF8.GetString(text.Decode(pair[..equals], plusIsSpace: true)).ToLowerInvariant();
            found.Add((name, Encoding.UTF8.GetString(text.Decode(pair[(equals + 1)..], plusIsSpace: true))));
        }

        return found;
    }
}
