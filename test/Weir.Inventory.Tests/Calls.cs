using System.Text;
using Weir.Packets;
using Weir.Records;

namespace Weir.Inventory.Tests;

/// <summary>Makes exchanges by hand. Times count up by a millisecond from 2026-01-31T12:00:00Z.</summary>
internal static class Calls
{
    public const long EpochNs = 1_769_860_800_000_000_000;

    private static int _count;

    public static Exchange Make(
        string method, string target, int status = 200, string? response = null, string? request = null, string host = "shop",
        string responseType = "application/json", string requestType = "application/json", (string Name, string Value)[]? headers = null,
        (string Name, string Value)[]? responseHeaders = null, string? client = null, long? timeNs = null)
    {
        var n = Interlocked.Increment(ref _count);
        var startedNs = timeNs ?? EpochNs + (n * 1_000_000L);
        var exchange = new Exchange { Id = new ExchangeId((UInt128)n), HasRequest = true, HasResponse = status > 0, Complete = status > 0 };
        (exchange.Client.Ip, exchange.Client.Port, exchange.Client.Workload) = (IpAddress.FromV4([10, 0, 0, 7]), 51324, client);
        (exchange.Server.Ip, exchange.Server.Port) = (IpAddress.FromV4([10, 0, 0, 9]), 8080);
        var asked = exchange.Request;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        asked.Method = Text(asked, method);
        asked.Path = Text(asked, question < 0 ? target : target[..question]);
        if (question >= 0) asked.Query = Text(asked, target[(question + 1)..]);
        asked.Host = Text(asked, host);
        foreach (var (name, value) in headers ?? []) asked.Headers.Add(new HeaderField(Text(asked, name), Text(asked, value)));
        (asked.FirstByteNs, asked.LastByteNs) = (startedNs, startedNs + 1000);
        Body(asked, request, requestType);
        if (status == 0) return exchange;
        var answer = exchange.Response;
        answer.Status = status;
        foreach (var (name, value) in responseHeaders ?? []) answer.Headers.Add(new HeaderField(Text(answer, name), Text(answer, value)));
        Body(answer, response, responseType);
        (answer.FirstByteNs, answer.LastByteNs) = (startedNs + 2_000_000, startedNs + 3_000_000);
        return exchange;
    }

    /// <summary>Templates with their methods, in order, of everything confirmed.</summary>
    public static string[] Routes(this EndpointCatalogue catalogue, string service = "shop", bool all = false) =>
        [.. catalogue.Services[service].Endpoints.Where(endpoint => all || endpoint.Confirmed).Select(static endpoint => $"{endpoint.Method} {endpoint.Template}").Order(StringComparer.Ordinal)];

    private static void Body(HttpMessage message, string? body, string type)
    {
        if (body is null) return;
        message.Body.Append(Encoding.UTF8.GetBytes(body));
        message.BodyBytes = message.Body.Length;
        message.ContentType = Text(message, type);
        message.Headers.Add(new HeaderField(Text(message, "Content-Type"), message.ContentType));
    }

    private static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.UTF8.GetBytes(text));
}
