using System.Text;
using Weir.Records;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>The detail <c>request_url</c>: scheme, authority and readable path. The query is details of its own.</summary>
internal static class RequestUrl
{
    public static string Read(Exchange exchange)
    {
        var request = exchange.Request;
        var host = request.Host.IsEmpty ? Address(exchange.Server) : DetailText.Decode(request[request.Host]);
        var path = PercentText.ReadablePath(DetailText.Decode(request[request.Path]));
        return $"{exchange.Scheme}://{host}{(path.StartsWith('/') ? "" : "/")}{path}";
    }

    /// <summary>Puts back what rules made of it. Text that is no URL any more becomes the path.</summary>
    public static void Write(Exchange exchange, string? url)
    {
        var request = exchange.Request;
        exchange.Endpoint = null;
        if (url is null)
        {
            request.Host = request.Path = default;
            return;
        }

        var authority = url.IndexOf("://", StringComparison.Ordinal);
        if (authority <= 0)
        {
            request.Host = default;
            request.Path = Append(request, PercentText.EncodePath(url));
            return;
        }

        exchange.Scheme = url[..authority];
        var rest = url[(authority + 3)..];
        var path = rest.IndexOfAny(['/', '?', '#']);
        var host = path < 0 ? rest : rest[..path];
        if (!request.Host.IsEmpty || host != Address(exchange.Server)) request.Host = Append(request, host);
        request.Path = path < 0 ? default : Append(request, PercentText.EncodePath(rest[path..]));
    }

    private static Slice Append(HttpMessage message, string text) => message.Text.Append(Encoding.UTF8.GetBytes(text));

    private static string Address(Peer peer) => peer.Ip.IsV4 ? $"{peer.Ip}:{peer.Port}" : $"[{peer.Ip}]:{peer.Port}";
}
