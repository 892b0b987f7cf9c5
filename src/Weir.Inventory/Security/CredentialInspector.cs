using System.Buffers;
using System.Text;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Reading;
using Weir.Records;

namespace Weir.Inventory.Security;

/// <summary>What a call's credentials are worth. Holds nothing of them but the name of a role.</summary>
/// <param name="Kinds">What the Authorization field is; none without one.</param>
/// <param name="Unsigned">The token has no signature.</param>
/// <param name="WithoutExpiry">The token never expires.</param>
/// <param name="LongLived">The token is valid for more than five days from now on.</param>
/// <param name="KnownKey">The token is signed with a well-known key.</param>
/// <param name="ShortPassword">The password has fewer than eight characters.</param>
/// <param name="KnownPassword">The password is among the first that are guessed.</param>
/// <param name="Role">First role or scope that the token names.</param>
public readonly record struct CredentialVerdict(
    AuthKinds Kinds, bool Unsigned, bool WithoutExpiry, bool LongLived, bool KnownKey, bool ShortPassword, bool KnownPassword, string? Role);

/// <summary>
/// Judges credentials while they are there to be seen: redaction takes them out of an exchange. Whoever redacts asks before, and hands the
/// verdict to <see cref="EndpointCatalogue.Observe(Exchange, CredentialVerdict)"/>. Not thread-safe.
/// </summary>
public sealed class CredentialInspector
{
    private const int ShortestPassword = 8;

    private static readonly string[] s_knownPasswords =
        ["password", "password1", "password123", "12345678", "123456789", "1234567890", "qwertyuiop", "administrator", "changeme", "letmein1", "iloveyou", "welcome1", "trustno1", "sunshine", "football"];

    private readonly TokenInspector _tokens = new();
    private readonly char[] _value = new char[8 * 1024];

    public CredentialVerdict Inspect(Exchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        foreach (var field in exchange.Request.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(exchange.Request[field.Name], "authorization"u8)) continue;
            var bytes = exchange.Request[field.Value];
            if (bytes.Length > _value.Length || Ascii.ToUtf16(bytes, _value, out var length) != OperationStatus.Done) return new CredentialVerdict { Kinds = AuthKinds.Other };
            var kinds = HeaderNames.SchemeOf(_value.AsSpan(0, length), out var credentials);
            if ((kinds & AuthKinds.Basic) != 0) return Password(credentials) with { Kinds = kinds };
            if ((kinds & AuthKinds.Jwt) == 0 || !_tokens.TryInspect(credentials, exchange.StartedAtNs, out var token)) return new CredentialVerdict { Kinds = kinds };
            return new CredentialVerdict(kinds, token.Unsigned, token.WithoutExpiry, token.LongLived, token.KnownKey, false, false, token.Role);
        }

        return default;
    }

    private static CredentialVerdict Password(ReadOnlySpan<char> credentials)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (credentials.Length > 512 || !Convert.TryFromBase64Chars(credentials, bytes, out var length)) return default;
        var colon = bytes[..length].IndexOf((byte)':');
        if (colon < 0) return default;
        var password = bytes[(colon + 1)..length];
        var known = false;
        foreach (var one in s_knownPasswords) known |= Ascii.EqualsIgnoreCase(password, one);
        return new CredentialVerdict { KnownPassword = known, ShortPassword = password.Length < ShortestPassword };
    }
}
