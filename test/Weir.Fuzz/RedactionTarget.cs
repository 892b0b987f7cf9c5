using System.Buffers;
using System.Text;
using Weir.Privacy.Redaction;
using Weir.Records;
using Weir.Records.Json;
using Weir.Testing.Sensitive;

namespace Weir.Fuzz;

/// <summary>
/// Bodies of every format with a secret planted somewhere: redaction must not fail, and the record must not hold the secret.
/// </summary>
internal static class RedactionTarget
{
    private static readonly string[] s_types =
    [
        "application/json", "application/x-www-form-urlencoded", "text/plain", "application/xml", "text/event-stream",
        "multipart/form-data; boundary=b", "application/octet-stream", "application/grpc", "application/x-protobuf", "",
    ];

    private static readonly byte[] s_secret = Encoding.ASCII.GetBytes(SensitiveSeeds.All.First(seed => seed.Class == "github_token").Value);

    private static readonly ExchangeRedactor s_redactor = new();

    public static FuzzTarget Target { get; } = new("redaction", Seeds, Run);

    private static List<byte[]> Seeds()
    {
        var seeds = new List<byte[]>();
        foreach (var place in SeededPlaces.All)
        {
            var seed = SensitiveSeeds.All[seeds.Count % SensitiveSeeds.All.Count];
            var exchange = SeededPlaces.Clean();
            place.Hide(exchange, seed);
            var body = exchange.Response.Body.Length > 0 ? exchange.Response.Body : exchange.Request.Body;
            seeds.Add(body.Length > 0 ? body.Span.ToArray() : Encoding.UTF8.GetBytes(seed.Value));
        }

        return seeds;
    }

    private static void Run(byte[] bytes)
    {
        var at = bytes.Length == 0 ? 0 : ((bytes[0] * 257) + bytes[^1]) % (bytes.Length + 1);
        byte[] planted = [.. bytes[..at], (byte)' ', .. s_secret, (byte)' ', .. bytes[at..]];
        foreach (var type in s_types)
        {
            var exchange = SeededPlaces.Clean();
            SeededPlaces.Header(exchange.Response, "Content-Type", type);
            exchange.Response.Body.Append(planted);
            exchange.Response.BodyTruncated = bytes.Length % 2 == 1;
            exchange.Request.Query = SeededPlaces.Text(exchange.Request, Encoding.Latin1.GetString(bytes));
            exchange.Request.Path = exchange.Request.Query;
            SeededPlaces.Header(exchange.Request, "X-Any", Encoding.Latin1.GetString(planted));
            s_redactor.Redact(exchange);
            var once = Record(exchange);
            if (once.AsSpan().IndexOf(s_secret) >= 0 || exchange.Response.Body.Span.IndexOf(s_secret) >= 0) throw new InvalidOperationException("the secret came out as " + type);
            if (exchange.Sensitive.Count == 0) throw new InvalidOperationException("nothing was told");
        }
    }

    private static byte[] Record(Exchange exchange)
    {
        var record = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter().Write(exchange, record);
        return record.WrittenSpan.ToArray();
    }
}
