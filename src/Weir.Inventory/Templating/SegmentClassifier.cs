using System.Buffers;

namespace Weir.Inventory.Templating;

/// <summary>A segment as read: what its stem is, and how much of it is stem.</summary>
/// <param name="Kind">Of the stem.</param>
/// <param name="Stem">Characters before the suffix.</param>
internal readonly record struct Segment(SegmentKind Kind, int Stem);

/// <summary>
/// Tells what a path segment is by its text, its place and the segment before it. Order matters: what is certain comes first.
/// Allocates nothing.
/// </summary>
internal static class SegmentClassifier
{
    private const int MaxLiteralLength = 96;

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> s_base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:$@+!*'(),;=&");

    /// <summary>Literals wherever they stand, however many siblings look alike.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_reserved = Set(
        "api", "apis", "rest", "graphql", "gql", "rpc", "grpc", "odata", "soap", "health", "healthz", "live", "livez", "liveness", "ready", "readyz",
        "readiness", "ping", "status", "version", "metrics", "me", "self", "current", "mine", "search", "latest", "new", "all", "count", "stats",
        "export", "import", "batch", "bulk", "login", "logout", "signup", "signin", "token", "oauth", "oauth2", "openid", "saml", "callback", "webhook",
        "webhooks", "admin", "internal", "public", "private", "static", "assets", "swagger", "openapi", "docs", "favicon.ico", "robots.txt",
        "index.html", "sitemap.xml", "openapi.json", "swagger.json", "by-id", "by-name", "by-email", "by-slug", "ws", "socket", "stream", "sse",
        "i18n", "l10n", "a11y", "k8s", "2fa", "mfa", "s3", "web3", "ipv4", "ipv6", "md5", "sha1", "sha256", "sha512", "base64", "x509", "http2", "utf8",
        "mp3", "mp4", "b2b", "b2c", "p2p", "e2e", "3d", "3ds", "3ds2", "4xx", "5xx", "h2", "oidc", "h264", "h265", "24h", "7d", "30d", "1h", "covid19",
        "iso27001", "iso3166", "iso4217", "iso8601", "utf-8", "sha-256", "covid-19", "pkcs12", "web2", "office365", "log4j", "auth0", "neo4j");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_versionPlaces = Set(
        "api", "apis", "rest", "rpc", "v", "version", "graphql", "oauth", "odata", "services", "rest-api", "public-api");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_extensions = Set(
        "json", "xml", "csv", "html", "htm", "txt", "pdf", "png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "css", "js", "mjs", "map", "yaml", "yml",
        "zip", "gz", "tar", "tgz", "ics", "md", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "mp3", "mp4", "wav", "avi", "m3u8", "ts", "rss", "atom", "tsv",
        "parquet", "avro", "bin", "dat", "log", "geojson", "woff", "woff2", "ttf", "php", "asp", "aspx", "jsp", "do", "action", "wasm", "tif", "tiff");

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_languages = Set(
        "ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "he", "hi", "hr", "hu", "id", "is", "it", "ja", "ko", "lt",
        "lv", "ms", "nb", "nl", "nn", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "vi", "zh");

    /// <param name="segment">As it was sent; not empty.</param>
    /// <param name="previous">Literal right before it; empty at the start and behind a parameter.</param>
    /// <param name="depth">0 for the first segment.</param>
    public static Segment Classify(ReadOnlySpan<char> segment, ReadOnlySpan<char> previous, int depth)
    {
        if (IsMasked(segment)) return Whole(SegmentKind.Masked, segment);
        if (segment.Length > MaxLiteralLength) return Whole(IsToken(segment) ? SegmentKind.Token : SegmentKind.Opaque, segment);
        if (s_reserved.Contains(segment)) return Whole(SegmentKind.Reserved, segment);
        if (IsVersionName(segment) || (IsVersionPlace(previous, depth) && IsVersionNumber(segment, depth))) return Whole(SegmentKind.Reserved, segment);
        if (segment[0] == '.' && segment.Length > 1 && char.IsAsciiLetter(segment[1])) return Whole(SegmentKind.Reserved, segment);
        if (IsStatusCode(segment) && previous is "errors" or "error") return Whole(SegmentKind.Reserved, segment);
        var stem = Stem(segment);
        if (stem > 0 && stem < segment.Length)
        {
            var kind = KindOf(segment[..stem]);
            return kind.IsValue() ? new Segment(kind, stem) : Whole(kind == SegmentKind.Word ? SegmentKind.Text : kind, segment);
        }

        return Whole(KindOf(segment), segment);
    }

    /// <summary><c>***class***</c>, what redaction leaves.</summary>
    public static bool IsMasked(ReadOnlySpan<char> text) => text.Length >= 7 && text.IndexOf("***") >= 0;

    private static Segment Whole(SegmentKind kind, ReadOnlySpan<char> segment) => new(kind, segment.Length);

    private static SegmentKind KindOf(ReadOnlySpan<char> text)
    {
        if (IsNumber(text, out var integer)) return integer ? SegmentKind.Integer : SegmentKind.Number;
        if (IsUuid(text)) return SegmentKind.Uuid;
        if (IsDate(text)) return SegmentKind.Date;
        if (text.Length is 2 or 5 or 7 && IsLocale(text)) return SegmentKind.Locale;
        var percent = text.Contains('%');
        if (IsEmail(text)) return SegmentKind.Email;
        if (IsAddress(text)) return SegmentKind.Address;
        if (IsCoordinates(text)) return SegmentKind.Coordinates;
        if (IsSemanticVersion(text)) return SegmentKind.Version;
        if (percent) return SegmentKind.Opaque;
        if (WordList.IsCompound(text)) return text.Count('-') + text.Count('_') >= 3 ? SegmentKind.Slug : SegmentKind.Word;
        var (digits, letters) = Count(text);
        if (!text.ContainsAnyExcept(s_hex) && digits >= 1 && letters >= 1)
        {
            if (text.Length == 24) return SegmentKind.ObjectId;
            if (text.Length >= 16 || (text.Length >= 7 && digits >= 2 && !HasBothCases(text))) return SegmentKind.Hash;
        }

        if (text.Length == 26 && digits >= 2 && IsCrockford(text)) return SegmentKind.Ulid;
        if (IsPrefixedId(text)) return SegmentKind.PrefixedId;
        if (IsToken(text)) return SegmentKind.Token;
        if (digits >= 3 && letters >= 1 && text.Length >= 6 && !HasSlugShape(text)) return SegmentKind.Code;
        if (digits >= 2 && letters >= 1 && text.Length <= 6 && IsUpperCode(text)) return SegmentKind.Code;
        if (text.ContainsAnyExcept(s_plain)) return SegmentKind.Opaque;
        return text.Count('-') + text.Count('_') >= 2 ? SegmentKind.Slug : SegmentKind.Text;
    }

    /// <summary>Where a known file ending or a verb behind a colon begins; the length when there is none.</summary>
    private static int Stem(ReadOnlySpan<char> segment)
    {
        var colon = segment.LastIndexOf(':');
        if (colon > 0 && colon < segment.Length - 2 && segment[(colon + 1)..].IndexOfAnyExceptInRange('A', 'z') < 0 && WordList.IsCompound(segment[(colon + 1)..]))
            return colon;
        var dot = segment.LastIndexOf('.');
        return dot > 0 && dot < segment.Length - 1 && s_extensions.Contains(segment[(dot + 1)..]) ? dot : segment.Length;
    }

    private static bool IsVersionName(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > 10 || text[0] is not ('v' or 'V') || !char.IsAsciiDigit(text[1])) return false;
        var at = 1;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        return at == text.Length || text[at..] is "alpha" or "beta" or "alpha1" or "beta1" or "beta2" or "alpha2" or "rc" or "-beta" or "-alpha";
    }

    private static bool IsVersionPlace(ReadOnlySpan<char> previous, int depth) => depth == 0 || s_versionPlaces.Contains(previous);

    private static bool IsVersionNumber(ReadOnlySpan<char> text, int depth)
    {
        if (text.Length <= 2 && IsDigits(text)) return true;
        var dot = text.IndexOf('.');
        if (dot is > 0 and <= 2 && text.Length <= 5 && IsDigits(text[..dot]) && IsDigits(text[(dot + 1)..])) return true;
        return depth <= 2 && text.Length is 10 or 7 && IsDate(text);
    }

    private static bool IsStatusCode(ReadOnlySpan<char> text) => text.Length == 3 && text[0] is '4' or '5' && IsDigits(text);

    private static bool IsNumber(ReadOnlySpan<char> text, out bool integer)
    {
        integer = IsDigits(text) || (text.Length > 1 && text[0] == '-' && IsDigits(text[1..]));
        if (integer) return true;
        var unsigned = text[0] == '-' ? text[1..] : text;
        var dot = unsigned.IndexOf('.');
        return dot > 0 && dot < unsigned.Length - 1 && IsDigits(unsigned[..dot]) && IsDigits(unsigned[(dot + 1)..]);
    }

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length == 38 && text[0] == '{' && text[^1] == '}') text = text[1..^1];
        if (text.Length != 36) return false;
        for (var i = 0; i < 36; i++)
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i])) return false;
        return true;
    }

    /// <summary>2024-05-17, 2024-05, 20240517T101500Z, 2024-W07, 2024-05-17T10:15:00Z.</summary>
    private static bool IsDate(ReadOnlySpan<char> text)
    {
        if (text.Length < 7 || !IsDigits(text[..4]) || text[0] is not ('1' or '2')) return false;
        if (text[4] is '-' or '_' or '.')
        {
            var rest = text[5..];
            if (rest.Length == 3 && rest[0] == 'W' && IsDigits(rest[1..])) return true;
            if (rest.Length == 2) return rest[0] is 'Q' ? char.IsAsciiDigit(rest[1]) : IsMonth(rest);
            if (rest.Length < 5 || rest[2] != text[4] || !IsMonth(rest[..2]) || !IsDigits(rest[3..5])) return false;
            return rest.Length == 5 || rest[5] is 'T' or '_' or ' ';
        }

        return text.Length >= 15 && text[8] == 'T' && IsDigits(text[..8]) && IsDigits(text[9..15]);
    }

    private static bool IsMonth(ReadOnlySpan<char> text) => IsDigits(text) && ((text[0] == '0' && text[1] != '0') || (text[0] == '1' && text[1] <= '2'));

    private static bool IsLocale(ReadOnlySpan<char> text)
    {
        Span<char> language = [char.ToLowerInvariant(text[0]), char.ToLowerInvariant(text[1])];
        if (!s_languages.Contains(language)) return false;
        return text.Length == 2 || (text.Length == 5 && text[2] is '-' or '_' && char.IsAsciiLetter(text[3]) && char.IsAsciiLetter(text[4]) && char.IsAsciiLetterUpper(text[3]) == char.IsAsciiLetterUpper(text[4]));
    }

    private static bool IsEmail(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf('@');
        var length = 1;
        if (at < 0)
        {
            at = text.IndexOf("%40");
            length = 3;
        }

        return at > 0 && text.LastIndexOf('.') > at + length && text.Length > at + length + 3;
    }

    private static bool IsAddress(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('.', ':') || text.ContainsAnyExcept(Schemas.StringFormats.Addresses)) return false;
        var dots = text.Count('.');
        return (dots == 3 || text.Count(':') >= 2) && Packets.IpAddress.TryParse(text, out _);
    }

    private static bool IsCoordinates(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        return comma > 0 && comma < text.Length - 1 && IsNumber(text[..comma], out _) && IsNumber(text[(comma + 1)..], out _);
    }

    private static bool IsSemanticVersion(ReadOnlySpan<char> text)
    {
        if (text[0] is 'v') text = text[1..];
        if (text.Length < 5 || !char.IsAsciiDigit(text[0])) return false;
        var dots = 0;
        var at = 0;
        for (; at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'); at++)
            if (text[at] == '.') dots++;
        return dots is 2 or 3 && (at == text.Length || text[at] is '-' or '+');
    }

    private static bool IsCrockford(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c) && !(char.IsAsciiLetterUpper(char.ToUpperInvariant(c)) && char.ToUpperInvariant(c) is not ('I' or 'L' or 'O' or 'U'))) return false;
        return text[0] is >= '0' and <= '7' && !HasBothCases(text);
    }

    /// <summary>A short prefix, a joint, and something with digits that is no word.</summary>
    private static bool IsPrefixedId(ReadOnlySpan<char> text)
    {
        var joint = text.IndexOfAny('-', '_');
        if (joint is < 1 or > 10) return false;
        var prefix = text[..joint];
        var rest = text[(joint + 1)..];
        if (rest.Length < 2 || prefix.ContainsAnyExceptInRange('A', 'z')) return false;
        var (digits, letters) = Count(rest);
        if (IsDigits(rest)) return rest.Length >= 4 || (rest.Length >= 2 && !prefix.ContainsAnyExceptInRange('A', 'Z'));
        if (rest.ContainsAny('-', '_'))
            return !prefix.ContainsAnyExceptInRange('A', 'Z') && digits >= 2 && !rest.ContainsAnyInRange('a', 'z');
        return (digits >= 2 && letters >= 1 && rest.Length >= 6) || (digits >= 1 && rest.Length >= 10 && HasBothCases(rest));
    }

    /// <summary>Random characters: three kinds of them mixed, or long with no word in it.</summary>
    private static bool IsToken(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("eyJ") && text.Length > 20) return true;
        if (text.ContainsAnyExcept(s_base64Url)) return false;
        var (digits, _) = Count(text);
        var upper = text.Length - CountOutside(text, 'A', 'Z');
        var lower = text.Length - CountOutside(text, 'a', 'z');
        if (upper > 0 && lower > 0 && digits > 0 && text.Length >= 8) return Changes(text) * 3 >= text.Length;
        if (text.Length >= 16 && digits >= 2 && digits * 12 >= text.Length && !HasSlugShape(text)) return true;
        return text.Length >= 16 && upper > 1 && lower > 1 && Changes(text) * 4 >= text.Length && !HasSlugShape(text);
    }

    /// <summary>How often the class of the character changes: rarely in words, at every second place in random text.</summary>
    private static int Changes(ReadOnlySpan<char> text)
    {
        var changes = 0;
        for (var i = 1; i < text.Length; i++)
            if (Class(text[i]) != Class(text[i - 1])) changes++;
        return changes;

        static int Class(char c) => char.IsAsciiDigit(c) ? 0 : char.IsAsciiLetterUpper(c) ? 1 : char.IsAsciiLetterLower(c) ? 2 : 3;
    }

    /// <summary>Parts of letters alone or digits alone, with joints: a title, not something random.</summary>
    private static bool HasSlugShape(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('-', '_')) return false;
        var words = 0;
        foreach (var range in text.SplitAny('-', '_'))
        {
            var part = text[range];
            var (digits, letters) = Count(part);
            if (digits > 0 && letters > 0) return false;
            if (letters >= 2) words++;
        }

        return words >= 1;
    }

    private static bool IsUpperCode(ReadOnlySpan<char> text) => text.Length >= 4 && !text.ContainsAnyInRange('a', 'z') && !text.ContainsAny('-', '_', '.');

    private static bool HasBothCases(ReadOnlySpan<char> text) => text.ContainsAnyInRange('a', 'z') && text.ContainsAnyInRange('A', 'Z');

    private static bool IsDigits(ReadOnlySpan<char> text) => Schemas.Digits.All(text);

    private static int CountOutside(ReadOnlySpan<char> text, char low, char high)
    {
        var count = 0;
        foreach (var c in text)
            if (c < low || c > high) count++;
        return count;
    }

    private static (int Digits, int Letters) Count(ReadOnlySpan<char> text)
    {
        var (digits, letters) = (0, 0);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetter(c)) letters++;
        }

        return (digits, letters);
    }

    /// <summary>Not frozen: looking into a frozen set by characters allocates where case does not matter.</summary>
    private static HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Set(params string[] words) =>
        new HashSet<string>(words, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
