using System.Buffers;

namespace Weir.Privacy.Detection;

/// <summary>Byte classes of ASCII.</summary>
internal static class Chars
{
    public static readonly SearchValues<byte> Token =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"u8);

    public static readonly SearchValues<byte> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/"u8);

    public static readonly SearchValues<byte> Hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    public static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    public static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    public static bool IsUpper(byte c) => (uint)(c - 'A') <= 25;

    public static bool IsLetter(byte c) => (uint)((c | 0x20) - 'a') <= 25;

    public static bool IsAlnum(byte c) => IsDigit(c) || IsLetter(c);

    public static bool IsHex(byte c) => IsDigit(c) || (uint)((c | 0x20) - 'a') <= 5;

    public static byte Upper(byte c) => (uint)(c - 'a') <= 25 ? (byte)(c - 32) : c;

    public static byte Lower(byte c) => (uint)(c - 'A') <= 25 ? (byte)(c + 32) : c;

    public static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    public static int HexValue(byte c) => IsDigit(c) ? c - '0' : (uint)((c | 0x20) - 'a') <= 5 ? (c | 0x20) - 'a' + 10 : -1;

    public static int Run(ReadOnlySpan<byte> text, SearchValues<byte> of)
    {
        var end = text.IndexOfAnyExcept(of);
        return end < 0 ? text.Length : end;
    }

    public static int DigitCount(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var c in text) count += IsDigit(c) ? 1 : 0;
        return count;
    }
}
