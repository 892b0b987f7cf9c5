using System.Security.Cryptography;
using System.Text;

namespace Weir.Center.Probes;

/// <summary>
/// The tokens that probes may show. Kept as hashes and compared in constant time, all of them each time, so that the time of an answer
/// tells nothing.
/// </summary>
public sealed class ProbeTokens(IEnumerable<string> tokens)
{
    private const string Scheme = "Bearer ";

    private volatile byte[][] _hashes = Hash(tokens);

    public bool IsEmpty => _hashes.Length == 0;

    /// <summary>Takes others from now on; streams under way go on.</summary>
    public void Replace(IEnumerable<string> tokens) => _hashes = Hash(tokens);

    /// <summary>Whether the header is that of a known token; true of any when there are none.</summary>
    public bool Accept(string? authorization)
    {
        var hashes = _hashes;
        if (hashes.Length == 0) return true;
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) != true) return false;
        var shown = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        var known = false;
        foreach (var hash in hashes) known |= CryptographicOperations.FixedTimeEquals(hash, shown);
        return known;
    }

    private static byte[][] Hash(IEnumerable<string> tokens) =>
        [.. tokens.Where(token => token.Length > 0).Select(token => SHA256.HashData(Encoding.UTF8.GetBytes(token)))];
}
