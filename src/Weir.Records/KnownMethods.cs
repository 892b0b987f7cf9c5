using System.Text;

namespace Weir.Records;

/// <summary>Methods that everybody knows: RFC 9110 §9.3, RFC 5789 and the method of draft-ietf-httpbis-safe-method-w-body.</summary>
public static class KnownMethods
{
    public static IReadOnlyList<string> All { get; } = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

    private static readonly byte[][] s_known = [.. All.Select(Encoding.ASCII.GetBytes)];

    public static bool Contains(ReadOnlySpan<byte> method)
    {
        foreach (var known in s_known)
            if (method.SequenceEqual(known)) return true;
        return false;
    }
}
