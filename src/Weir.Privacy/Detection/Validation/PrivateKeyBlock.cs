namespace Weir.Privacy.Detection.Validation;

/// <summary>Private keys in textual encodings: PEM (RFC 7468), OpenSSH, PGP and PuTTY.</summary>
internal static class PrivateKeyBlock
{
    private const int MaxLabelBytes = 64;

    /// <summary>Bytes of the block that the text begins with, to its end line or to the end of the text; 0 when it holds no private key.</summary>
    /// <param name="text">Begins with <c>-----BEGIN </c> or with PuTTY's first line.</param>
    public static int Length(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("PuTTY"u8)) return text.Length;
        var label = text["-----BEGIN "u8.Length..];
        label = label[..Math.Min(label.Length, MaxLabelBytes)];
        var dashes = label.IndexOf("-----"u8);
        if (dashes >= 0) label = label[..dashes];
        if (label.IndexOf("PRIVATE KEY"u8) < 0) return 0;
        var end = text.IndexOf("-----END "u8);
        if (end < 0) return text.Length;
        var tail = text[(end + 9)..].IndexOf("-----"u8);
        return tail < 0 ? text.Length : end + 9 + tail + 5;
    }
}
