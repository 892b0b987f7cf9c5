using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Weir.Packets;
using Weir.Records.Json;

namespace Weir.Records.Filter;

/// <summary>
/// Holds the characters of one operand while it is compared, in a rented array: evaluation allocates nothing and any
/// number of threads may use one filter.
/// </summary>
internal ref struct TextScratch
{
    [ThreadStatic]
    private static BodyDecoder? t_bodies;

    private char[]? _rented;

    public ReadOnlySpan<char> Decode(HttpMessage message, Slice slice) => Decode(message[slice]);

    /// <summary>UTF-8 where it is, else each byte is a Latin-1 character: as in the record.</summary>
    public ReadOnlySpan<char> Decode(scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return default;
        var chars = Rent(bytes.Length);
        if (Utf8.ToUtf16(bytes, chars, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            return chars.AsSpan(0, written);
        }

        return chars.AsSpan(0, Encoding.Latin1.GetChars(bytes, chars));
    }

    public ReadOnlySpan<char> Body(HttpMessage message)
    {
        if (message.Body.Length == 0) return default;
        var body = (t_bodies ??= new BodyDecoder()).Decode(message);
        if (body.Kind == BodyKind.Utf8) return Decode(body.Bytes);
        if (body.Kind != BodyKind.Windows1252) return default;
        var chars = Rent(body.Bytes.Length);
        for (var i = 0; i < body.Bytes.Length; i++) chars[i] = Windows1252.ToChar(body.Bytes[i]);
        return chars.AsSpan(0, body.Bytes.Length);
    }

    public ReadOnlySpan<char> Url(Exchange exchange)
    {
        if (!exchange.HasRequest) return default;
        var request = exchange.Request;
        var target = request.Query.IsEmpty
            ? $"{Text(request, request.Path)}"
            : $"{Text(request, request.Path)}?{Text(request, request.Query)}";
        return request.Host.IsEmpty ? target : $"{exchange.Scheme}://{Text(request, request.Host)}{target}";
    }

    public ReadOnlySpan<char> DnsType(DnsLookup lookup)
    {
        Span<byte> scratch = stackalloc byte[DnsNames.MaxNameBytes];
        return lookup.Present ? Decode(DnsNames.Type(lookup.Type, scratch)) : default;
    }

    public ReadOnlySpan<char> Keep(IpAddress address)
    {
        Span<byte> utf8 = stackalloc byte[64];
        return Decode(utf8[..address.Format(utf8)]);
    }

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
        _rented = null;
    }

    private string Text(HttpMessage message, Slice slice) => Decode(message, slice).ToString();

    private char[] Rent(int length)
    {
        Dispose();
        return _rented = ArrayPool<char>.Shared.Rent(length);
    }
}
