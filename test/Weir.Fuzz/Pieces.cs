using Weir.Testing;

namespace Weir.Fuzz;

/// <summary>Several texts in one input: two bytes of length before each, as far as the input goes. What mutation makes of a length cuts the texts elsewhere.</summary>
internal static class Pieces
{
    public static byte[] Join(params byte[][] pieces) => [.. pieces.SelectMany(static piece => PacketBuilder.Concat(PacketBuilder.UInt16(piece.Length), piece))];

    public static List<byte[]> Split(ReadOnlySpan<byte> input)
    {
        var pieces = new List<byte[]>();
        while (input.Length >= 2)
        {
            var length = Math.Min((input[0] << 8) | input[1], input.Length - 2);
            pieces.Add(input.Slice(2, length).ToArray());
            input = input[(length + 2)..];
        }

        return pieces;
    }

    /// <summary>The piece at a place; empty where there are fewer.</summary>
    public static byte[] At(List<byte[]> pieces, int place) => place < pieces.Count ? pieces[place] : [];
}
