namespace Weir.Records.Json;

/// <summary>
/// <c>"webSocket":{"messages","messagesIn","messagesOut","bytesIn","bytesOut","compressed","closeCode","closeReason","captured"}</c>;
/// the messages themselves only in the full record.
/// </summary>
internal static class WebSocketJson
{
    public static void Write(ref JsonOutput json, WebSocketSession session, ExchangeDetail detail)
    {
        if (!session.Present) return;
        json.Raw(",\"webSocket\":{\"messages\":"u8);
        json.Number(session.Messages);
        json.Raw(",\"messagesIn\":"u8);
        json.Number(session.MessagesIn);
        json.Raw(",\"messagesOut\":"u8);
        json.Number(session.MessagesOut);
        json.Raw(",\"bytesIn\":"u8);
        json.Number(session.BytesIn);
        json.Raw(",\"bytesOut\":"u8);
        json.Number(session.BytesOut);
        json.Raw(",\"compressed\":"u8);
        json.Boolean(session.Compressed);
        if (session.CloseCode != 0)
        {
            json.Raw(",\"closeCode\":"u8);
            json.Number(session.CloseCode);
            json.Raw(",\"closeReason\":"u8);
            json.Text(session[session.CloseReason]);
        }

        if (detail == ExchangeDetail.Full) Captured(ref json, session);
        json.Raw((byte)'}');
    }

    public static bool Read(ref JsonCursor cursor, WebSocketSession session)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"webSocket\"")) return false;
        session.Present = true;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "messagesIn" => cursor.Integer(0, long.MaxValue, out var count) && Done(session.MessagesIn = count),
                "messagesOut" => cursor.Integer(0, long.MaxValue, out var count) && Done(session.MessagesOut = count),
                "bytesIn" => cursor.Integer(0, long.MaxValue, out var bytes) && Done(session.BytesIn = bytes),
                "bytesOut" => cursor.Integer(0, long.MaxValue, out var bytes) && Done(session.BytesOut = bytes),
                "compressed" => cursor.Boolean(out var compressed) && Done(session.Compressed = compressed),
                "closeCode" => cursor.Integer(1, ushort.MaxValue, out var code) && Done(session.CloseCode = (int)code),
                "closeReason" => cursor.Bytes(session.Text, out var reason) && Done(session.CloseReason = reason),
                "captured" => ReadCaptured(ref cursor, session),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static void Captured(ref JsonOutput json, WebSocketSession session)
    {
        json.Raw(",\"captured\":["u8);
        for (var i = 0; i < session.Captured.Count; i++)
        {
            var message = session.Captured[i];
            json.Raw(i == 0 ? "{\"from\":\""u8 : ",{\"from\":\""u8);
            json.Raw(message.FromClient ? "client"u8 : "server"u8);
            json.Raw("\",\"kind\":\""u8);
            json.Raw(message.Kind == WebSocketKind.Text ? "text"u8 : "binary"u8);
            json.Raw("\",\"at\":"u8);
            json.Timestamp(message.AtNs);
            json.Raw(",\"bytes\":"u8);
            json.Number(message.Bytes);
            json.Raw(",\"body\":"u8);
            var content = session[message.Content];
            if (message.Kind == WebSocketKind.Text)
            {
                if (message.Truncated) content = content[..^BodyDecoder.CutCharacter(content)];
                json.Text(content);
                json.Raw(",\"bodyEncoding\":\"utf8\""u8);
            }
            else
            {
                json.Base64Text(content);
                json.Raw(",\"bodyEncoding\":\"base64\""u8);
            }

            json.Raw(",\"bodyTruncated\":"u8);
            json.Boolean(message.Truncated);
            json.Raw((byte)'}');
        }

        json.Raw((byte)']');
    }

    private static bool ReadCaptured(ref JsonCursor cursor, WebSocketSession session)
    {
        session.Captured.Clear();
        if (!cursor.ExpectArray("\"captured\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectObject("an entry of \"captured\"")) return false;
            var (fromClient, kind, atNs, size, truncated) = (false, WebSocketKind.Text, 0L, 0L, false);
            var start = session.Text.Length;
            while (cursor.NextProperty())
            {
                var ok = cursor.Key switch
                {
                    "from" => cursor.ExpectString() && Done(fromClient = cursor.Utf8Value.SequenceEqual("client"u8)),
                    "kind" => cursor.ExpectString() &&
                        Done(kind = cursor.Utf8Value.SequenceEqual("text"u8) ? WebSocketKind.Text : WebSocketKind.Binary),
                    "at" => cursor.Timestamp(out atNs),
                    "bytes" => cursor.Integer(0, long.MaxValue, out size),
                    "body" => kind == WebSocketKind.Text
                        ? cursor.Bytes(session.Text, out _)
                        : MessageJson.Base64(ref cursor, session.Text),
                    "bodyTruncated" => cursor.Boolean(out truncated),
                    _ => cursor.Skip(),
                };
                if (!ok) return false;
            }

            var content = new Slice(start, session.Text.Length - start);
            session.Captured.Add(new WebSocketMessage(fromClient, kind, atNs, size, content, truncated));
        }

        return true;
    }

    private static bool Done<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
