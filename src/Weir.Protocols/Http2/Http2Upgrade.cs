using Weir.Protocols.Http1;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <summary>The way into HTTP/2 from HTTP/1 without TLS: <c>Upgrade: h2c</c>, RFC 7540 §3.2.</summary>
internal static class Http2Upgrade
{
    /// <summary>Whether a request asks for it: what the client sends before the answer may be HTTP/2 already.</summary>
    public static bool IsAskedBy(HttpMessage request) => Names(request);

    /// <summary>Whether a 101 answer is it.</summary>
    public static bool IsOpenedBy(HttpMessage response) => Names(response);

    private static bool Names(HttpMessage message)
    {
        foreach (var field in message.Headers)
        {
            if (!Http1Syntax.EqualsIgnoreCase(message[field.Name], "upgrade"u8)) continue;
            var value = message[field.Value];
            foreach (var range in value.Split((byte)','))
            {
                if (Http1Syntax.EqualsIgnoreCase(value[range].Trim(" \t"u8), "h2c"u8)) return true;
            }
        }

        return false;
    }
}
