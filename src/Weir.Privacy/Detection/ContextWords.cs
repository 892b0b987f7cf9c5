using System.Text;

namespace Weir.Privacy.Detection;

/// <summary>Words near a candidate that say what it is.</summary>
internal static class ContextWords
{
    /// <summary>How far before a candidate a word still speaks for it, in bytes.</summary>
    private const int WindowBytes = 40;

    /// <summary>Whether one of the words stands before a place, in the same statement.</summary>
    public static bool StandBefore(ReadOnlySpan<byte> text, int start, byte[][] words)
    {
        if (start == 0) return false;
        var window = text[Math.Max(0, start - WindowBytes)..start];
        var ends = window.LastIndexOfAny(",;&\n"u8);
        return Any(ends < 0 ? window : window[(ends + 1)..], words);
    }

    public static bool Any(ReadOnlySpan<byte> text, byte[][] words)
    {
        if (text.IsEmpty) return false;
        foreach (var word in words)
        {
            for (var i = 0; i + word.Length <= text.Length; i++)
            {
                if (Chars.Lower(text[i]) != word[0] || !Ascii.EqualsIgnoreCase(text.Slice(i, word.Length), word)) continue;
                // The word may begin a longer one, but not stand inside one: "using" is no "sin".
                if (i == 0 || !Chars.IsLetter(text[i - 1]) || Chars.IsUpper(text[i])) return true;
            }
        }

        return false;
    }
}
