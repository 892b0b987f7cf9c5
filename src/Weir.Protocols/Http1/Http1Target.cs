using Weir.Records;

namespace Weir.Protocols.Http1;

/// <summary>Splits a request target (RFC 9112 §3.2) into host, path and query, as places in the message's text.</summary>
internal static class Http1Target
{
    public static void Split(HttpMessage message, Slice target)
    {
        var bytes = message.Text[target];
        var method = message.Text[message.Method];
        var start = 0;
        if (!bytes.IsEmpty && bytes[0] != '/' && !method.SequenceEqual("CONNECT"u8))
        {
            var scheme = bytes.IndexOf("://"u8);
            if (scheme > 0 && !bytes[..scheme].Contains((byte)'?'))
            {
                var authority = scheme + 3;
                var length = bytes[authority..].IndexOfAny("/?#"u8);
                if (length < 0) length = bytes.Length - authority;
                message.Host = WithoutUserInfo(bytes, target.Offset, authority, length);
                start = authority + length;
                if (start == bytes.Length || bytes[start] != '/')
                {
                    // An empty path is "/" (RFC 9110 §4.2.3); nothing in the text says so, so it is written there.
                    var query = start < bytes.Length && bytes[start] == '?'
                        ? new Slice(target.Offset + start + 1, bytes.Length - start - 1)
                        : default;
                    message.Query = query;
                    message.Path = message.Text.Append("/"u8);
                    return;
                }
            }
        }

        if (method.SequenceEqual("CONNECT"u8))
        {
            message.Path = target;
            // authority-form (RFC 9112 §3.2.3); what follows a space, and a path, are no part of an authority.
            var length = bytes.IndexOf((byte)' ');
            if (length < 0) length = bytes.Length;
            if (bytes[..length].Contains((byte)':') && bytes[0] != '/') message.Host = new Slice(target.Offset, length);
            return;
        }

        var rest = bytes[start..];
        var mark = rest.IndexOf((byte)'?');
        message.Path = new Slice(target.Offset + start, mark < 0 ? rest.Length : mark);
        if (mark >= 0) message.Query = new Slice(target.Offset + start + mark + 1, rest.Length - mark - 1);
    }

    private static Slice WithoutUserInfo(ReadOnlySpan<byte> target, int offset, int authority, int length)
    {
        var at = target.Slice(authority, length).LastIndexOf((byte)'@');
        return new Slice(offset + authority + at + 1, length - at - 1);
    }
}
