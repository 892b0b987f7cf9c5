namespace Weir.Records.Json;

/// <summary>
/// <c>"timing":{"requestMs","waitMs","responseMs"}</c>: how long the request took to send, the answer to begin (time to first
/// byte) and the answer to arrive. Left out where a message is missing or a time is unknown.
/// </summary>
internal static class TimingJson
{
    public static void Write(ref JsonOutput json, Exchange exchange)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        if (exchange.DurationNs < 0 || request.LastByteNs == 0 || response.FirstByteNs == 0) return;
        // Whole microseconds from the start, so that a record that was read is written the same again.
        var sent = Microseconds(exchange, request.LastByteNs);
        var answered = Math.Max(sent, Microseconds(exchange, response.FirstByteNs));
        var ended = Math.Max(answered, Microseconds(exchange, response.LastByteNs));
        json.Raw(",\"timing\":{\"requestMs\":"u8);
        json.Milliseconds(sent * 1000);
        json.Raw(",\"waitMs\":"u8);
        json.Milliseconds((answered - sent) * 1000);
        json.Raw(",\"responseMs\":"u8);
        json.Milliseconds((ended - answered) * 1000);
        json.Raw((byte)'}');
    }

    /// <summary>Reads the phases; nanoseconds, -1 for what is not told.</summary>
    public static bool Read(ref JsonCursor cursor, out long requestNs, out long waitNs)
    {
        requestNs = waitNs = -1;
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"timing\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "requestMs" => cursor.Milliseconds(out requestNs),
                "waitMs" => cursor.Milliseconds(out waitNs),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    private static long Microseconds(Exchange exchange, long ns) => Math.Max(0, (ns - exchange.StartedAtNs) / 1000);
}
