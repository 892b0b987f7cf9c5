using System.Text;
using Weir.Records;

namespace Weir.Protocols.WebSocket;

/// <summary>What the answer to the opening handshake agreed on (RFC 6455 §9.1, RFC 7692 §7.1).</summary>
/// <param name="Deflate">permessage-deflate.</param>
/// <param name="Unknown">Another extension: what the reserved bits mean is not known.</param>
/// <param name="ClientResets">client_no_context_takeover: each message of the client is compressed on its own.</param>
/// <param name="ServerResets">server_no_context_takeover.</param>
internal readonly record struct WebSocketExtension(bool Deflate, bool Unknown, bool ClientResets, bool ServerResets)
{
    public static WebSocketExtension Read(HttpMessage response)
    {
        var agreed = default(WebSocketExtension);
        foreach (var header in response.Headers)
        {
            if (Ascii.EqualsIgnoreCase(response[header.Name], "sec-websocket-extensions"u8))
                agreed = Add(agreed, response[header.Value]);
        }

        return agreed;
    }

    /// <summary>Window sizes need no attention: a larger window reads what a smaller one wrote.</summary>
    private static WebSocketExtension Add(WebSocketExtension agreed, ReadOnlySpan<byte> list)
    {
        foreach (var range in list.Split((byte)','))
        {
            var element = list[range];
            var end = element.IndexOf((byte)';');
            var name = (end < 0 ? element : element[..end]).Trim(" \t"u8);
            if (name.IsEmpty) continue;
            if (!Ascii.EqualsIgnoreCase(name, "permessage-deflate"u8))
            {
                agreed = agreed with { Unknown = true };
                continue;
            }

            agreed = agreed with
            {
                Deflate = true,
                ClientResets = HasParameter(element, "client_no_context_takeover"u8),
                ServerResets = HasParameter(element, "server_no_context_takeover"u8),
            };
        }

        return agreed;
    }

    private static bool HasParameter(ReadOnlySpan<byte> element, ReadOnlySpan<byte> name)
    {
        foreach (var range in element.Split((byte)';'))
        {
            if (Ascii.EqualsIgnoreCase(element[range].Trim(" \t"u8), name)) return true;
        }

        return false;
    }
}
