using System.Text;
using Weir.Cli.HttpFilters;
using Weir.Records;

namespace Weir.Cli.Replay;

/// <summary>A captured request on its way to be sent again.</summary>
/// <param name="Method">As captured.</param>
/// <param name="Target">Path and query as captured, percent-encoding kept.</param>
/// <param name="Host">Authority that was asked for; empty when unknown.</param>
/// <param name="Headers">Without those that belong to the connection (RFC 9110 §7.6.1), Host and Content-Length.</param>
/// <param name="Body">The whole body.</param>
/// <param name="StartNs">When it was captured, Unix nanoseconds.</param>
/// <param name="Status">Status that was answered then; 0 when unknown.</param>
/// <param name="DurationNs">How long that took; -1 when unknown.</param>
internal sealed record ReplayRequest(
    string Method, string Target, string Host, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body, long StartNs, int Status, long DurationNs)
{
    /// <summary>What the replay itself decides, connection by connection. Expect would make it wait for a promise.</summary>
    private static readonly HashSet<string> s_connection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Trailer", "Content-Length", "Expect", "Host", "HTTP2-Settings",
    };

    /// <summary>Bytes in memory, roughly.</summary>
    public int Size => Body.Length + Target.Length + Headers.Sum(header => header.Name.Length + header.Value.Length) + 256;

    /// <summary>Some value was masked when it was recorded: <c>***class***</c>.</summary>
    public bool IsMasked =>
        HasMask(Target) || Headers.Any(header => HasMask(header.Value)) || Body.AsSpan().IndexOf("***"u8) >= 0 && HasMask(Encoding.Latin1.GetString(Body));

    /// <summary>The request of an exchange, or why it cannot be sent again (null request).</summary>
    public static (ReplayRequest? Request, string Problem) From(Exchange exchange)
    {
        if (!exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal)) return (null, "not_http");
        if (!exchange.HasRequest) return (null, "no_request");
        var request = exchange.Request;
        var method = Encoding.Latin1.GetString(request[request.Method]);
        if (method is "CONNECT" || exchange.Response.Status == 101) return (null, "not_a_plain_request");
        if (request.BodyTruncated) return (null, "body_not_captured_whole");
        if (method.Length == 0 || !method.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))) return (null, "malformed");
        var headers = new List<(string, string)>();
        foreach (var header in request.Headers)
        {
            var name = Encoding.Latin1.GetString(request[header.Name]);
            if (name.Length == 0 || name[0] == ':' || s_connection.Contains(name)) continue;
            if (request.BodyDecoded && name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)) continue;
            headers.Add((name, Encoding.Latin1.GetString(request[header.Value])));
        }

        return (new ReplayRequest(
            method, RequestFilter.Target(request), Encoding.Latin1.GetString(request[request.Host]), headers, request.Body.Span.ToArray(),
            exchange.StartedAtNs, exchange.HasResponse ? exchange.Response.Status : 0, exchange.DurationNs), "");
    }

    private static bool HasMask(string text)
    {
        var start = text.IndexOf("***", StringComparison.Ordinal);
        if (start < 0) return false;
        var end = text.IndexOf("***", start + 3, StringComparison.Ordinal);
        return end > start + 3 && text[(start + 3)..end].All(c => char.IsAsciiLetterLower(c) || c == '_' || char.IsAsciiDigit(c));
    }
}
