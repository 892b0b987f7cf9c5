namespace Weir.Privacy.Rules.Patterns;

/// <summary>A place in a pattern. Reading past the end gives NUL, which no rule text contains.</summary>
internal sealed class PatternReader(string text)
{
    public int At { get; set; }

    public bool AtEnd => At >= text.Length;

    public char Current => At < text.Length ? text[At] : '\0';

    public char Next => At + 1 < text.Length ? text[At + 1] : '\0';

    public char Take()
    {
        if (AtEnd) throw new PatternException("the pattern ends too early");
        return text[At++];
    }

    public bool TryTake(string expected)
    {
        if (string.CompareOrdinal(text, At, expected, 0, expected.Length) != 0) return false;
        At += expected.Length;
        return true;
    }

    /// <summary>Takes up to a closing character, which is passed over.</summary>
    public string TakeUntil(char end)
    {
        var stop = text.IndexOf(end, At);
        if (stop < 0) throw new PatternException($"'{end}' is missing");
        var taken = text[At..stop];
        At = stop + 1;
        return taken;
    }

    public int TakeDigits(int most, int numberBase)
    {
        var value = 0;
        for (var count = 0; count < most; count++)
        {
            var digit = char.IsAsciiHexDigit(Current) ? Convert.ToInt32(Current.ToString(), 16) : numberBase;
            if (digit >= numberBase) break;
            value = (value * numberBase) + digit;
            At++;
        }

        return value;
    }
}

/// <summary>Why a pattern cannot be used; leaves <see cref="JavaPattern.TryTranslate"/> as its error.</summary>
internal sealed class PatternException(string message) : Exception(message);
