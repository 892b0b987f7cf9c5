namespace Weir.Protocols.Http2.Hpack;

/// <summary>Integers of RFC 7541 §5.1.</summary>
internal static class HpackPrimitives
{
    /// <summary>No length or index in a header block that fits a limit needs more.</summary>
    private const int MaxValue = 1 << 28;

    /// <summary>Reads an integer whose first bits share the first byte with something else, and moves on behind it.</summary>
    /// <param name="bytes">Not empty.</param>
    /// <param name="prefixBits">Bits of the first byte that belong to the integer, 4 to 7.</param>
    /// <param name="value">What was read.</param>
    /// <returns>False when the bytes end within it or it is beyond any use.</returns>
    public static bool TryReadInteger(scoped ref ReadOnlySpan<byte> bytes, int prefixBits, out int value)
    {
        var mask = (1 << prefixBits) - 1;
        value = bytes[0] & mask;
        bytes = bytes[1..];
        if (value < mask) return true;
        for (var shift = 0; !bytes.IsEmpty && shift <= 28; shift += 7)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            var sum = value + ((long)(b & 0x7F) << shift);
            if (sum > MaxValue) return false;
            value = (int)sum;
            if (b < 0x80) return true;
        }

        return false;
    }

    /// <summary>Reads the frame of a string literal (§5.2): its coded bytes and whether they are Huffman-coded.</summary>
    public static bool TryReadString(scoped ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> coded, out bool huffman)
    {
        coded = default;
        huffman = false;
        if (bytes.IsEmpty) return false;
        huffman = (bytes[0] & 0x80) != 0;
        if (!TryReadInteger(ref bytes, 7, out var length) || length > bytes.Length) return false;
        coded = bytes[..length];
        bytes = bytes[length..];
        return true;
    }
}
