using System.Buffers;
using System.Globalization;

namespace Weir.Records.Metrics;

/// <summary>The trace that a request belongs to: <c>traceparent: 00-&lt;32 hex trace id&gt;-&lt;16 hex&gt;-&lt;2 hex&gt;</c> (W3C Trace Context §3.2).</summary>
/// <param name="TraceId">Zero, which is no valid one, where there is none or the field does not follow the form.</param>
/// <param name="SpanId">Of whoever made the request; zero likewise.</param>
public readonly record struct TraceParent(UInt128 TraceId, ulong SpanId)
{
    private const int Length = 55;

    private static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    /// <summary>What the first field of that name says.</summary>
    public static TraceParent Of(HttpMessage request) => request.TryField("traceparent"u8, out var value) ? Parse(request[value]) : default;

    private static TraceParent Parse(ReadOnlySpan<byte> value)
    {
        // Later versions may be longer, with the same beginning (§4.3); 255 is no version.
        if (value.Length < Length || (value.Length > Length && (value[Length] != '-' || value.StartsWith("00"u8)))) return default;
        if (value[2] != '-' || value[35] != '-' || value[52] != '-' || value.StartsWith("ff"u8)) return default;
        // The fields are lower-case hexadecimal digits (§3.2.2.1), which parsing alone would not insist on.
        return value[3..35].IndexOfAnyExcept(s_hex) < 0 && value[36..52].IndexOfAnyExcept(s_hex) < 0
            && UInt128.TryParse(value[3..35], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace)
            && ulong.TryParse(value[36..52], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var span)
            && trace != 0 && span != 0
                ? new TraceParent(trace, span)
                : default;
    }
}
