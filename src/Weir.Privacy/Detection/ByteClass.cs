using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Weir.Privacy.Detection;

/// <summary>A set of printable ASCII characters, told for sixteen bytes at once by two tables of nibbles.</summary>
internal readonly struct ByteClass
{
    // A bit for each high nibble that ASCII prints.
    private static readonly Vector128<byte> s_high = Vector128.Create((byte)0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly Vector128<byte> _low;

    public ByteClass(ReadOnlySpan<byte> members)
    {
        Span<byte> low = stackalloc byte[16];
        low.Clear();
        foreach (var c in members) low[c & 15] |= (byte)(1 << ((c >> 4) - 2));
        _low = Vector128.Create(low);
    }

    /// <returns>A bit for each byte that is in the set.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Mask(Vector128<byte> bytes)
    {
        var found = Vector128.ShuffleNative(_low, bytes & Vector128.Create((byte)15)) & Vector128.ShuffleNative(s_high, bytes >>> 4);
        return ~Vector128.Equals(found, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }
}
