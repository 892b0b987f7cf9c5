using System.Text;

namespace Weir.Protocols.Http1;

/// <summary>The IANA "HTTP Method Registry". Methods are case-sensitive (RFC 9110 §9.1).</summary>
internal static class Http1Methods
{
    private static readonly byte[][][] ByLength = Group(
        "ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LABEL",
        "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS",
        "ORDERPATCH", "PATCH", "POST", "PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH", "TRACE",
        "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL");

    public static bool IsKnown(ReadOnlySpan<byte> method)
    {
        if (method.Length >= ByLength.Length) return false;
        foreach (var known in ByLength[method.Length])
        {
            if (method.SequenceEqual(known)) return true;
        }

        return false;
    }

    private static byte[][][] Group(params string[] names)
    {
        var groups = new byte[names.Max(name => name.Length) + 1][][];
        for (var length = 0; length < groups.Length; length++)
            groups[length] = [.. names.Where(name => name.Length == length).Select(Encoding.ASCII.GetBytes)];
        return groups;
    }
}
