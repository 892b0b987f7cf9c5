using Weir.Packets;

namespace Weir.Records.Json;

/// <summary>
/// <c>"tls":{"library","binding"}</c>: the call was read inside a TLS library, and how the addresses are known. Left out where it came
/// plain. With the binding <c>none</c> both addresses are <c>::</c>.
/// </summary>
internal static class TlsJson
{
    public static void Write(ref JsonOutput json, SegmentTls? tls)
    {
        if (tls is null) return;
        json.Raw(",\"tls\":{\"library\":"u8);
        json.Text(tls.Library);
        json.Raw(",\"binding\":\""u8);
        json.Raw(WireNames.Utf8(tls.Binding));
        json.Raw("\"}"u8);
    }

    public static bool Read(ref JsonCursor cursor, Exchange exchange)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"tls\"")) return false;
        string? library = null;
        var binding = TlsBinding.None;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "library" => cursor.RequiredString(out library),
                "binding" => cursor.ExpectString() && (WireNames.TryParse(cursor.Utf8Value, out binding) || cursor.Fail("\"binding\" is unknown")),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        exchange.Tls = new SegmentTls(library ?? "unknown", binding);
        return true;
    }
}
