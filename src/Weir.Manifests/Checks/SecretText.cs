using System.Text.RegularExpressions;
using Weir.Privacy.Detection;
using Weir.Privacy.Redaction;

namespace Weir.Manifests.Checks;

/// <summary>Tells secrets by the name they stand under, and by their own form (through the detectors that mask traffic).</summary>
internal static partial class SecretText
{
    private const int MinEntropyLength = 32;
    private const int PieceLength = 16 << 10;

    /// <summary>More than a token has, and a key file's first lines.</summary>
    private const int OverlapLength = 1 << 10;

    /// <summary>Bits a character: base64 of random bytes has about five in texts of this length, words and hex less than four.</summary>
    private const double HighEntropy = 4.5;

    private static readonly HashSet<string> s_words =
        ["password", "passwd", "passphrase", "pwd", "pass", "secret", "token", "apikey", "bearer", "credential", "credentials"];

    /// <summary>Two words in a row that together name a secret.</summary>
    private static readonly HashSet<string> s_pairs =
        ["api key", "access key", "private key", "secret key", "signing key", "encryption key", "account key", "client key", "storage key"];

    /// <summary>At the end of a name they say that the value is about a secret and not one.</summary>
    private static readonly HashSet<string> s_about =
    [
        "file", "path", "dir", "directory", "name", "ref", "reference", "url", "uri", "endpoint", "host", "port", "type", "kind", "age", "ttl", "expiry", "expiration",
        "expires", "expire", "length", "size", "enabled", "disabled", "required", "mode", "algorithm", "policy", "count", "header", "timeout", "lifetime", "duration",
        "interval", "rotation", "issuer", "audience", "field", "prefix", "suffix", "hash", "content", "auth", "namespace", "version", "provider", "source", "store",
        "mount", "id", "format", "service", "server", "minutes", "seconds", "hours", "days", "limit", "strategy", "label", "selector", "domain", "email", "encoding",
    ];

    private static readonly HashSet<string> s_emptyWords = new(StringComparer.OrdinalIgnoreCase)
        { "", "true", "false", "yes", "no", "none", "null", "nil", "unset", "undefined", "template", "n/a", "0", "1", "*", "-" };

    /// <summary>Classes that are told by the value alone. A name before it is looked at here, where references count as none.</summary>
    private static readonly HashSet<string> s_byForm =
    [
        "jwt", "private_key", "aws_access_key", "google_key", "github_token", "gitlab_token", "slack_token", "stripe_key", "ai_key", "package_token",
        "vendor_key", "crypto_private_key",
    ];

    private static readonly RedactionOptions s_onlySecrets = new(SensitiveClasses.All.Where(static one => !s_byForm.Contains(one.Name)), []);

    [ThreadStatic]
    private static TextMasker? t_masker;

    /// <summary>Whether a value under this name is a secret.</summary>
    public static bool IsSecretName(string name)
    {
        var words = Words().Matches(name).Select(static match => match.Value.ToLowerInvariant()).ToList();
        if (words.Count == 0 || s_about.Contains(words[^1])) return false;
        // Counts of words of language models, and etcd's name of a cluster.
        if (words.Contains("token") && (words.Contains("cluster") || words.Contains("max") || words.Contains("min") || words.Contains("per"))) return false;
        for (var i = 0; i < words.Count; i++)
        {
            if (s_words.Contains(words[i]) || words[i].EndsWith("password", StringComparison.Ordinal) || words[i].EndsWith("passwd", StringComparison.Ordinal)) return true;
            if (i > 0 && s_pairs.Contains($"{words[i - 1]} {words[i]}")) return true;
        }

        return words[^1] == "key" && words[0] is "azure" or "oci";
    }

    /// <summary>Whether a text can be a secret at all: no switch, reference, placeholder or path.</summary>
    public static bool IsLiteral(string? value)
    {
        var text = value?.Trim() ?? "";
        return !s_emptyWords.Contains(text) && !Reference().IsMatch(text);
    }

    /// <summary>What a text looks to hold, by its own form: <c>private_key</c>, <c>jwt</c> …; null for nothing.</summary>
    public static string? Form(string text)
    {
        if (text.Length < 12) return null;
        t_masker ??= new TextMasker(s_onlySecrets);
        // The detectors are made for bodies of bounded size, so a longer text is given to them in pieces that overlap.
        for (var start = 0; start < text.Length; start += PieceLength)
        {
            var piece = text.Length <= PieceLength ? text : text.Substring(start, Math.Min(PieceLength + OverlapLength, text.Length - start));
            if (t_masker.Mask("text", piece, out var masked) && Masked().Match(masked) is { Success: true } match) return match.Groups[1].Value;
        }

        return IsRandom(text) ? "random text" : null;
    }

    public static bool HoldsPrivateKey(string text) => text.Contains("-----BEGIN ", StringComparison.Ordinal) && PrivateKey().IsMatch(text);

    /// <summary>Names and values in a text of lines such as a properties file, or in a line of arguments.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(string text) =>
        Pair().Matches(text).Select(static match => (match.Groups[1].Value, match.Groups[2].Value));

    private static bool IsRandom(string text)
    {
        if (text.Length is < MinEntropyLength or > 4096 || !RandomAlphabet().IsMatch(text)) return false;
        if (!text.Any(char.IsAsciiDigit) || !text.Any(char.IsAsciiLetterUpper) || !text.Any(char.IsAsciiLetterLower)) return false;
        var entropy = text.GroupBy(static c => c).Select(same => (double)same.Count() / text.Length).Sum(static share => -share * Math.Log2(share));
        return entropy > HighEntropy;
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")]
    private static partial Regex Words();

    // $(VAR) ${VAR} $VAR {{ x }} <x> %x% /a/path ./a/path @x  x:y references of secret stores, file URLs.
    [GeneratedRegex(@"^(\$|\{\{|<.*>\z|%.*%\z|\.{0,2}/[\w.-]|@|vault:|ref\+|op://|file:|arn:aws:|projects/|secretKeyRef|\*+\z|[xX]+\z|\.{3})", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\*\*\*([a-z0-9_]+)\*\*\*", RegexOptions.CultureInvariant)]
    private static partial Regex Masked();

    [GeneratedRegex("-----BEGIN [A-Z ]{0,30}PRIVATE KEY( BLOCK)?-----", RegexOptions.CultureInvariant)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(?<![\w.-])(?:--?)?[""']?([A-Za-z][\w.-]{1,60})[""']?[ \t]{0,4}[:=][ \t]{0,4}[""']?([^\s""',;]{1,200})", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();

    [GeneratedRegex(@"^[A-Za-z0-9+/_=-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex RandomAlphabet();
}
