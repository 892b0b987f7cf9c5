namespace Weir.Records.Credentials;

/// <summary>What is wrong with a token or password. A call may show several.</summary>
[Flags]
public enum CredentialFlaws : byte
{
    None = 0,
    /// <summary>A JSON Web Token without signature: its algorithm is "none" or missing (RFC 8725 §3.1).</summary>
    Unsigned = 1,
    /// <summary>A JSON Web Token that never expires.</summary>
    WithoutExpiry = 2,
    /// <summary>A JSON Web Token that is valid for more than five days after the call.</summary>
    LongLived = 4,
    /// <summary>A JSON Web Token signed with a key from a list of well-known ones (RFC 8725 §3.5).</summary>
    KnownKey = 8,
    /// <summary>A Basic password of fewer than eight characters.</summary>
    ShortPassword = 16,
    /// <summary>A Basic password among the first that are guessed.</summary>
    KnownPassword = 32,
}

/// <summary>What the Authorization field of a call is worth. Holds nothing of it but the name of a role.</summary>
/// <param name="Kinds">What the field is.</param>
/// <param name="Flaws">What is wrong with it.</param>
/// <param name="Role">First role or scope that a token names, where that is a plain word; null without.</param>
public readonly record struct CredentialVerdict(AuthKinds Kinds, CredentialFlaws Flaws = CredentialFlaws.None, string? Role = null)
{
    public bool Has(CredentialFlaws flaw) => (Flaws & flaw) != 0;
}
