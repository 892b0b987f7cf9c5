using System.Buffers;
using System.Text;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Storage.Tests;

/// <summary>Makes exchanges and rows, the same for the same number.</summary>
internal static class Rows
{
    /// <summary>2026-01-31T12:00:00Z.</summary>
    public const long Epoch = 1_769_860_800_000_000_000;

    private static readonly string[] Methods = ["GET", "POST", "DELETE", "get", "M\xE9TH"];
    private static readonly string[] Hosts = ["orders:8080", "", "api.example", "xn--Ü", "ORDERS:8080"];
    private static readonly string[] Paths = ["/", "/api/v2/orders/17", "/a%20b", "/ü/\U0001F600", "/x';DROP TABLE exchanges;--", "/%_*", "/nul\0end"];
    private static readonly int[] Statuses = [200, 404, 500, 0, 101];

    public static Exchange Make(int n)
    {
        var random = new Random(n);
        var exchange = new Exchange
        {
            Id = new ExchangeId(((UInt128)(ulong)((Epoch / 1_000_000) + n) << 80) | (uint)n),
            Source = (CaptureSourceKind)random.Next(5),
            Node = n % 3 == 0 ? null : "node-" + (n % 2),
            Protocol = n % 7 == 0 ? "redis" : n % 5 == 0 ? "HTTP/1.0" : "HTTP/1.1",
            Scheme = n % 4 == 0 ? "https" : "http",
            Complete = n % 2 == 0,
            Endpoint = n % 4 == 1 ? "/api/v2/orders/{order_id}" : null,
            HasRequest = n % 11 != 10,
            HasResponse = n % 6 != 5 || n % 11 == 10,
        };
        SetPeer(exchange.Client, random, "10.0.0." + (n % 4));
        SetPeer(exchange.Server, random, n % 9 == 0 ? "fd00::9" : "10.0.1.9");
        var started = Epoch + (n * 1_234_567L);
        if (exchange.HasRequest) SetRequest(exchange.Request, random, started);
        if (exchange.HasResponse) SetResponse(exchange.Response, random, started);
        if (n % 4 == 0) exchange.Anomalies.Add(Anomaly.ResponseGap);
        if (n % 5 == 0) exchange.Anomalies.Add(Anomaly.BareLineFeed);
        return exchange;
    }

    public static ExchangeRow Row(int n) => Row(Make(n));

    public static ExchangeRow Row(Exchange exchange)
    {
        var row = new ExchangeRow();
        row.Set(exchange, Json(exchange, ExchangeDetail.Summary), Json(exchange, ExchangeDetail.Full));
        return row;
    }

    public static ExchangeRow[] Range(int from, int count) => [.. Enumerable.Range(from, count).Select(Row)];

    public static byte[] Json(Exchange exchange, ExchangeDetail detail)
    {
        var buffer = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter(detail).Write(exchange, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void SetPeer(Peer peer, Random random, string ip)
    {
        Assert.True(IpAddress.TryParse(ip, out var address));
        peer.Ip = address;
        peer.Port = (ushort)(random.Next(3) * 4040);
        peer.Namespace = random.Next(2) == 0 ? null : "shop";
        peer.Pod = random.Next(2) == 0 ? null : "web-1";
        peer.Workload = random.Next(2) == 0 ? null : "web";
        peer.Service = random.Next(2) == 0 ? null : "orders";
        peer.ProcessName = random.Next(2) == 0 ? null : "curl";
        peer.ProcessId = random.Next(2) * 811;
    }

    private static void SetRequest(HttpMessage message, Random random, long started)
    {
        message.FirstByteNs = started;
        message.LastByteNs = started + 1000;
        // Latin-1 for one in two: bytes on the wire need not be UTF-8.
        var encoding = random.Next(2) == 0 ? Encoding.UTF8 : Encoding.Latin1;
        message.Method = message.Text.Append(encoding.GetBytes(Pick(random, Methods)));
        message.Host = message.Text.Append(Encoding.UTF8.GetBytes(Pick(random, Hosts)));
        message.Path = message.Text.Append(encoding.GetBytes(Pick(random, Paths)));
        message.Query = message.Text.Append(random.Next(2) == 0 ? ""u8 : "page=2&q='"u8);
        Header(message, "Content-Type", random.Next(2) == 0 ? "application/json" : "text/plain");
        SetBody(message, random);
    }

    private static void SetResponse(HttpMessage message, Random random, long started)
    {
        message.FirstByteNs = started + 5000;
        message.LastByteNs = started + random.Next(1, 40_000_000);
        message.Status = Statuses[random.Next(Statuses.Length)];
        Header(message, "Server", "weir-test");
        SetBody(message, random);
    }

    private static void SetBody(HttpMessage message, Random random)
    {
        var body = string.Concat(Enumerable.Repeat("{\"id\":17} ", random.Next(0, 300)));
        message.Body.Append(Encoding.UTF8.GetBytes(body));
        message.BodyBytes = body.Length;
    }

    private static void Header(HttpMessage message, string name, string value) => message.Headers.Add(new HeaderField(
        message.Text.Append(Encoding.ASCII.GetBytes(name)), message.Text.Append(Encoding.ASCII.GetBytes(value))));

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
