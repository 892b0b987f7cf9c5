using System.Buffers;
using System.Text;
using Weir.Records;

namespace Weir.Inventory.Reading;

/// <summary>Paths as text. Percent-encoding stays as it was sent; braces, which would look like parameters, are encoded.</summary>
internal static class PathText
{
    private const int MaxExample = 256;

    /// <returns>Characters written; never more than there are bytes, braces excepted, for which the rest is cut.</returns>
    public static int Decode(ReadOnlySpan<byte> path, Span<char> output)
    {
        var length = Ascii.ToUtf16(path, output, out var written) == OperationStatus.Done ? written : Encoding.UTF8.GetChars(path, output);
        var text = output[..length];
        text.Replace('{', '(');
        text.Replace('}', ')');
        return length;
    }

    public static string Example(HttpMessage request)
    {
        var path = Encoding.UTF8.GetString(request[request.Path]);
        var query = request[request.Query];
        var text = query.IsEmpty ? path : $"{path}?{Encoding.UTF8.GetString(query)}";
        return text.Length <= MaxExample ? text : text[..MaxExample];
    }

    /// <summary>Whether the Location of a response is the path that was asked for and one segment more.</summary>
    public static bool TryLocationBelow(HttpMessage response, ReadOnlySpan<char> path)
    {
        if (!response.TryField("location"u8, out var value)) return false;
        var location = response[value];
        var scheme = location.IndexOf("://"u8);
        if (scheme >= 0)
        {
            var slash = location[(scheme + 3)..].IndexOf((byte)'/');
            if (slash < 0) return false;
            location = location[(scheme + 3 + slash)..];
        }

        path = path.TrimEnd('/');
        if (location.Length < path.Length + 2 || location[path.Length] != '/' || !Ascii.Equals(location[..path.Length], path)) return false;
        var rest = location[(path.Length + 1)..];
        return rest.IndexOf((byte)'/') < 0 && rest.IndexOf((byte)'?') < 0;
    }
}
