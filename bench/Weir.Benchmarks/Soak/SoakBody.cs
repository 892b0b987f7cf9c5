using System.Globalization;
using System.Text;

namespace Weir.Benchmarks.Soak;

/// <summary>
/// Requests and responses whose content follows from a number, so that a record can be checked without having been
/// remembered: <c>GET /n/ID/LENGTH</c> is answered by LENGTH bytes made of ID.
/// </summary>
internal static class SoakBody
{
    private const string Prefix = "/n/";

    public static byte[] Request(long id, int length) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET {Prefix}{id}/{length} HTTP/1.1\r\nHost: soak\r\n\r\n"));

    public static byte[] Response(long id, int length)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"));
        var response = new byte[head.Length + length];
        head.CopyTo(response, 0);
        for (var i = 0; i < length; i++) response[head.Length + i] = At(id, i);
        return response;
    }

    /// <summary>False for any other path.</summary>
    public static bool TryParse(ReadOnlySpan<char> path, out long id, out int length)
    {
        (id, length) = (0, 0);
        if (!path.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        path = path[Prefix.Length..];
        var slash = path.IndexOf('/');
        return slash > 0 && long.TryParse(path[..slash], CultureInfo.InvariantCulture, out id)
            && int.TryParse(path[(slash + 1)..], CultureInfo.InvariantCulture, out length);
    }

    public static bool IsOf(long id, string body)
    {
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != At(id, i)) return false;
        }

        return true;
    }

    private static byte At(long id, int i) => (byte)('a' + (((id * 31) + (i * 7L) + (i / 26)) % 26));
}
