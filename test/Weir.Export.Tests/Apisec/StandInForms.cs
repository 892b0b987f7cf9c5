using System.Net;
using System.Text;

namespace Weir.Export.Tests.Apisec;

/// <summary>Reads multipart/form-data (RFC 7578) as strictly as the stand-in wants it.</summary>
internal static class StandInForms
{
    public static string? File(HttpListenerRequest request, byte[] body, string name, string fileName, string type, Action<string> violate)
    {
        var part = Parts(request, body).Find(one => Name(one.Head) == name);
        if (part.Head is null)
        {
            violate($"no part {name}");
            return null;
        }

        if (Parameter(part.Head, "filename") != fileName) violate($"file name of {name}: {part.Head}");
        if (!part.Head.Contains($"Content-Type: {type}", StringComparison.OrdinalIgnoreCase)) violate($"type of {name}: {part.Head}");
        return part.Body;
    }

    public static string? Text(HttpListenerRequest request, byte[] body, string name) => Parts(request, body).Find(one => Name(one.Head) == name).Body;

    private static List<(string Head, string Body)> Parts(HttpListenerRequest request, byte[] body)
    {
        const string Prefix = "multipart/form-data; boundary=";
        if (request.ContentType?.StartsWith(Prefix, StringComparison.Ordinal) != true) return [];
        var boundary = "--" + request.ContentType[Prefix.Length..].Trim('"');
        var parts = new List<(string, string)>();
        foreach (var part in Encoding.UTF8.GetString(body).Split(boundary, StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end > 0) parts.Add((part[..end].Trim(), part[(end + 4)..^2]));
        }

        return parts;
    }

    private static string? Name(string head) => Parameter(head, "name");

    private static string? Parameter(string head, string name)
    {
        foreach (var piece in head.Split(';', '\r', '\n'))
        {
            var pair = piece.Trim().Split('=', 2);
            if (pair.Length == 2 && pair[0] == name) return pair[1].Trim('"');
        }

        return null;
    }
}
