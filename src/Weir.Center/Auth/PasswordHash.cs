using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Center.Auth;

/// <summary>
/// PBKDF2 with HMAC-SHA512 (RFC 8018 §5.2), written as <c>pbkdf2-sha512$1$ROUNDS$SALT$HASH</c>: name, version, rounds, and 16 and 64 bytes in
/// base64. Other functions or rounds get another prefix, and old hashes are replaced at the next login.
/// </summary>
internal static class PasswordHash
{
    /// <summary>OWASP Password Storage Cheat Sheet: at least 210 000 for HMAC-SHA512.</summary>
    public const int Rounds = 210_000;

    private const string Prefix = "pbkdf2-sha512$1$";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    /// <summary>More would only serve to keep a core busy; a stored hash with more is a damaged one.</summary>
    private const int MaxRounds = 10_000_000;

    public static string Create(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, rounds))}");
    }

    /// <summary>Is that of no password, and takes as long to find out.</summary>
    public static string OfNobody(int rounds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{rounds}${Convert.ToBase64String(RandomNumberGenerator.GetBytes(SaltBytes))}${Convert.ToBase64String(RandomNumberGenerator.GetBytes(HashBytes))}");

    /// <summary>Takes as long for a wrong password as for the right one.</summary>
    public static bool Verify(string password, string stored) =>
        TryRead(stored, out var rounds, out var salt, out var hash) && CryptographicOperations.FixedTimeEquals(Derive(password, salt, rounds), hash);

    /// <summary>Whether it was made otherwise than <see cref="Create"/> makes it now.</summary>
    public static bool IsOld(string stored, int rounds) => !TryRead(stored, out var has, out _, out _) || has != rounds;

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        // The same letters in another composition are the same password (RFC 8265 §4.2).
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)), salt, rounds, HashAlgorithmName.SHA512, HashBytes);

    private static bool TryRead(string stored, out int rounds, out byte[] salt, out byte[] hash)
    {
        (rounds, salt, hash) = (0, [], []);
        if (!stored.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var parts = stored[Prefix.Length..].Split('$');
        if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out rounds) || rounds is 0 or > MaxRounds) return false;
        (salt, hash) = (new byte[SaltBytes], new byte[HashBytes]);
        return Convert.TryFromBase64String(parts[1], salt, out var saltLength) && saltLength == SaltBytes
            && Convert.TryFromBase64String(parts[2], hash, out var hashLength) && hashLength == HashBytes;
    }
}
