namespace Weir.Inventory.Templating;

/// <summary>The dictionary: words that routes are made of. Looking up allocates nothing.</summary>
internal static class WordList
{
    private const int MaxWordLength = 24;

    private static readonly HashSet<string> s_words = Load();
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_lookup = s_words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What is put before and behind words to make new ones.</summary>
    private static readonly string[] s_endings = ["s", "es", "ed", "d", "ing", "er", "ers", "ly", "able", "ment", "ments", "ness"];

    private static readonly string[] s_beginnings = ["re", "un", "pre", "sub", "non", "multi", "auto", "micro", "de", "bulk", "web", "in", "out", "over", "under", "up", "down"];

    public static int Count => s_words.Count;

    /// <summary>One word, in any case and with the usual endings.</summary>
    public static bool IsWord(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxWordLength) return false;
        Span<char> lower = stackalloc char[text.Length];
        text.ToLowerInvariant(lower);
        if (HasStem(lower)) return true;
        foreach (var beginning in s_beginnings)
            if (lower.Length > beginning.Length + 2 && lower.StartsWith(beginning) && HasStem(lower[beginning.Length..])) return true;
        return IsTwoWords(lower);
    }

    /// <summary>Words joined by - _ . ~ + or by a change of case. At least one part has three letters; short numbers may stand between.</summary>
    public static bool IsCompound(ReadOnlySpan<char> text)
    {
        var parts = 0;
        var longest = 0;
        var at = 0;
        while (NextPart(text, ref at, out var part))
        {
            if (part.Length <= 2 && IsDigits(part) && parts > 0) continue;
            if (!IsWord(part)) return false;
            parts++;
            longest = Math.Max(longest, part.Length);
        }

        return parts > 0 && (longest >= 3 || parts == 1);
    }

    /// <summary>The singular, by English rules without exceptions that matter here.</summary>
    public static string Singular(string word)
    {
        if (word.Length <= 3 || !word.EndsWith('s')) return word is "people" ? "person" : word is "children" ? "child" : word;
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4) return word[..^3] + "y";
        if (word.EndsWith("ss", StringComparison.Ordinal) || word.EndsWith("us", StringComparison.Ordinal) || word.EndsWith("is", StringComparison.Ordinal)) return word;
        string[] longEndings = ["sses", "xes", "ches", "shes", "zes", "uses"];
        return longEndings.Any(ending => word.EndsWith(ending, StringComparison.Ordinal)) ? word[..^2] : word[..^1];
    }

    public static bool LooksPlural(ReadOnlySpan<char> word) =>
        word.Length > 3 && word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i') || word is "people" or "children" or "data" or "media" or "staff" or "inventory";

    private static bool HasStem(ReadOnlySpan<char> lower)
    {
        if (s_lookup.Contains(lower)) return true;
        Span<char> changed = stackalloc char[lower.Length + 1];
        if (lower.EndsWith("ies") && lower.Length > 4)
        {
            lower[..^3].CopyTo(changed);
            changed[lower.Length - 3] = 'y';
            if (s_lookup.Contains(changed[..(lower.Length - 2)])) return true;
        }

        foreach (var ending in s_endings)
        {
            if (lower.Length < ending.Length + 3 || !lower.EndsWith(ending)) continue;
            var stem = lower[..^ending.Length];
            if (s_lookup.Contains(stem)) return true;
            // cancelling → cancel, creating → create
            if (stem[^1] == stem[^2] && s_lookup.Contains(stem[..^1])) return true;
            stem.CopyTo(changed);
            changed[stem.Length] = 'e';
            if (s_lookup.Contains(changed[..(stem.Length + 1)])) return true;
        }

        return false;
    }

    /// <summary>Two words written together, each of four letters or more: <c>timesheet</c>, <c>lineitems</c>.</summary>
    private static bool IsTwoWords(ReadOnlySpan<char> lower)
    {
        for (var cut = 4; cut <= lower.Length - 4; cut++)
            if (s_lookup.Contains(lower[..cut]) && HasStem(lower[cut..])) return true;
        return false;
    }

    private static bool NextPart(ReadOnlySpan<char> text, ref int at, out ReadOnlySpan<char> part)
    {
        while (at < text.Length && IsJoint(text[at])) at++;
        var start = at;
        while (at < text.Length && !IsJoint(text[at]))
        {
            if (at > start && char.IsAsciiLetterUpper(text[at]) && !char.IsAsciiLetterUpper(text[at - 1])) break;
            at++;
        }

        part = text[start..at];
        return part.Length > 0;
    }

    private static bool IsJoint(char c) => c is '-' or '_' or '.' or '~' or '+';

    private static bool IsDigits(ReadOnlySpan<char> text) => Schemas.Digits.All(text);

    private static HashSet<string> Load()
    {
        using var stream = typeof(WordList).Assembly.GetManifestResourceStream("words.txt")!;
        using var reader = new StreamReader(stream);
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries)) words.Add(word);
        }

        return words;
    }
}
