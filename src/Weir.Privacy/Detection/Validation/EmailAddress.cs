using System.Buffers;
using System.Text;

namespace Weir.Privacy.Detection.Validation;

/// <summary>E-mail addresses in running text: the common subset of RFC 5321, with UTF-8 allowed in the local part (RFC 6531).</summary>
internal static class EmailAddress
{
    private const int MaxLocalBytes = 64;
    private const int MaxDomainBytes = 255;

    private static readonly SearchValues<byte> s_domain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"u8);

    /// <summary>Endings of file names, which stand behind an @ in image and package names.</summary>
    private static readonly byte[][] s_fileEndings =
        [.. "png jpg jpeg gif svg webp ico css js mjs map json tgz zip gz html pdf".Split(' ').Select(Encoding.ASCII.GetBytes)];

    /// <summary>Finds the bounds of the address around an @.</summary>
    public static bool Around(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        start = at;
        while (start > 0 && at - start < MaxLocalBytes && IsLocal(text[start - 1])) start--;
        while (start < at && text[start] is (byte)'.' or (byte)'\'' or (byte)'-' or (byte)'+' or (byte)'%' or (byte)'=') start++;
        var domain = text[(at + 1)..Math.Min(text.Length, at + 1 + MaxDomainBytes)];
        domain = domain[..Chars.Run(domain, s_domain)].TrimEnd(".-"u8);
        end = at + 1 + domain.Length;
        return start < at && text[at - 1] != '.' && IsDomain(domain);
    }

    /// <summary>Whether the text ends within what may be an address: cut behind the @, or within the last label.</summary>
    public static bool CutAt(ReadOnlySpan<byte> text, int at, out int start)
    {
        start = at;
        while (start > 0 && at - start < MaxLocalBytes && IsLocal(text[start - 1])) start--;
        return start < at && !text[(at + 1)..].ContainsAnyExcept(s_domain);
    }

    private static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        var dot = domain.LastIndexOf((byte)'.');
        if (dot < 1) return false;
        var top = domain[(dot + 1)..];
        var punycode = top.StartsWith("xn--"u8);
        if (top.Length is < 2 or > 24 || (!punycode && top.ContainsAnyExceptInRange((byte)'A', (byte)'z'))) return false;
        foreach (var c in top) if (!punycode && !Chars.IsLetter(c)) return false;
        var rest = domain[..dot];
        if (rest[0] is (byte)'.' or (byte)'-' || rest.IndexOf(".."u8) >= 0) return false;
        // lodash@4.17.21.tgz is a package, someone@163.com a person.
        if (rest.Contains((byte)'.') && !rest.ContainsAnyExceptInRange((byte)'.', (byte)'9')) return false;
        foreach (var ending in s_fileEndings) if (Ascii.EqualsIgnoreCase(top, ending)) return false;
        return true;
    }

    private static bool IsLocal(byte c) => Chars.IsAlnum(c) || c >= 0x80 || "._%+-'!#$~"u8.Contains(c);
}
