using System.Text;
using Weir.Packets;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>The client of a logged call, from the headers that proxies add: the last one named, as the Resurface server reads it.</summary>
internal static class ClientAddress
{
    private static readonly string[] s_headers =
    [
        "cf-connecting-ip", "fastly-client-ip", "forwarded", "forwarded-for", "true-client-ip", "x-forwarded-for", "x-forwarded",
        "x-client-ip", "x-real-ip", "x-cluster-client-ip",
    ];

    public static void Find(HttpMessage request, Peer client)
    {
        foreach (var header in request.Headers)
        {
            if (header.Name.Length > 20 || header.Value.Length > 1024) continue;
            var name = Encoding.ASCII.GetString(request[header.Name]).ToLowerInvariant();
            if (Array.IndexOf(s_headers, name) < 0) continue;
            if (Parse(Encoding.ASCII.GetString(request[header.Value])) is { } address) client.Ip = address;
        }
    }

    /// <summary>The first address of a list; of <c>for="[2001:db8::7]:4711";proto=https</c> what follows <c>for=</c> (RFC 7239 §4).</summary>
    private static IpAddress? Parse(string value)
    {
        var first = value.Split(',')[0];
        var at = first.IndexOf("for=", StringComparison.OrdinalIgnoreCase);
        if (at >= 0) first = first[(at + 4)..].Split(';')[0];
        first = first.Trim().Trim('"');
        if (IpAddress.TryParse(first, out var address)) return address;
        var text = first.StartsWith('[') ? first[1..].Split(']')[0] : first.Split(':')[0];
        return IpAddress.TryParse(text, out address) ? address : null;
    }
}
