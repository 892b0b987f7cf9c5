using System.Buffers;
using System.Text;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection;

/// <summary>Runs the patterns of the configuration. Bytes are taken as Latin-1, so that a place in the text is a place in the bytes.</summary>
internal sealed class CustomScanner(IReadOnlyList<CustomDetector> detectors)
{
    private const int MaxDigits = 32;

    private readonly CustomDetector[] _patterns = [.. detectors.Where(static detector => detector.Pattern is not null)];

    public void Scan(ReadOnlySpan<byte> text, MatchList matches)
    {
        if (_patterns.Length == 0 || text.IsEmpty) return;
        var chars = ArrayPool<char>.Shared.Rent(text.Length);
        Encoding.Latin1.GetChars(text, chars);
        foreach (var detector in _patterns)
        {
            foreach (var found in detector.Pattern!.EnumerateMatches(chars.AsSpan(0, text.Length)))
            {
                if (found.Length > 0 && Passes(text.Slice(found.Index, found.Length), detector.Check))
                    matches.Add(new Match(detector.Class, found.Index, found.Length, MaskForm.Placeholder, ""));
            }
        }

        ArrayPool<char>.Shared.Return(chars);
    }

    private static bool Passes(ReadOnlySpan<byte> value, CustomCheck check)
    {
        if (check == CustomCheck.None) return true;
        if (check == CustomCheck.Entropy) return Opaque.Looks(value);
        Span<byte> digits = stackalloc byte[MaxDigits];
        var count = 0;
        foreach (var c in value)
        {
            if (!Chars.IsDigit(c)) continue;
            if (count == MaxDigits) return false;
            digits[count++] = c;
        }

        return count > 1 && CheckDigits.Luhn(digits[..count]);
    }
}
