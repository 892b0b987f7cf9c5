using System.Text;
using Weir.Records;

namespace Weir.Privacy.Detection.Walking;

/// <summary>UTF-16 bodies: their text hides between zero bytes.</summary>
internal static class Utf16
{
    private const int SampleBytes = 64;

    private static ReadOnlySpan<byte> LittleMark => [0xFF, 0xFE];

    private static ReadOnlySpan<byte> BigMark => [0xFE, 0xFF];

    public static bool Is(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4) return false;
        return bytes.StartsWith(LittleMark) || bytes.StartsWith(BigMark) || Zeros(bytes, 1) || Zeros(bytes, 0);
    }

    public static void ToUtf8(ReadOnlySpan<byte> bytes, ByteBuffer output)
    {
        var big = bytes.StartsWith(BigMark) || (!bytes.StartsWith(LittleMark) && Zeros(bytes, 0));
        if (bytes.StartsWith(LittleMark) || bytes.StartsWith(BigMark)) bytes = bytes[2..];
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i + 1 < bytes.Length; i += 2)
        {
            var unit = Unit(bytes, i, big);
            var rune = Rune.ReplacementChar;
            if (char.IsHighSurrogate(unit) && i + 3 < bytes.Length && char.IsLowSurrogate(Unit(bytes, i + 2, big)))
            {
                rune = new Rune(unit, Unit(bytes, i + 2, big));
                i += 2;
            }
            else if (!char.IsSurrogate(unit))
            {
                rune = new Rune(unit);
            }

            output.Append(utf8[..rune.EncodeToUtf8(utf8)]);
        }
    }

    private static char Unit(ReadOnlySpan<byte> bytes, int at, bool big) =>
        (char)(big ? (bytes[at] << 8) | bytes[at + 1] : (bytes[at + 1] << 8) | bytes[at]);

    /// <summary>Every other byte of the start is zero and the rest is not, as in Latin text.</summary>
    private static bool Zeros(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length < 8) return false;
        var sample = bytes[..Math.Min(bytes.Length & ~1, SampleBytes)];
        for (var i = 0; i < sample.Length; i += 2)
            if (sample[i + at] != 0 || sample[i + 1 - at] == 0) return false;
        return true;
    }
}
