using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Weir.Privacy.Detection;

/// <summary>
/// Tells texts in which no scanner would find anything, as most values are words: no byte that anything but a fixed prefix or
/// base64 needs, and no run of characters that is long enough for those. One look at sixteen bytes at once replaces half a
/// dozen searches.
/// </summary>
internal static class QuietText
{
    /// <summary>Longer texts are left to the scanners: they hardly ever are without a digit.</summary>
    private const int MaxBytes = 64;

    /// <summary>Characters that an armour line has in a row: <c>-----BEGIN</c>.</summary>
    private const int ArmourRun = 10;

    private static readonly ByteClass s_triggers = new("0123456789@:=%{["u8);

    private static readonly ByteClass s_runs = new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/"u8);

    /// <param name="text">A whole value, not cut off.</param>
    /// <returns>False when it takes a closer look to know.</returns>
    public static bool Is(ReadOnlySpan<byte> text)
    {
        if (text.Length < ContentScanner.MinBytes) return true;
        if (text.Length > MaxBytes) return false;
        if (text.Length < 16)
        {
            var both = text.Length == 7
                ? Vector128.CreateScalar(BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[3..]) << 32)).AsByte()
                : Vector128.Create(BinaryPrimitives.ReadUInt64LittleEndian(text), BinaryPrimitives.ReadUInt64LittleEndian(text[^8..])).AsByte();
            if (s_triggers.Mask(both) != 0) return false;
            if (text.Length < ArmourRun) return true;
            var found = s_runs.Mask(both);
            return NoRuns(text, (found & 0xFF) | ((ulong)(found >> 8) << (text.Length - 8)));
        }

        var triggers = 0u;
        var runs = 0ul;
        for (var at = 0; at < text.Length; at += 16)
        {
            var start = Math.Min(at, text.Length - 16);
            var bytes = Vector128.Create(text.Slice(start, 16));
            triggers |= s_triggers.Mask(bytes);
            runs |= (ulong)s_runs.Mask(bytes) << start;
        }

        return triggers == 0 && NoRuns(text, runs);
    }

    private static bool NoRuns(ReadOnlySpan<byte> text, ulong runs)
    {
        runs &= runs >> 1;
        runs &= runs >> 2;
        runs &= runs >> 4;
        if ((runs & (runs >> (TokenScanner.MinRunBytes - 8))) != 0) return false;
        return (runs & (runs >> (ArmourRun - 8))) == 0 || text.IndexOf("-----"u8) < 0;
    }
}
