namespace Weir.Protocols.WebSocket;

/// <summary>A canonical Huffman code (RFC 1951 §3.2.2): short codes by one look-up, longer ones bit by bit.</summary>
internal sealed class HuffmanTable(int maxSymbols)
{
    public const int MaxBits = 15;

    /// <summary>More bits would make the table of a small message cost more than decoding it.</summary>
    private const int FastBits = 9;

    /// <summary>Symbol shifted by four, or'ed with its length; 0 for what is longer or no code.</summary>
    private readonly ushort[] _fast = new ushort[1 << FastBits];
    private readonly ushort[] _count = new ushort[MaxBits + 1];
    private readonly ushort[] _symbols = new ushort[maxSymbols];

    /// <summary>False when the lengths are no code: too many, or too few unless it is a single code of one bit.</summary>
    public bool Build(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(_fast);
        Array.Clear(_count);
        foreach (var length in lengths) _count[length]++;
        var used = lengths.Length - _count[0];
        _count[0] = 0;
        var left = 1;
        Span<ushort> offsets = stackalloc ushort[MaxBits + 2];
        Span<ushort> codes = stackalloc ushort[MaxBits + 2];
        for (var length = 1; length <= MaxBits; length++)
        {
            left = (left << 1) - _count[length];
            if (left < 0) return false;
            offsets[length + 1] = (ushort)(offsets[length] + _count[length]);
            codes[length + 1] = (ushort)((codes[length] + _count[length]) << 1);
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = lengths[symbol];
            if (length == 0) continue;
            _symbols[offsets[length]++] = (ushort)symbol;
            var code = codes[length]++;
            if (length <= FastBits) Fill(code, length, symbol);
        }

        return left == 0 || used == 0 || (used == 1 && _count[1] == 1);
    }

    /// <summary>Decodes one symbol from the low bits.</summary>
    /// <param name="bits">Least significant bit first; zero beyond <paramref name="available"/>.</param>
    /// <param name="available">How many of them there are.</param>
    /// <param name="length">Bits that the symbol took.</param>
    /// <returns>The symbol; -1 when more bits are needed, -2 when no code begins like this.</returns>
    public int Decode(ulong bits, int available, out int length)
    {
        var entry = _fast[(int)bits & ((1 << FastBits) - 1)];
        length = entry & 15;
        if (length != 0) return length <= available ? entry >> 4 : -1;
        var (code, first, index) = (0, 0, 0);
        for (length = 1; length <= MaxBits; length++)
        {
            if (length > available) return -1;
            code |= (int)(bits >> (length - 1)) & 1;
            var count = _count[length];
            if (code - count < first) return _symbols[index + code - first];
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        return -2;
    }

    /// <summary>Codes are sent with their most significant bit first, everything else with the least.</summary>
    private void Fill(int code, int length, int symbol)
    {
        var reversed = 0;
        for (var i = 0; i < length; i++) reversed |= ((code >> i) & 1) << (length - 1 - i);
        var entry = (ushort)((symbol << 4) | length);
        for (var at = reversed; at < _fast.Length; at += 1 << length) _fast[at] = entry;
    }
}
