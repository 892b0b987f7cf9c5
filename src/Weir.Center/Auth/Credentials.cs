using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Center.Auth;

/// <summary>Which names and passwords may be chosen, and how random ones are made.</summary>
internal static class Credentials
{
    public const int MaxNameLength = 64;
    public const int MinPasswordLength = 12;
    public const int MaxPasswordLength = 256;

    /// <summary>No letters that are taken for each other.</summary>
    private const string Alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._@-");

    /// <summary>The form under which a name is kept and compared.</summary>
    public static string Fold(string name) => name.Trim().ToLowerInvariant();

    /// <summary>Null when the name may be taken.</summary>
    public static string? NameTrouble(string name) =>
        name.Length is 0 or > MaxNameLength || name.AsSpan().ContainsAnyExcept(s_name) || !char.IsAsciiLetterOrDigit(name[0])
            ? $"takes up to {MaxNameLength} of a-z, 0-9, '.', '_', '@' and '-', and begins with a letter or digit"
            : null;

    /// <summary>Null when the password may be taken. Length is what counts (NIST SP 800-63B §5.1.1.2).</summary>
    public static string? PasswordTrouble(string password, string name)
    {
        if (password.Length is < MinPasswordLength or > MaxPasswordLength) return $"takes {MinPasswordLength} to {MaxPasswordLength} characters";
        if (password.Any(char.IsControl)) return "takes no control characters";
        // What cannot be written as UTF-8 would be the same password as something else.
        if (!IsWellFormed(password)) return "is no valid Unicode";
        if (password.Distinct().Count() < 4) return "has fewer than four different characters";
        return password.Contains(name, StringComparison.OrdinalIgnoreCase) ? "holds the name of the user" : null;
    }

    /// <summary>Whether a text could be a password at all; what was chosen under older rules included.</summary>
    public static bool IsPossible(string password) => password.Length is > 0 and <= MaxPasswordLength && IsWellFormed(password);

    /// <summary>A label of people: anything that prints.</summary>
    public static string? LabelTrouble(string label) =>
        label.Length is 0 or > MaxNameLength || !IsWellFormed(label) || label.Any(static c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format)
            ? $"takes 1 to {MaxNameLength} characters that print"
            : null;

    /// <summary>139 bits.</summary>
    public static string NewPassword() => RandomNumberGenerator.GetString(Alphabet, 24);

    /// <summary>256 bits, in characters that need no escape in an address or a header.</summary>
    public static string NewSecret() => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A name that says nothing and never comes again.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (rune == Rune.ReplacementChar) return false;
        return true;
    }
}
