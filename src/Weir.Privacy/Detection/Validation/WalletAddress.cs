using System.Buffers;
using System.Security.Cryptography;

namespace Weir.Privacy.Detection.Validation;

/// <summary>Bitcoin addresses and private keys in Base58Check, and Ethereum addresses.</summary>
internal static class WalletAddress
{
    public const int MinLength = 26;
    public const int MaxLength = 52;

    private const int MaxBytes = 40;

    private static readonly SearchValues<byte> s_ones = SearchValues.Create("1"u8);

    private static ReadOnlySpan<byte> Alphabet => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8;

    /// <param name="token">A run of letters and digits.</param>
    /// <param name="isPrivate">It is a key in wallet import format (version 0x80), not an address.</param>
    public static bool IsValid(ReadOnlySpan<byte> token, out bool isPrivate)
    {
        isPrivate = token.Length is 51 or 52 && token[0] is (byte)'5' or (byte)'K' or (byte)'L';
        if (token.Length == 42 && token[0] == '0' && token[1] == 'x') return !token[2..].ContainsAnyExcept(Chars.Hex);
        if (!isPrivate && !(token.Length is >= 26 and <= 35 && token[0] is (byte)'1' or (byte)'3')) return false;
        Span<byte> bytes = stackalloc byte[MaxBytes];
        var length = Decode(token, bytes);
        if (length is not (25 or 37 or 38)) return false;
        var payload = bytes[^length..];
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(payload[..^4], hash);
        SHA256.HashData(hash, hash);
        return hash[..4].SequenceEqual(payload[^4..]) && (!isPrivate || payload[0] == 0x80);
    }

    /// <summary>Base58 into the end of the buffer; leading ones are zero bytes.</summary>
    private static int Decode(ReadOnlySpan<byte> token, Span<byte> bytes)
    {
        bytes.Clear();
        var used = 0;
        foreach (var c in token)
        {
            var carry = Alphabet.IndexOf(c);
            if (carry < 0) return 0;
            for (var i = 0; i < used || carry > 0; i++)
            {
                if (i == bytes.Length) return 0;
                carry += bytes[bytes.Length - 1 - i] * 58;
                bytes[bytes.Length - 1 - i] = (byte)carry;
                carry >>= 8;
                if (i >= used) used = i + 1;
            }
        }

        return Math.Min(bytes.Length, used + Chars.Run(token, s_ones));
    }
}
