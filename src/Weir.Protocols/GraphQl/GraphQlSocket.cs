using System.Text;
using Weir.Records;

namespace Weir.Protocols.GraphQl;

/// <summary>GraphQL over WebSocket: <c>subscribe</c> of graphql-transport-ws and <c>start</c> of the older graphql-ws.</summary>
internal static class GraphQlSocket
{
    /// <summary>Whether the server agreed to one of the two subprotocols.</summary>
    public static bool IsSpoken(HttpMessage response)
    {
        foreach (var header in response.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(response[header.Name], "sec-websocket-protocol"u8)) continue;
            var protocol = response[header.Value];
            if (protocol.SequenceEqual("graphql-transport-ws"u8) || protocol.SequenceEqual("graphql-ws"u8)) return true;
        }

        return false;
    }

    /// <param name="message">A whole text message of the client.</param>
    /// <param name="reader">Reads the payload.</param>
    /// <param name="limits">How many operations an exchange names.</param>
    /// <param name="call">Receives the operation.</param>
    public static void Inspect(ReadOnlySpan<byte> message, GraphQlReader reader, GraphQlLimits limits, GraphQlCall call)
    {
        if (call.Operations.Count >= limits.MaxOperations) return;
        var starts = false;
        ReadOnlySpan<byte> payload = default;
        var scanner = new JsonScanner(message);
        if (!scanner.Take((byte)'{')) return;
        while (scanner.NextKey(out var key))
        {
            if (key.SequenceEqual("type"u8) && scanner.TakeString(out var type, out _))
            {
                starts = type.SequenceEqual("subscribe"u8) || type.SequenceEqual("start"u8);
                continue;
            }

            if (key.SequenceEqual("payload"u8)) payload = scanner.Rest;
            scanner.Skip();
        }

        if (starts && !payload.IsEmpty) reader.ReadJson(payload, cut: false, certain: true, call);
    }
}
