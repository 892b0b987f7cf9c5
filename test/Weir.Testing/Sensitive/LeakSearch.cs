using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Weir.Testing.Sensitive;

/// <summary>Looks for a secret in output bytes, in the forms that outputs and protocols give it.</summary>
public static class LeakSearch
{
    /// <summary>The form in which the secret is there; null when it is not.</summary>
    public static string? Find(ReadOnlySpan<byte> output, string secret)
    {
        foreach (var (form, text) in Forms(secret))
            if (text.Length > 0 && output.IndexOf(text) >= 0) return form;
        return null;
    }

    private static IEnumerable<(string Form, byte[] Text)> Forms(string secret)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        yield return ("plain", plain);
        yield return ("percent-encoded", Encoding.ASCII.GetBytes(Uri.EscapeDataString(secret)));
        yield return ("JSON string", JsonSerializer.SerializeToUtf8Bytes(secret)[1..^1]);
        yield return ("JSON escapes", Encoding.ASCII.GetBytes(string.Concat(secret.Select(c => $"\\u{(int)c:x4}"))));
        yield return ("UTF-16", Encoding.Unicode.GetBytes(secret));
        if (plain.Length < 9) yield break;
        // Base64 of the secret anywhere in a longer text: three alignments, without the characters that neighbours change.
        for (var shift = 0; shift < 3; shift++)
        {
            var inner = plain[((3 - shift) % 3)..];
            inner = inner[..(inner.Length / 3 * 3)];
            yield return ("base64", Encoding.ASCII.GetBytes(Convert.ToBase64String(inner)));
            yield return ("base64url", Encoding.ASCII.GetBytes(Base64Url.EncodeToString(inner)));
        }
    }
}
