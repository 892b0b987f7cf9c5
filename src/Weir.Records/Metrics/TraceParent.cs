using System.Buffers;
using System.Globalization;

namespace Weir.Records.Metrics;

/// <summary>The trace that a request belongs to: <c>traceparent: 00-&lt;32 hex trace id&gt;-&lt;16 hex&gt;-&lt;2 hex&gt;</c> (W3C Trace Context §3.2).</summary>
internal static class TraceParent
{
    private const int Length = 55;

    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>Zero, which is no valid trace id, when there is none or it does not follow the form.</summary>
    public static UInt128 Of(HttpMessage request)
    {
        foreach (var field in request.Headers)
        {
            var name = request[field.Name];
            if (name.Length == "traceparent".Length && System.Text.Ascii.EqualsIgnoreCase(name, "traceparent"u8)) return Parse(request[field.Value]);
        }

        return 0;
    }

    private static UInt128 Parse(ReadOnlySpan<byte> value)
    {
        // Later versions may be longer, with the same beginning (§4.3); 255 is no version.
        if (value.Length < Length || (value.Length > Length && (value[Length] != '-' || value.StartsWith("00"u8)))) return 0;
        if (value[2] != '-' || value[35] != '-' || value[52] != '-' || value.StartsWith("ff"u8)) return 0;
        // The fields are lower-case hexadecimal digits (§3.2.2.1), which parsing alone would not insist on.
        return value[3..35].IndexOfAnyExcept(s_hex) < 0
            && UInt128.TryParse(value[3..35], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
                ? id
                : 0;
    }
}
