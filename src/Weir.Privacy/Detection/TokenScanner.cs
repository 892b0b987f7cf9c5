using System.Numerics;
using System.Runtime.Intrinsics;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection;

/// <summary>
/// Finds keys and tokens by their fixed prefixes. All of them are long, so the text is searched, sixteen bytes at once, for
/// eight token characters in a row at an even place: a run of fifteen can't avoid having them. Only such runs are compared with
/// the prefixes, at their start and behind each separator.
/// </summary>
internal static class TokenScanner
{
    /// <summary>Shorter runs of token characters are no key.</summary>
    public const int MinRunBytes = 15;

    private const int Slots = 4096;

    private static readonly KnownPrefix[][] s_slots = MakeSlots();

    private static ReadOnlySpan<byte> PemBegin => "-----BEGIN "u8;

    public static void Scan(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        // Headers of PEM have blanks in them.
        for (var at = 0; text.Length - at > PemBegin.Length;)
        {
            var next = text[at..].IndexOf(PemBegin);
            if (next < 0) break;
            at += next;
            var length = PrivateKeyBlock.Length(text[at..]);
            if (length > 0) matches.Add(new Match(SensitiveClasses.PrivateKey, at, length, MaskForm.Placeholder, ""));
            at += Math.Max(length, 1);
        }

        if (place.Cut) LastRun(text, in place, matches);
        for (var at = 0; at < text.Length;)
        {
            var block = NextBlock(text, at);
            if (block < 0) return;
            var start = block;
            while (start > at && TokenBytes.Contains(text[start - 1])) start--;
            var end = block;
            while (end < text.Length && TokenBytes.Contains(text[end])) end++;
            if (end - start >= MinRunBytes) Run(text, start, end, in place, matches);
            at = end + 1;
        }
    }

    /// <summary>Of a key that the limit cut there may be less than a run.</summary>
    private static void LastRun(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        var start = text.Length;
        while (start > 0 && TokenBytes.Contains(text[start - 1])) start--;
        if (start < text.Length) Run(text, start, text.Length, in place, matches);
    }

    /// <summary>A place within the next run that is long enough to matter; -1 when there is none.</summary>
    private static int NextBlock(ReadOnlySpan<byte> text, int at)
    {
        for (; text.Length - at >= 16; at += 16)
        {
            var mask = TokenBytes.Mask(Vector128.Create(text.Slice(at, 16)));
            if ((mask & 0xFF) == 0xFF) return at;
            if ((mask & 0xFF00) == 0xFF00) return at + 8;
        }

        // What is left over may be the end of a run whose beginning has been passed, too short to have filled a block.
        for (; at < text.Length; at += 8)
            if (TokenBytes.Contains(text[at])) return at;
        return -1;
    }

    private static void Run(ReadOnlySpan<byte> text, int start, int end, in ScanPlace place, MatchList matches)
    {
        Scheme(text, start, end, matches);
        for (var at = start; at + 3 <= end; at++)
        {
            var begins = at == start || !Chars.IsAlnum(text[at - 1]) || (place.Glued && at <= start + 2);
            if (!begins) continue;
            foreach (var prefix in s_slots[Slot(text[at], text[at + 1])])
            {
                if (!text[at..].StartsWith(prefix.Prefix)) continue;
                var length = Length(text[at..], prefix, place.Cut);
                if (length == 0) continue;
                matches.Add(new Match(prefix.Class, at, length, MaskForm.Placeholder, ""));
                at += length - 1;
                break;
            }
        }
    }

    private static int Length(ReadOnlySpan<byte> text, KnownPrefix prefix, bool cut)
    {
        if (prefix.Kind == PrefixKind.Jwt) return WebToken.Length(text, cut);
        if (prefix.Kind == PrefixKind.File) return PrivateKeyBlock.Length(text);
        var run = Chars.Run(text[prefix.Prefix.Length..], prefix.Alphabet);
        var body = text.Slice(prefix.Prefix.Length, run);
        var isCut = cut && prefix.Prefix.Length + run == text.Length && prefix.Prefix.Length > 2;
        if (run < prefix.MinBytes && !isCut) return 0;
        return prefix.NeedsDigit && !isCut && !body.ContainsAnyInRange((byte)'0', (byte)'9') ? 0 : prefix.Prefix.Length + run;
    }

    /// <summary>Bearer and Basic in running text. "Bearer authentication" is no credential: those are made of more than letters.</summary>
    private static void Scheme(ReadOnlySpan<byte> text, int start, int end, MatchList matches)
    {
        var before = text[..start];
        if (!before.EndsWith("earer "u8) && !before.EndsWith("asic "u8)) return;
        while (end < text.Length && (Chars.Base64.Contains(text[end]) || text[end] is (byte)'=' or (byte)'~' or (byte)'.')) end++;
        if (text[start..end].ContainsAnyInRange((byte)'0', (byte)'9'))
            matches.Add(new Match(SensitiveClasses.Authorization, start, end - start, MaskForm.Placeholder, ""));
    }

    private static int Slot(byte first, byte second) => ((first * 61) + second) & (Slots - 1);

    private static KnownPrefix[][] MakeSlots()
    {
        var slots = new KnownPrefix[Slots][];
        Array.Fill(slots, []);
        foreach (var group in KnownPrefixes.All.GroupBy(static prefix => Slot(prefix.Prefix[0], prefix.Prefix[1])))
            slots[group.Key] = [.. group.OrderByDescending(static prefix => prefix.Prefix.Length)];
        return slots;
    }
}

/// <summary>Letters, digits, underscore, hyphen and full stop, told for sixteen bytes at once by two tables of nibbles.</summary>
internal static class TokenBytes
{
    // A bit for each high nibble that has token characters; 4 and 6 (letters from @ and `) share one.
    private static readonly Vector128<byte> s_high = Vector128.Create((byte)0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0);

    private static readonly Vector128<byte> s_low = Vector128.Create(Low());

    public static bool Contains(byte c) => Chars.IsAlnum(c) || c is (byte)'_' or (byte)'-' or (byte)'.';

    public static uint Mask(Vector128<byte> bytes)
    {
        var found = Vector128.ShuffleNative(s_low, bytes & Vector128.Create((byte)15)) & Vector128.ShuffleNative(s_high, bytes >>> 4);
        return ~Vector128.Equals(found, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }

    private static byte[] Low()
    {
        var low = new byte[16];
        for (var c = 0; c < 128; c++)
            if (Contains((byte)c)) low[c & 15] |= (byte)((c >> 4) switch { 2 => 1, 3 => 2, 5 => 8, 7 => 16, _ => 4 });
        return low;
    }
}
