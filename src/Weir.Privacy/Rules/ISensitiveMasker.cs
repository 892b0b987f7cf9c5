namespace Weir.Privacy.Rules;

/// <summary>
/// Replaces what is sensitive in one detail of a message. The rule <c>mask_sensitive</c> calls it; detection decides what is
/// sensitive and how the mask looks.
/// </summary>
public interface ISensitiveMasker
{
    /// <summary>Looks for sensitive data in one value.</summary>
    /// <param name="key">The detail's key in lower case, such as <c>request_header:cookie</c> or <c>response_body</c>; it tells the
    /// place and, after the colon, the name, which is itself a hint (<c>authorization</c>, <c>password</c>).</param>
    /// <param name="value">The value as decoded text.</param>
    /// <param name="masked">The value with every sensitive part replaced; <paramref name="value"/> itself when the result is false.
    /// Masking twice gives the same text as masking once.</param>
    /// <returns>Whether anything was replaced.</returns>
    bool Mask(ReadOnlySpan<char> key, string value, out string masked);
}
