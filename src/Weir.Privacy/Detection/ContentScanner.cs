using System.Buffers;
using Weir.Privacy.Detection.Validation;

namespace Weir.Privacy.Detection;

/// <summary>
/// Finds what is sensitive by its own form, wherever it stands: long tokens first, then whatever has digits or an @. Cheap
/// triggers lead to exact checks, so that text without candidates costs a pass or two of vector instructions. Matches are told
/// relative to the text.
/// </summary>
internal static class ContentScanner
{
    /// <summary>The shortest that anything can be: <c>1.2.3.4</c>.</summary>
    public const int MinBytes = 7;

    private const int MaxUserInfoBytes = 256;

    private static readonly SearchValues<byte> s_triggers = SearchValues.Create("0123456789@"u8);
    private static readonly SearchValues<byte> s_endsUserInfo = SearchValues.Create(" \t\r\n\"'<>/?#\\"u8);

    public static void Scan(ReadOnlySpan<byte> text, in ScanPlace place, MatchList matches)
    {
        if (text.Length >= MinBytes)
        {
            if (text.Length >= TokenScanner.MinRunBytes || place.Cut) TokenScanner.Scan(text, in place, matches);
            Triggers(text, in place, matches);
        }

        if (place.Cut) CutEnd(text, matches);
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
