using System.Runtime.InteropServices;

namespace Weir.Export.Apisec;

/// <summary>FNV-1a with 64 bits: the same in every process, because what was delivered is remembered by it.</summary>
internal static class StableHash
{
    public const ulong Start = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    public static ulong Add(ulong hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes) hash = (hash ^ b) * Prime;
        return (hash ^ 0xFF) * Prime;
    }

    public static ulong Add(ulong hash, string text) => Add(hash, MemoryMarshal.AsBytes(text.AsSpan()));

    public static ulong Add(ulong hash, ulong value)
    {
        for (var i = 0; i < 8; i++, value >>= 8) hash = (hash ^ (byte)value) * Prime;
        return hash;
    }
}
