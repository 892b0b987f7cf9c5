using System.Text;
using Weir.Packets;
using Weir.Records;

namespace Weir.Testing;

/// <summary>Builds exchanges for tests; texts are Latin-1, so that any byte can be written.</summary>
internal static class TestExchange
{
    public const long StartNs = 1_769_860_800_123_456_789;

    public static Exchange Empty()
    {
        var exchange = new Exchange();
        (exchange.Client.Ip, exchange.Client.Port) = (IpAddress.FromV4([10, 0, 0, 7]), 51324);
        (exchange.Server.Ip, exchange.Server.Port) = (IpAddress.FromV4([10, 0, 0, 9]), 8080);
        exchange.Id = new ExchangeIdGenerator(1).Next(StartNs);
        return exchange;
    }

    public static Exchange Get(string path = "/api/v2/orders/17", string query = "page=2")
    {
        var exchange = Empty();
        exchange.HasRequest = true;
        exchange.Complete = true;
        var request = exchange.Request;
        request.Method = Text(request, "GET");
        request.Path = Text(request, path);
        request.Query = Text(request, query);
        Header(request, "Host", "orders:8080");
        request.Host = request.Headers[0].Value;
        request.FirstByteNs = StartNs;
        request.LastByteNs = StartNs + 100_000;
        return exchange;
    }

    public static Exchange GetOk(string body = "{\"id\":17}")
    {
        var exchange = Get();
        exchange.HasResponse = true;
        var response = exchange.Response;
        response.Status = 200;
        response.Reason = Text(response, "OK");
        Header(response, "Content-Type", "application/json");
        Body(response, Encoding.Latin1.GetBytes(body));
        response.FirstByteNs = StartNs + 12_000_000;
        response.LastByteNs = StartNs + 12_500_000;
        return exchange;
    }

    public static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.Latin1.GetBytes(text));

    public static void Header(HttpMessage message, string name, string value)
    {
        message.Headers.Add(new HeaderField(Text(message, name), Text(message, value)));
        var field = message.Headers[^1].Value;
        if (name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)) message.ContentEncoding = field;
        if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) message.ContentType = field;
    }

    public static void Body(HttpMessage message, byte[] body)
    {
        message.Body.Clear();
        message.Body.Append(body);
        message.BodyBytes = body.Length;
    }
}
