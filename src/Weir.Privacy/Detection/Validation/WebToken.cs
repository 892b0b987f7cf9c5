using System.Buffers;
using System.Buffers.Text;

namespace Weir.Privacy.Detection.Validation;

/// <summary>JSON Web Tokens (RFC 7519) in their compact forms: signed with three parts, encrypted with five.</summary>
internal static class WebToken
{
    private const int MaxHeaderBytes = 1024;

    private static readonly SearchValues<byte> s_compact =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-."u8);

    /// <summary>Bytes of the token that the text begins with; 0 when it is none.</summary>
    /// <param name="text">Begins with <c>eyJ</c>, which is <c>{"</c> in base64url.</param>
    /// <param name="cut">The text may go on behind its end.</param>
    public static int Length(ReadOnlySpan<byte> text, bool cut)
    {
        var length = Chars.Run(text, s_compact);
        var token = text[..length];
        var dot = token.IndexOf((byte)'.');
        if (dot < 0) return cut && length == text.Length ? length : 0;
        return HasAlgorithm(token[..dot]) ? token.TrimEnd((byte)'.').Length : 0;
    }

    private static bool HasAlgorithm(ReadOnlySpan<byte> header)
    {
        if (header.Length > MaxHeaderBytes) return false;
        Span<byte> json = stackalloc byte[MaxHeaderBytes];
        return Base64Url.DecodeFromUtf8(header, json, out _, out var written, isFinalBlock: true) == OperationStatus.Done
               && (json[..written].IndexOf("\"alg\""u8) >= 0 || json[..written].IndexOf("\"enc\""u8) >= 0);
    }
}
