using System.Buffers;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection;

/// <summary>
/// Finds what is sensitive by its own form, wherever it stands: fixed prefixes first, then whatever has digits or an @. Cheap
/// triggers lead to exact checks, so that text without candidates costs a pass or two of vector instructions. Matches are told
/// relative to the text.
/// </summary>
internal static class ContentScanner
{
    /// <summary>The shortest that anything can be: <c>1.2.3.4</c>.</summary>
    public const int MinBytes = 7;

    private const int MaxUserInfoBytes = 256;

    private static readonly PrefixSearch s_prefixes = new(KnownPrefixes.All);
    private static readonly SearchValues<byte> s_triggers = SearchValues.Create("0123456789@"u8);
    private static readonly SearchValues<byte> s_endsUserInfo = SearchValues.Create(" \t\r\n\"'<>/?#\\"u8);

    public static void Scan(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        if (text.Length >= MinBytes)
        {
            Prefixes(text, in place, matches);
            Triggers(text, in place, matches);
        }

        if (place.Cut) CutEnd(text, matches);
    }

    private static void Prefixes(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        var at = 0;
        while ((at = s_prefixes.Find(text, at, out var prefix)) >= 0)
        {
            var body = at;
            var length = prefix!.Kind switch
            {
                PrefixKind.Pem => PrivateKeyBlock.Length(text[at..]),
                _ when !place.Glued && at > 0 && Chars.IsAlnum(text[at - 1]) => 0,
                PrefixKind.Jwt => WebToken.Length(text[at..], place.Cut),
                PrefixKind.Scheme => SchemeLength(text, at, prefix, out body),
                _ => RunLength(text[at..], prefix, place.Cut),
            };
            if (length > 0) matches.Add(new Match(prefix.Class, body, length, MaskForm.Placeholder, ""));
            at = Math.Max(at + 1, body + length);
        }
    }

    private static int RunLength(ReadOnlySpan<byte> text, KnownPrefix prefix, bool cut)
    {
        var run = Chars.Run(text[prefix.Prefix.Length..], prefix.Alphabet);
        var body = text.Slice(prefix.Prefix.Length, run);
        if (run < prefix.MinBytes && !(cut && prefix.Prefix.Length + run == text.Length && prefix.Prefix.Length > 2)) return 0;
        return prefix.NeedsDigit && !cut && !body.ContainsAnyInRange((byte)'0', (byte)'9') ? 0 : prefix.Prefix.Length + run;
    }

    /// <summary>Bearer and Basic in running text. "Basic authentication" is no credential: those are made of more than letters.</summary>
    private static int SchemeLength(ReadOnlySpan<byte> text, int at, KnownPrefix prefix, out int body)
    {
        body = at + prefix.Prefix.Length;
        var rest = text[body..];
        var run = 0;
        while (run < rest.Length && (prefix.Alphabet.Contains(rest[run]) || rest[run] is (byte)'.' or (byte)'=' or (byte)'~')) run++;
        var value = rest[..run];
        return run >= prefix.MinBytes && value.ContainsAnyInRange((byte)'0', (byte)'9') ? run : 0;
    }

    private static void Triggers(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        var at = 0;
        var floor = 0;
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny(s_triggers);
            if (next < 0) return;
            at += next;
            at = text[at] == '@'
                ? floor = AtSign(text, at, place.Cut, matches)
                : floor = NumberScanner.Scan(text, at, floor, in place, matches);
        }
    }

    private static int AtSign(ReadOnlySpan<byte> text, int at, bool cut, MatchList matches)
    {
        if (UserInfo(text, at, out var user))
        {
            matches.Add(new Match(SensitiveClasses.UrlCredentials, user, at - user, MaskForm.Placeholder, ""));
            return at + 1;
        }

        if (EmailAddress.Around(text, at, out var start, out var end))
        {
            // git@host:path is an address of a repository.
            if (text[start..at].SequenceEqual("git"u8)) return at + 1;
            matches.Add(new Match(SensitiveClasses.Email, start, end - start, MaskForm.Placeholder, ""));
            return end;
        }

        if (cut && EmailAddress.CutAt(text, at, out start))
        {
            matches.Add(new Match(SensitiveClasses.Email, start, text.Length - start, MaskForm.Placeholder, ""));
            return text.Length;
        }

        return at + 1;
    }

    /// <summary>RFC 3986 §3.2.1: what stands between the slashes and the @. A user without password counts if it looks like a token.</summary>
    private static bool UserInfo(ReadOnlySpan<byte> text, int at, out int start)
    {
        var before = text[Math.Max(0, at - MaxUserInfoBytes)..at];
        var slashes = before.LastIndexOf("//"u8);
        start = at;
        if (slashes < 0) return false;
        var user = before[(slashes + 2)..];
        start = at - user.Length;
        if (user.IsEmpty || user.ContainsAny(s_endsUserInfo) || Keys.ValueWords.IsMasked(user)) return false;
        return user.Contains((byte)':') || Opaque.Looks(user);
    }

    /// <summary>A cut text may end in the first digits of something; five are taken for that.</summary>
    private static void CutEnd(ReadOnlySpan<byte> text, MatchList matches)
    {
        var start = text.Length;
        var digits = 0;
        while (start > 0 && text.Length - start < Iban.MaxLength + 8)
        {
            var c = text[start - 1];
            if (Chars.IsDigit(c)) digits++;
            else if (!Chars.IsUpper(c) && !" -./"u8.Contains(c)) break;
            start--;
        }

        while (start < text.Length && !Chars.IsAlnum(text[start])) start++;
        if (digits >= 5) matches.Add(new Match(SensitiveClasses.CutValue, start, text.Length - start, MaskForm.Placeholder, ""));
    }
}
