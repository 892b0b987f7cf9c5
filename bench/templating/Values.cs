using System.Globalization;

namespace Weir.Benchmarks.Templating;

/// <summary>Makes values of path parameters.</summary>
internal static class Values
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly string[] s_consonants = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "kr", "st", "sh"];
    private static readonly string[] s_vowels = ["a", "e", "i", "o", "u", "ai", "ou"];
    private static readonly string[] s_locales = ["en-US", "de-DE", "fr-FR", "es-ES", "pt-BR", "ja-JP", "it-IT", "nl-NL"];
    private static readonly string[] s_prefixes = ["cus", "ord", "inv", "pay", "usr", "sub", "evt", "acct"];

    public static string Integer(Random random) => random.Next(1, random.Next(2) == 0 ? 500 : 5_000_000).ToString(CultureInfo.InvariantCulture);

    public static string Uuid(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    public static string ObjectId(Random random) => Text(random, "0123456789abcdef", 24);

    public static string Sha(Random random) => Text(random, "0123456789abcdef", random.Next(2) == 0 ? 40 : 7);

    public static string Ulid(Random random) => "01" + Text(random, Crockford, 24);

    public static string Prefixed(Random random) => $"{s_prefixes[random.Next(s_prefixes.Length)]}_{Text(random, Base62, 14)}";

    public static string Nano(Random random) => Text(random, Base62 + "-_", 21);

    public static string Order(Random random) => $"ORD-{random.Next(1000, 99999)}";

    public static string Sku(Random random) => $"{Text(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 3)}-{random.Next(100, 999)}-{Text(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 2)}";

    public static string Email(Random random) => $"{Handle(random)}@{Handle(random)}.example";

    public static string Locale(Random random) => s_locales[random.Next(s_locales.Length)];

    public static string Country(Random random) => Vocabulary.Countries[random.Next(Vocabulary.Countries.Length)];

    /// <summary>A made-up name: can be spoken, stands in no dictionary.</summary>
    public static string Handle(Random random)
    {
        var text = "";
        for (var i = random.Next(2, 5); i > 0; i--) text += s_consonants[random.Next(s_consonants.Length)] + s_vowels[random.Next(s_vowels.Length)];
        return random.Next(5) == 0 ? text + random.Next(1, 99).ToString(CultureInfo.InvariantCulture) : text;
    }

    /// <summary>Two or three dictionary words: what titles of products and posts become.</summary>
    public static string Slug(Random random) => string.Join('-', Enumerable.Range(0, random.Next(2, 4)).Select(_ => Vocabulary.TitleWords[random.Next(Vocabulary.TitleWords.Length)]));

    public static string Title(Random random) => string.Join('-', Enumerable.Range(0, random.Next(4, 7)).Select(_ => Vocabulary.TitleWords[random.Next(Vocabulary.TitleWords.Length)]));

    public static string FileName(Random random) => $"{Vocabulary.TitleWords[random.Next(Vocabulary.TitleWords.Length)]}_{random.Next(1, 999)}.pdf";

    private static string Text(Random random, string of, int length)
    {
        var text = new char[length];
        for (var i = 0; i < length; i++) text[i] = of[random.Next(of.Length)];
        // Something random without a digit is rare, and would be a word to everybody.
        if (of.Contains('7', StringComparison.Ordinal)) text[random.Next(length)] = '7';
        if (of.Contains('a', StringComparison.Ordinal) && length < 30) text[(Array.IndexOf(text, '7') + 1) % length] = Lower[random.Next(6)];
        return new string(text);
    }
}
