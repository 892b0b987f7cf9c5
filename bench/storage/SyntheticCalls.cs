using System.Buffers;
using System.Globalization;
using System.Text;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Benchmarks.Storage;

/// <summary>Calls between services of a small cluster, the same for the same number: JSON of about a kilobyte, one in fifty an error.</summary>
internal sealed class SyntheticCalls(long firstNs, long stepNs)
{
    private static readonly string[] s_services = ["orders", "users", "cart", "payment", "search", "catalog", "shipping", "mail", "auth", "stock"];
    private static readonly string[] s_methods = ["GET", "GET", "GET", "GET", "POST", "PUT", "DELETE"];

    private readonly Exchange _exchange = new();
    private readonly ArrayBufferWriter<byte> _summary = new();
    private readonly ArrayBufferWriter<byte> _record = new();
    private readonly ExchangeJsonWriter _summaryWriter = new(ExchangeDetail.Summary);
    private readonly ExchangeJsonWriter _recordWriter = new(ExchangeDetail.Full);
    private readonly Random _random = new(7);

    public void Fill(ExchangeRow row, long n)
    {
        var startNs = firstNs + (n * stepNs);
        _exchange.Clear();
        _exchange.Id = new ExchangeId(((UInt128)(ulong)(startNs / 1_000_000) << 80) | (ulong)n);
        _exchange.Node = n % 2 == 0 ? "node-1" : "node-2";
        _exchange.Complete = _exchange.HasRequest = _exchange.HasResponse = true;
        var service = s_services[_random.Next(s_services.Length)];
        Peer(_exchange.Client, 7, "web", (ushort)(32_768 + _random.Next(20_000)));
        Peer(_exchange.Server, 9, service, 8080);
        var resource = _random.Next(20);
        _exchange.Endpoint = $"/api/v1/{service}/r{resource}/{{id}}";
        var (request, response) = (_exchange.Request, _exchange.Response);
        request.Method = Text(request, s_methods[_random.Next(s_methods.Length)]);
        request.Path = Text(request, string.Create(CultureInfo.InvariantCulture, $"/api/v1/{service}/r{resource}/{_random.Next(100_000)}"));
        request.Query = Text(request, "page=2");
        Header(request, "Host", service + ":8080");
        request.Host = request.Headers[0].Value;
        Header(request, "User-Agent", "weir-bench/1.0");
        Header(request, "Accept", "application/json");
        (request.FirstByteNs, request.LastByteNs) = (startNs, startNs + 50_000);
        response.Status = _random.Next(50) switch { 0 => 500 + _random.Next(4), 1 or 2 => 404, _ => 200 };
        Header(response, "Content-Type", "application/json");
        response.ContentType = response.Headers[0].Value;
        response.Body.Append(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{{\"id\":{_random.Next(100_000)},\"items\":[{{\"name\":\"a thing\",\"price\":{_random.Next(1000)}}},{{\"name\":\"another\",\"price\":{_random.Next(1000)}}}]}}")));
        response.BodyBytes = response.Body.Length;
        (response.FirstByteNs, response.LastByteNs) = (startNs + 900_000, startNs + 1_000_000 + _random.Next(50_000_000));
        _record.ResetWrittenCount();
        _recordWriter.Write(_exchange, _record);
        _summary.ResetWrittenCount();
        _summaryWriter.Write(_exchange, _summary);
        row.Set(_exchange, _summary.WrittenSpan, _record.WrittenSpan);
    }

    private static void Peer(Peer peer, byte last, string service, ushort port)
    {
        peer.Ip = IpAddress.FromV4([10, 0, 0, last]);
        peer.Port = port;
        (peer.Namespace, peer.Workload, peer.Service, peer.Pod) = ("shop", service, service, service + "-7d9f6c5b4-x2x9k");
    }

    private static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.ASCII.GetBytes(text));

    private static void Header(HttpMessage message, string name, string value) =>
        message.Headers.Add(new HeaderField(Text(message, name), Text(message, value)));
}
