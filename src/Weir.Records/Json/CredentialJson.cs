using Weir.Records.Credentials;
using static Weir.Records.Json.ExchangeJsonReader;

namespace Weir.Records.Json;

/// <summary>
/// <c>"credentials":{"kinds":["bearer","jwt"],"flaws":["without_expiry"],"role":"admin"}</c>: what the Authorization field was worth, judged
/// before it was masked. Left out where there was none, or nobody looked.
/// </summary>
internal static class CredentialJson
{
    public static void Write(ref JsonOutput json, CredentialVerdict? credentials)
    {
        if (credentials is not { } verdict) return;
        json.Raw(",\"credentials\":{\"kinds\":["u8);
        var first = true;
        foreach (var (bit, _, utf8) in CredentialNames.Kinds)
            if ((verdict.Kinds & bit) != 0) Name(ref json, utf8, ref first);
        json.Raw((byte)']');
        if (verdict.Flaws != CredentialFlaws.None)
        {
            json.Raw(",\"flaws\":["u8);
            first = true;
            foreach (var (bit, _, utf8) in CredentialNames.Flaws)
                if (verdict.Has(bit)) Name(ref json, utf8, ref first);
            json.Raw((byte)']');
        }

        PeerJson.Optional(ref json, ",\"role\":"u8, verdict.Role);
        json.Raw((byte)'}');
    }

    public static bool Read(ref JsonCursor cursor, Exchange exchange)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"credentials\"")) return false;
        var (kinds, flaws, role) = (AuthKinds.None, CredentialFlaws.None, (string?)null);
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "kinds" => ReadKinds(ref cursor, ref kinds),
                "flaws" => ReadFlaws(ref cursor, ref flaws),
                "role" => cursor.String(out role),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return Do(exchange.Credentials = new CredentialVerdict(kinds, flaws, role));
    }

    private static bool ReadKinds(ref JsonCursor cursor, ref AuthKinds kinds)
    {
        if (!cursor.ExpectArray("\"kinds\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectString()) return false;
            kinds |= CredentialNames.KindOf(cursor.Utf8Value);
        }

        return true;
    }

    private static bool ReadFlaws(ref JsonCursor cursor, ref CredentialFlaws flaws)
    {
        if (!cursor.ExpectArray("\"flaws\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectString()) return false;
            flaws |= CredentialNames.FlawOf(cursor.Utf8Value);
        }

        return true;
    }

    private static void Name(ref JsonOutput json, ReadOnlySpan<byte> name, ref bool first)
    {
        json.Raw(first ? "\""u8 : ",\""u8);
        json.Raw(name);
        json.Raw((byte)'"');
        first = false;
    }
}
