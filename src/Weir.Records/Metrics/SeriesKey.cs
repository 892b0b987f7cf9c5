using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Weir.Records.Metrics;

/// <summary>
/// The labels of a series as bytes, so that a call finds its series without a string: lengths of namespace, service and endpoint,
/// numbers of protocol and method, then the texts.
/// </summary>
internal static class SeriesKey
{
    /// <summary>A length is one byte, and one of each text is in a key.</summary>
    public const int MaxBytes = Head + (3 * byte.MaxValue);

    private const int Head = 5;

    private static readonly string[] s_protocols = ["other", "http1", "http2", "grpc", "websocket", "dns"];

    /// <summary>Methods, then types of DNS queries. The first stands for all else.</summary>
    private static readonly string[] s_methods =
    [
        "other", .. KnownMethods.All,
        "A", "AAAA", "CNAME", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "TXT",
    ];

    private static readonly byte[][] s_methodBytes = [.. s_methods.Select(Encoding.ASCII.GetBytes)];

    public static ReadOnlySpan<byte> Write(Exchange exchange, string? endpoint, int maxLabelBytes, Span<byte> key)
    {
        var limit = Math.Min(maxLabelBytes, byte.MaxValue);
        var at = Head;
        var server = exchange.Server;
        key[0] = Append(server.Namespace, limit, key, ref at);
        key[1] = (server.Service ?? server.Workload) is { Length: > 0 } named ? Append(named, limit, key, ref at) : AppendAddress(server, limit, key, ref at);
        key[2] = Append(endpoint, limit, key, ref at);
        key[3] = ProtocolOf(exchange);
        key[4] = MethodOf(exchange.Request[exchange.Request.Method]);
        return key[..at];
    }

    /// <summary>The part that names the service.</summary>
    public static void WriteService(ReadOnlySpan<byte> key, Span<byte> service, out int length)
    {
        length = 1 + key[0] + key[1];
        service[0] = key[0];
        key.Slice(Head, length - 1).CopyTo(service[1..]);
    }

    public static string[] Labels(ReadOnlySpan<byte> key)
    {
        var text = key[Head..];
        return
        [
            Encoding.UTF8.GetString(text[..key[0]]),
            Encoding.UTF8.GetString(text.Slice(key[0], key[1])),
            Encoding.UTF8.GetString(text.Slice(key[0] + key[1], key[2])),
            s_protocols[key[3]],
            s_methods[key[4]],
        ];
    }

    private static byte Append(string? text, int limit, Span<byte> key, ref int at)
    {
        if (string.IsNullOrEmpty(text)) return 0;
        // Ends at the last whole character that fits.
        Utf8.FromUtf16(text, key.Slice(at, limit), out _, out var written);
        at += written;
        return (byte)written;
    }

    /// <summary>Without a name its address: what a client writes into a Host field is not to be trusted with a label.</summary>
    private static byte AppendAddress(Peer server, int limit, Span<byte> key, ref int at)
    {
        if (server.Ip == default) return Append("unknown", limit, key, ref at);
        Span<byte> text = stackalloc byte[64];
        var length = 0;
        if (!server.Ip.IsV4) text[length++] = (byte)'[';
        length += server.Ip.Format(text[length..]);
        if (!server.Ip.IsV4) text[length++] = (byte)']';
        text[length++] = (byte)':';
        server.Port.TryFormat(text[length..], out var digits, default, System.Globalization.CultureInfo.InvariantCulture);
        length = Math.Min(length + digits, limit);
        text[..length].CopyTo(key[at..]);
        at += length;
        return (byte)length;
    }

    private static byte ProtocolOf(Exchange exchange)
    {
        if (exchange.Dns.Present) return 5;
        if (exchange.WebSocket.Present) return 4;
        if (exchange.Grpc.Present) return 3;
        if (exchange.Protocol.StartsWith("HTTP/2", StringComparison.Ordinal)) return 2;
        return exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? (byte)1 : (byte)0;
    }

    private static byte MethodOf(ReadOnlySpan<byte> method)
    {
        for (var i = 1; i < s_methodBytes.Length; i++)
            if (method.SequenceEqual(s_methodBytes[i])) return (byte)i;
        return 0;
    }
}

/// <summary>Keys by their bytes, found by a span.</summary>
internal sealed class ByteKeys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static ByteKeys Comparer { get; } = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = new HashCode();
        hash.AddBytes(alternate);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
