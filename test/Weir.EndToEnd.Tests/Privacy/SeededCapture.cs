using System.Globalization;
using System.Text;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;
using Weir.Testing.Sensitive;

namespace Weir.EndToEnd.Tests.Privacy;

/// <summary>HTTP/1.1 traffic with every seed in every place that HTTP/1.1 has, as a capture file.</summary>
internal static class SeededCapture
{
    /// <summary>Seeds that are long enough not to turn up by chance among times, ports and ids.</summary>
    public static IReadOnlyList<SensitiveSeed> Seeds { get; } = [.. SensitiveSeeds.All.Where(seed => seed.Value.Length >= 9)];

    public static IReadOnlyList<SeededPlace> Places { get; } =
        [.. SeededPlaces.All.Where(place => place.Name.StartsWith("request", StringComparison.Ordinal) || place.Name.StartsWith("response", StringComparison.Ordinal))];

    /// <summary>Writes the capture and says how many calls are in it.</summary>
    public static int Write(string path)
    {
        var calls = 0;
        using var stream = File.Create(path);
        var writer = new PcapNgWriter(stream);
        var now = 1_700_000_000_000_000_000;
        foreach (var (number, place) in Places.Index())
        {
            var client = string.Create(CultureInfo.InvariantCulture, $"10.0.{number}.1:40000");
            var conversation = new TcpConversation(client, "10.1.0.2:80", now).Handshake();
            foreach (var seed in Seeds.Where(seed => seed.Alone || !place.NeedsForm))
            {
                var exchange = SeededPlaces.Clean();
                place.Hide(exchange, seed);
                conversation.FromClient(Request(exchange.Request)).FromServer(Response(exchange.Response));
                calls++;
            }

            foreach (var frame in conversation.Close().Frames) writer.Write(frame.Frame);
            now = conversation.NowNs + 1_000_000;
        }

        writer.Flush();
        return calls;
    }

    private static byte[] Request(HttpMessage message)
    {
        var query = message.Query.IsEmpty ? "" : "?" + Text(message, message.Query);
        return Message(message, $"{Text(message, message.Method)} {Text(message, message.Path)}{query} HTTP/1.1\r\nHost: shop.example\r\n");
    }

    private static byte[] Response(HttpMessage message) =>
        Message(message, $"HTTP/1.1 {message.Status} {Text(message, message.Reason)}\r\n");

    private static byte[] Message(HttpMessage message, string startLine)
    {
        var head = new StringBuilder(startLine);
        foreach (var (name, value) in message.Headers) head.Append(Text(message, name)).Append(": ").Append(Text(message, value)).Append("\r\n");
        var body = message.Body.Span;
        if (message.Trailers.Count == 0)
            return [.. Encoding.Latin1.GetBytes(head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n").ToString()), .. body];

        // Trailer fields stand behind a chunked body (RFC 9112 §7.1.2).
        head.Append("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n");
        foreach (var (name, value) in message.Trailers) head.Append(Text(message, name)).Append(": ").Append(Text(message, value)).Append("\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static string Text(HttpMessage message, Slice slice) => Encoding.Latin1.GetString(message[slice]);
}
