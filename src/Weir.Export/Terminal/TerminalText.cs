using System.Buffers;
using System.Globalization;
using System.Text;

namespace Weir.Export;

/// <summary>
/// Captured bytes as text that is safe to print: nothing in it can move the cursor, change colours, answer queries or
/// reverse the reading direction. Escapes are <c>\xHH</c> for a byte and <c>\u{H}</c> for a character.
/// </summary>
public static class TerminalText
{
    /// <summary>Appends and returns how many columns the text takes, at most <paramref name="maxColumns"/>.</summary>
    public static int Append(StringBuilder line, ReadOnlySpan<byte> bytes, int maxColumns = int.MaxValue)
    {
        var start = line.Length;
        var columns = 0;
        var (lastFit, lastFitColumns) = (start, 0);
        while (!bytes.IsEmpty)
        {
            var (text, width) = Next(ref bytes);
            if (columns + width > maxColumns)
            {
                line.Length = lastFit;
                line.Append('…');
                return lastFitColumns + 1;
            }

            line.Append(text);
            columns += width;
            if (columns < maxColumns) (lastFit, lastFitColumns) = (line.Length, columns);
        }

        return columns;
    }

    public static int Append(StringBuilder line, string text, int maxColumns = int.MaxValue) =>
        Append(line, Encoding.UTF8.GetBytes(text), maxColumns);

    private static (string Text, int Width) Next(ref ReadOnlySpan<byte> bytes)
    {
        if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) != OperationStatus.Done)
        {
            var invalid = $"\\x{bytes[0]:x2}";
            bytes = bytes[1..];
            return (invalid, invalid.Length);
        }

        bytes = bytes[consumed..];
        if (rune.Value is < 0x20 or 0x7F or (>= 0x80 and < 0xA0)) return Escaped($"\\x{rune.Value:x2}");
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or
                UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => Escaped($"\\u{{{rune.Value:x}}}"),
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => (rune.ToString(), 0),
            _ => (rune.ToString(), IsWide(rune.Value) ? 2 : 1),
        };

        static (string, int) Escaped(string text) => (text, text.Length);
    }

    /// <summary>The blocks that Unicode's East Asian Width calls wide, coarsely.</summary>
    private static bool IsWide(int c) => c is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or
        (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or
        (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F900 and <= 0x1F9FF) or (>= 0x20000 and <= 0x3FFFD);
}
