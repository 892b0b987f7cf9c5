using System.Text;

namespace Weir.Inventory.Reading;

/// <summary>Reads <c>name=value</c> pairs of a query, a form (WHATWG URL §5.1) or a Cookie field, decoded into buffers that the next read overwrites.</summary>
internal ref struct PairReader(ReadOnlySpan<byte> text, byte separator, bool plusIsSpace, PairBuffers buffers)
{
    private ReadOnlySpan<byte> _rest = text;

    public bool TryRead(out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        name = value = default;
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf(separator);
            var pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (separator == (byte)';') pair = pair.Trim((byte)' ');
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            var key = equals < 0 ? pair : pair[..equals];
            if (key.Length == 0 || key.Length > buffers.Name.Length) continue;
            name = Decode(key, buffers.Name);
            value = equals < 0 ? default : Decode(pair[(equals + 1)..], buffers.Value);
            if (!name.IsEmpty) return true;
        }

        return false;
    }

    private readonly ReadOnlySpan<char> Decode(ReadOnlySpan<byte> text, char[] output)
    {
        if (text.Length > output.Length) text = text[..output.Length];
        var bytes = buffers.Bytes.AsSpan(0, text.Length);
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && Hex(text[i + 1]) is >= 0 and var high && Hex(text[i + 2]) is >= 0 and var low)
            {
                bytes[length++] = (byte)((high << 4) | low);
                i += 2;
            }
            else
            {
                bytes[length++] = plusIsSpace && text[i] == '+' ? (byte)' ' : text[i];
            }
        }

        return output.AsSpan(0, Encoding.UTF8.GetChars(bytes[..length], output));
    }

    private static int Hex(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}

/// <summary>Scratch of a <see cref="PairReader"/>, reused from call to call.</summary>
internal sealed class PairBuffers(CatalogueLimits limits)
{
    public char[] Name { get; } = new char[limits.MaxNameBytes];

    public char[] Value { get; } = new char[1024];

    public byte[] Bytes { get; } = new byte[Math.Max(1024, limits.MaxNameBytes)];
}
