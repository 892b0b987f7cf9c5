using System.Text;
using Weir.Packets;
using Weir.Records;

namespace Weir.Center.Tests;

/// <summary>Makes exchanges, the same for the same number, a millisecond apart.</summary>
internal static class Calls
{
    /// <summary>2026-01-31T12:00:00Z.</summary>
    public const long EpochNs = 1_769_860_800_000_000_000;

    public static Exchange Make(int n, int status = 200, string body = "{\"id\":17}")
    {
        var startedNs = EpochNs + (n * 1_000_000L);
        var exchange = new Exchange
        {
            Id = Id(n),
            HasRequest = true,
            HasResponse = true,
            Complete = true,
        };
        (exchange.Client.Ip, exchange.Client.Port) = (IpAddress.FromV4([10, 0, 0, 7]), 51324);
        (exchange.Server.Ip, exchange.Server.Port) = (IpAddress.FromV4([10, 0, 0, 9]), 8080);
        var request = exchange.Request;
        request.Method = Text(request, "GET");
        request.Path = Text(request, $"/orders/{n}");
        request.Host = Text(request, "orders:8080");
        (request.FirstByteNs, request.LastByteNs) = (startedNs, startedNs + 1000);
        var response = exchange.Response;
        response.Status = status;
        response.Headers.Add(new HeaderField(Text(response, "Content-Type"), Text(response, "application/json")));
        response.ContentType = response.Headers[0].Value;
        response.Body.Append(Encoding.UTF8.GetBytes(body));
        response.BodyBytes = response.Body.Length;
        (response.FirstByteNs, response.LastByteNs) = (startedNs + 2000, startedNs + 3000);
        return exchange;
    }

    public static ExchangeId Id(int n) => new(((UInt128)(ulong)((EpochNs / 1_000_000) + n) << 80) | (uint)n);

    private static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.ASCII.GetBytes(text));
}
