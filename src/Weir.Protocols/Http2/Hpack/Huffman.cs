using System.Buffers.Binary;

namespace Weir.Protocols.Http2.Hpack;

/// <summary>
/// The Huffman code of RFC 7541 Appendix B. It is canonical: within one length codes rise with the symbol, so the lengths
/// are the whole table.
/// </summary>
internal static class Huffman
{
    private const int EndOfString = 256;
    private const int MaxBits = 30;

    /// <summary>Codes of up to this many bits (nearly all of visible ASCII) are found with one lookup.</summary>
    private const int FastBits = 12;

    /// <summary>Code length in bits by symbol; the last one is EOS.</summary>
    public static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    private static readonly Tables s_tables = new();

    /// <summary>Longest string that coded bytes can stand for: the shortest code has 5 bits.</summary>
    public static int MaxDecodedBytes(int codedBytes) => (codedBytes * 8 / 5) + 1;

    /// <summary>Decodes one string.</summary>
    /// <param name="input">The coded bytes.</param>
    /// <param name="output">At least <see cref="MaxDecodedBytes"/> long.</param>
    /// <param name="written">Bytes decoded, also when the rest is invalid.</param>
    /// <returns>False when EOS stands within, or the padding is longer than 7 bits or not all ones (RFC 7541 §5.2).</returns>
    public static bool TryDecode(ReadOnlySpan<byte> input, Span<byte> output, out int written)
    {
        var fast = s_tables.Fast.AsSpan();
        ulong bits = 0;
        var count = 0;
        var next = 0;
        written = 0;
        while (true)
        {
            if (next + 8 <= input.Length)
            {
                // Whole bytes that fit are taken; those read beyond them are read again at the next turn.
                bits |= BinaryPrimitives.ReadUInt64BigEndian(input[next..]) >> count;
                next += (63 - count) >> 3;
                count |= 56;
            }
            else
            {
                for (; count <= 56 && next < input.Length; count += 8) bits |= (ulong)input[next++] << (56 - count);
            }

            // A missing tail reads as zeros here, but a code that needs them is longer than what is left.
            var entry = fast[(int)(bits >> (64 - FastBits))];
            var length = entry >> 8;
            var symbol = entry & 0xFF;
            if (length == 0) length = s_tables.FindLong((uint)(bits >> 32), out symbol);
            if (length > count) break;
            if (symbol == EndOfString) return false;
            output[written++] = (byte)symbol;
            bits <<= length;
            count -= length;
        }

        // RFC 7541 §5.2: the rest is a prefix of EOS, which is all ones, and shorter than a byte.
        return next == input.Length && count < 8 && (count == 0 || bits >> (64 - count) == (1UL << count) - 1);
    }

    private sealed class Tables
    {
        /// <summary>By the next <see cref="FastBits"/> bits: code length in the high byte, symbol in the low; 0 for longer codes.</summary>
        public readonly ushort[] Fast = new ushort[1 << FastBits];
        private readonly ushort[] _symbols = new ushort[EndOfString + 1];
        /// <summary>By length: the first code beyond that length, aligned to 32 bits.</summary>
        private readonly ulong[] _limits = new ulong[MaxBits + 1];
        /// <summary>By length: what to subtract from a code to get its place in <see cref="_symbols"/>.</summary>
        private readonly int[] _offsets = new int[MaxBits + 1];

        public Tables()
        {
            uint code = 0;
            var place = 0;
            for (var length = 1; length <= MaxBits; length++)
            {
                code <<= 1;
                _offsets[length] = (int)code - place;
                for (var symbol = 0; symbol <= EndOfString; symbol++)
                {
                    if (Lengths[symbol] != length) continue;
                    _symbols[place++] = (ushort)symbol;
                    if (length <= FastBits)
                    {
                        Fast.AsSpan((int)(code << (FastBits - length)), 1 << (FastBits - length))
                            .Fill((ushort)((length << 8) | symbol));
                    }

                    code++;
                }

                _limits[length] = (ulong)code << (32 - length);
            }
        }

        public int FindLong(uint bits, out int symbol)
        {
            var length = FastBits + 1;
            while (length < MaxBits && bits >= _limits[length]) length++;
            symbol = _symbols[(int)(bits >> (32 - length)) - _offsets[length]];
            return length;
        }
    }
}
