namespace Weir.Export.Resurface;

/// <summary>Percent-encoding (RFC 3986 §2.1) and form encoding (WHATWG URL §5.1), undone into a buffer that is kept.</summary>
internal sealed class FormText
{
    /// <summary>A buffer that one long value made larger than this (bytes) is not kept.</summary>
    private const int RetainedBytes = 64 * 1024;

    private byte[] _buffer = new byte[256];

    /// <summary>The text without its escapes; as it is when one of them is broken. Valid until the next call.</summary>
    /// <param name="encoded">The text as sent.</param>
    /// <param name="plusIsSpace">True in queries and forms, false in paths.</param>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> encoded, bool plusIsSpace)
    {
        if (!encoded.Contains((byte)'%') && !(plusIsSpace && encoded.Contains((byte)'+'))) return encoded;
        var output = Room(encoded.Length);
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            var c = encoded[i];
            if (c == '%')
            {
                if (i + 2 >= encoded.Length) return encoded;
                var (high, low) = (Hex(encoded[i + 1]), Hex(encoded[i + 2]));
                if (high < 0 || low < 0) return encoded;
                c = (byte)((high << 4) | low);
                i += 2;
            }
            else if (c == '+' && plusIsSpace)
            {
                c = (byte)' ';
            }

            output[length++] = c;
        }

        return output[..length];
    }

    /// <summary>ASCII letters in lower case. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Lower(ReadOnlySpan<byte> text)
    {
        var output = Room(text.Length);
        System.Text.Ascii.ToLower(text, output, out var written);
        if (written == text.Length) return output[..written];
        // Ascii.ToLower stops at the first byte that is none; such a name is kept with its ASCII letters lowered.
        for (var i = 0; i < text.Length; i++) output[i] = text[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(text[i] | 0x20) : text[i];
        return output[..text.Length];
    }

    private Span<byte> Room(int bytes)
    {
        if (_buffer.Length < bytes || (_buffer.Length > RetainedBytes && bytes <= RetainedBytes)) _buffer = new byte[Math.Max(256, bytes)];
        return _buffer;
    }

    private static int Hex(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
        _ => -1,
    };
}
