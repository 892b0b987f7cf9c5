using Weir.Protocols.Http2.Hpack;

namespace Weir.Benchmarks.Generate;

/// <summary>The coding side of RFC 7541 Appendix B: codes rise with the symbol within one length.</summary>
internal static class HuffmanCoder
{
    private static readonly (uint Code, int Bits)[] s_codes = Codes();

    public static byte[] Encode(ReadOnlySpan<byte> text)
    {
        var output = new List<byte>();
        ulong bits = 0;
        var count = 0;
        foreach (var b in text)
        {
            var (code, length) = s_codes[b];
            bits = (bits << length) | code;
            for (count += length; count >= 8; count -= 8) output.Add((byte)(bits >> (count - 8)));
        }

        // Padding is the beginning of EOS: ones.
        if (count > 0) output.Add((byte)((bits << (8 - count)) | (0xFFu >> count)));
        return [.. output];
    }

    private static (uint Code, int Bits)[] Codes()
    {
        var codes = new (uint, int)[Huffman.Lengths.Length];
        uint code = 0;
        for (var length = 1; length <= 30; length++, code <<= 1)
        {
            for (var symbol = 0; symbol < codes.Length; symbol++)
            {
                if (Huffman.Lengths[symbol] == length) codes[symbol] = (code++, length);
            }
        }

        return codes;
    }
}
