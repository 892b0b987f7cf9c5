using System.Buffers;
using System.Text;

namespace Weir.Records.Credentials;

/// <summary>
/// Judges credentials while they are there to be seen: whoever masks an exchange asks before, and leaves the verdict with it
/// (<see cref="Exchange.Credentials"/>). Not thread-safe. Allocates only for tokens not seen lately.
/// </summary>
public sealed class CredentialInspector
{
    private const int ShortestPassword = 8;

    private static readonly string[] s_knownPasswords =
        ["password", "password1", "password123", "12345678", "123456789", "1234567890", "qwertyuiop", "administrator", "changeme", "letmein1", "iloveyou", "welcome1", "trustno1", "sunshine", "football"];

    private readonly TokenInspector _tokens = new();
    private readonly char[] _value = new char[8 * 1024];

    /// <summary>Null when the request has no Authorization field.</summary>
    public CredentialVerdict? Inspect(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (!exchange.Request.TryField("authorization"u8, out var value)) return null;
        var bytes = exchange.Request[value];
        if (bytes.Length > _value.Length || Ascii.ToUtf16(bytes, _value, out var length) != OperationStatus.Done) return new CredentialVerdict(AuthKinds.Other);
        var kinds = AuthScheme.Of(_value.AsSpan(0, length), out var credentials);
        if ((kinds & AuthKinds.Basic) != 0) return new CredentialVerdict(kinds, Password(credentials));
        if ((kinds & AuthKinds.Jwt) == 0 || !_tokens.TryInspect(credentials, exchange.StartedAtNs, out var flaws, out var role)) return new CredentialVerdict(kinds);
        return new CredentialVerdict(kinds, flaws, role);
    }

    private static CredentialFlaws Password(ReadOnlySpan<char> credentials)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (credentials.Length > 512 || !Convert.TryFromBase64Chars(credentials, bytes, out var length)) return CredentialFlaws.None;
        var colon = bytes[..length].IndexOf((byte)':');
        if (colon < 0) return CredentialFlaws.None;
        var password = bytes[(colon + 1)..length];
        var flaws = password.Length < ShortestPassword ? CredentialFlaws.ShortPassword : CredentialFlaws.None;
        foreach (var one in s_knownPasswords)
            if (Ascii.EqualsIgnoreCase(password, one)) flaws |= CredentialFlaws.KnownPassword;
        return flaws;
    }
}
