using System.Globalization;
using System.Text;
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
        (request ?? response)!.Client, request is null ? CallFacts.NoRequest : request.Method, request?.Target,
        request?.Host, response?.Status ?? CallFacts.NoResponse, request?.Body, response?.Body);

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
        var (authority, target) = method is null ? default : Target(http, method);
        return new Message(
            client, method, target, authority ?? Show(http, "http.host"),
            status is null ? null : int.Parse(status, CultureInfo.InvariantCulture), BodyLength(http));
    }

    /// <summary>
    /// The target of the request line that tshark found. tshark's own <c>http.request.uri</c> ends at the first space; the
    /// target is all between method and version (RFC 9112 §3). The authority of the absolute form replaces the Host field
    /// (§3.2.2). An empty query is written as none, as Weir's record does.
    /// </summary>
    private static (string? Authority, string? Target) Target(XElement http, string method)
    {
        var line = http.Elements("field").First(f => f.Elements().Any(Names("http.request.method"))).Attribute("value")!.Value;
        var words = Encoding.UTF8.GetString(Convert.FromHexString(line)).TrimEnd('\r', '\n')[method.Length..];
        var version = words.LastIndexOf(" HTTP/", StringComparison.Ordinal);
        var target = (version < 0 ? words : words[..version]).Trim(' ');
        if (target.EndsWith('?')) target = target[..^1];
        if (target.StartsWith('/') || target.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var scheme))
            return (null, target);
        var path = target.IndexOf('/', scheme + 3);
        return path < 0 ? (target[(scheme + 3)..], "/") : (target[(scheme + 3)..path], target[path..]);
    }

    private static Func<XElement, bool> Names(string field) => f => f.Attribute("name")!.Value == field;

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
