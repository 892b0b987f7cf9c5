using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>tshark's reading of a capture, as calls: requests paired with responses the way tshark pairs them.</summary>
internal static class TsharkPeer
{
    public static bool Present => Child.Exists("tshark");

    public static async Task<IReadOnlyList<CallFacts>> Read(string capture)
    {
        var pdml = await Child.Output(
            "tshark", "-r", capture, "-o", "http.decompress_body:FALSE", "-o", "tcp.reassemble_out_of_order:TRUE",
            "-Y", "http and tcp", "-T", "pdml", "-J", "frame ip ipv6 tcp http");
        return Pair(Messages(pdml));
    }

    private static List<CallFacts> Pair(IReadOnlyList<Message> messages)
    {
        var calls = new List<CallFacts>();
        var waiting = new Dictionary<string, Queue<Message>>();
        foreach (var message in messages)
        {
            var queue = waiting.TryGetValue(message.Client, out var known) ? known : waiting[message.Client] = new();
            if (message.Method is not null) queue.Enqueue(message);
            else if (message.Status is >= 200 or 101) calls.Add(Call(queue.TryDequeue(out var request) ? request : null, message));
        }

        calls.AddRange(waiting.Values.SelectMany(queue => queue).Select(request => Call(request, null)));
        return calls;
    }

    private static CallFacts Call(Message? request, Message? response) => new(
        (request ?? response)!.Client, request?.Method, request?.Target, request?.Host, response?.Status,
        request?.Body, response?.Body);

    private static List<Message> Messages(string pdml)
    {
        var settings = new XmlReaderSettings { CheckCharacters = false, DtdProcessing = DtdProcessing.Ignore };
        using var reader = XmlReader.Create(new StringReader(pdml), settings);
        var messages = new List<Message>();
        while (reader.ReadToFollowing("packet"))
        {
            var packet = (XElement)XNode.ReadFrom(reader);
            var layers = packet.Elements("proto").ToList();
            foreach (var http in layers.Where(p => p.Attribute("name")!.Value == "http"))
                if (Read(layers, http) is { } message) messages.Add(message);
        }

        return messages;
    }

    private static Message? Read(List<XElement> layers, XElement http)
    {
        var method = Show(http, "http.request.method");
        var status = Show(http, "http.response.code");
        if (method is null && status is null) return null;
        var ip = layers.Last(p => p.Attribute("name")!.Value is "ip" or "ipv6");
        var family = ip.Attribute("name")!.Value;
        var tcp = layers.Last(p => p.Attribute("name")!.Value == "tcp");
        var side = method is null ? "dst" : "src";
        var client = $"{Show(ip, $"{family}.{side}")}:{Show(tcp, $"tcp.{side}port")}";
        return new Message(
            client, method, Show(http, "http.request.uri"), Show(http, "http.host"),
            status is null ? null : int.Parse(status, CultureInfo.InvariantCulture), BodyLength(http));
    }

    /// <summary>Length of the entity body as sent; null where tshark does not tell.</summary>
    private static long? BodyLength(XElement http)
    {
        var data = http.Descendants("field").FirstOrDefault(f => f.Attribute("name")!.Value == "http.file_data");
        var encoded = http.Descendants("field").FirstOrDefault(
            f => (f.Attribute("show")?.Value ?? "").StartsWith("Content-encoded entity body", StringComparison.Ordinal));
        var size = (encoded ?? data)?.Attribute("size")?.Value;
        return size is null ? null : long.Parse(size, CultureInfo.InvariantCulture);
    }

    private static string? Show(XElement layer, string field) =>
        layer.Descendants("field").FirstOrDefault(f => f.Attribute("name")!.Value == field)?.Attribute("show")?.Value;

    private sealed record Message(string Client, string? Method, string? Target, string? Host, int? Status, long? Body);
}
