namespace Weir.Records.Credentials;

/// <summary>With what a call says who it is. A call may carry several.</summary>
[Flags]
public enum AuthKinds : ushort
{
    None = 0,
    Basic = 1,
    Bearer = 2,
    /// <summary>A bearer token that is a JSON Web Token; comes with <see cref="Bearer"/>.</summary>
    Jwt = 4,
    Digest = 8,
    /// <summary>AWS signature (SigV4).</summary>
    Aws = 16,
    /// <summary>A header that carries a key.</summary>
    ApiKeyHeader = 32,
    /// <summary>A query parameter that carries a key or token.</summary>
    ApiKeyQuery = 64,
    /// <summary>A cookie that carries a session.</summary>
    Session = 128,
    /// <summary>Negotiate or NTLM.</summary>
    Negotiate = 256,
    /// <summary>An Authorization header of another scheme.</summary>
    Other = 512,
}
