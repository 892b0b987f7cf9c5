using Weir.Privacy.Detection;
using Weir.Records;

namespace Weir.Privacy.Redaction;

/// <summary>Writes a text with its matches overwritten.</summary>
internal static class MaskWriter
{
    private const int CardHead = 6;
    private const int CardTail = 4;

    /// <summary>Whether any of the matches has to be hidden.</summary>
    public static bool HidesAny(ReadOnlySpan<Match> matches, IMaskPolicy policy)
    {
        foreach (ref readonly var match in matches)
            if (policy.Masks(match.Class)) return true;
        return false;
    }

    /// <param name="text">The original.</param>
    /// <param name="matches">In order; those to hide do not overlap (<see cref="MatchList.Settle"/>).</param>
    /// <param name="policy">Which are hidden.</param>
    /// <param name="sameLength">Overwrite with as many asterisks as there were bytes: binary formats count them.</param>
    /// <param name="output">Receives the masked text.</param>
    public static void Write(ReadOnlySpan<byte> text, ReadOnlySpan<Match> matches, IMaskPolicy policy, bool sameLength, ByteBuffer output)
    {
        var at = 0;
        foreach (ref readonly var match in matches)
        {
            if (!policy.Masks(match.Class)) continue;
            output.Append(text[at..match.Offset]);
            if (sameLength) Fill(output, match.Length);
            else Mask(text.Slice(match.Offset, match.Length), match, output);
            at = match.End;
        }

        output.Append(text[at..]);
    }

    private static void Mask(ReadOnlySpan<byte> original, in Match match, ByteBuffer output)
    {
        switch (match.Form)
        {
            case MaskForm.Number:
                output.Append("0"u8);
                break;
            case MaskForm.Card:
                Card(original, output);
                break;
            default:
                output.Append(match.Class.Mask);
                break;
        }
    }

    private static void Card(ReadOnlySpan<byte> original, ByteBuffer output)
    {
        Span<byte> digits = stackalloc byte[32];
        var count = 0;
        foreach (var c in original)
            if (Chars.IsDigit(c) && count < digits.Length) digits[count++] = c;
        output.Append(digits[..CardHead]);
        Fill(output, count - CardHead - CardTail);
        output.Append(digits[(count - CardTail)..count]);
    }

    private static void Fill(ByteBuffer output, int count)
    {
        ReadOnlySpan<byte> stars = "********************************"u8;
        for (; count > 0; count -= stars.Length) output.Append(stars[..Math.Min(count, stars.Length)]);
    }
}
