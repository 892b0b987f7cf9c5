namespace Weir.Packets;

/// <summary>
/// How it is known which socket a TLS session belongs to. Names on the record: <c>none</c>, <c>fingerprint</c>, <c>declared</c>,
/// <c>nested</c>. All but the first are proof; weaker hints are not used.
/// </summary>
public enum TlsBinding : byte
{
    /// <summary>It is not: the plaintext is without addresses.</summary>
    None,
    /// <summary>The library took from memory the very bytes that this socket had received.</summary>
    Fingerprint,
    /// <summary>The application gave the socket to the library.</summary>
    Declared,
    /// <summary>The library used the socket while it was being called.</summary>
    Nested,
}

/// <summary>Says that a segment is plaintext, seen inside a TLS library. Immutable and shared by all segments of a session.</summary>
/// <param name="Library">Whose: <c>openssl</c>, <c>gnutls</c>, <c>go</c>.</param>
/// <param name="Binding">How its addresses are known.</param>
public sealed record SegmentTls(string Library, TlsBinding Binding);
