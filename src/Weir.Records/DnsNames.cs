using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Weir.Records;

/// <summary>The names of DNS parameters (IANA, Domain Name System Parameters): what people write instead of numbers.</summary>
public static class DnsNames
{
    private static readonly FrozenDictionary<ushort, byte[]> s_types = new Dictionary<ushort, string>
    {
        [1] = "A", [2] = "NS", [5] = "CNAME", [6] = "SOA", [10] = "NULL", [12] = "PTR", [13] = "HINFO", [15] = "MX",
        [16] = "TXT", [17] = "RP", [18] = "AFSDB", [24] = "SIG", [25] = "KEY", [28] = "AAAA", [29] = "LOC", [33] = "SRV",
        [35] = "NAPTR", [36] = "KX", [37] = "CERT", [39] = "DNAME", [41] = "OPT", [42] = "APL", [43] = "DS", [44] = "SSHFP",
        [45] = "IPSECKEY", [46] = "RRSIG", [47] = "NSEC", [48] = "DNSKEY", [49] = "DHCID", [50] = "NSEC3",
        [51] = "NSEC3PARAM", [52] = "TLSA", [53] = "SMIMEA", [55] = "HIP", [59] = "CDS", [60] = "CDNSKEY",
        [61] = "OPENPGPKEY", [62] = "CSYNC", [63] = "ZONEMD", [64] = "SVCB", [65] = "HTTPS", [99] = "SPF", [108] = "EUI48",
        [109] = "EUI64", [249] = "TKEY", [250] = "TSIG", [251] = "IXFR", [252] = "AXFR", [253] = "MAILB", [254] = "MAILA",
        [255] = "ANY", [256] = "URI", [257] = "CAA", [32768] = "TA", [32769] = "DLV",
    }.ToFrozenDictionary(static type => type.Key, static type => Encoding.ASCII.GetBytes(type.Value));

    private static readonly FrozenDictionary<int, byte[]> s_responseCodes = new Dictionary<int, string>
    {
        [0] = "NOERROR", [1] = "FORMERR", [2] = "SERVFAIL", [3] = "NXDOMAIN", [4] = "NOTIMP", [5] = "REFUSED",
        [6] = "YXDOMAIN", [7] = "YXRRSET", [8] = "NXRRSET", [9] = "NOTAUTH", [10] = "NOTZONE", [11] = "DSOTYPENI",
        [16] = "BADVERS", [17] = "BADKEY", [18] = "BADTIME", [19] = "BADMODE", [20] = "BADNAME", [21] = "BADALG",
        [22] = "BADTRUNC", [23] = "BADCOOKIE",
    }.ToFrozenDictionary(static code => code.Key, static code => Encoding.ASCII.GetBytes(code.Value));

    private static readonly FrozenDictionary<string, ushort> s_typesByName =
        s_types.ToFrozenDictionary(static type => Encoding.ASCII.GetString(type.Value), static type => type.Key);

    /// <summary>Enough for any name that <see cref="Type"/> and <see cref="ResponseCode"/> make.</summary>
    public const int MaxNameBytes = 16;

    /// <summary>The mnemonic of a resource record type, else <c>TYPE</c> and its number (RFC 3597 §5).</summary>
    public static ReadOnlySpan<byte> Type(ushort type, Span<byte> scratch) =>
        s_types.TryGetValue(type, out var name) ? name : Numbered("TYPE"u8, type, scratch);

    /// <summary>The mnemonic of a response code, else <c>RCODE</c> and its number.</summary>
    public static ReadOnlySpan<byte> ResponseCode(int code, Span<byte> scratch) =>
        s_responseCodes.TryGetValue(code, out var name) ? name : Numbered("RCODE"u8, code, scratch);

    public static bool TryParseType(ReadOnlySpan<byte> text, out ushort type)
    {
        Span<char> chars = stackalloc char[MaxNameBytes];
        type = 0;
        if (text.Length > chars.Length) return false;
        chars = chars[..Encoding.Latin1.GetChars(text, chars)];
        if (s_typesByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars, out type)) return true;
        return text.StartsWith("TYPE"u8) && ushort.TryParse(text[4..], NumberStyles.None, CultureInfo.InvariantCulture, out type);
    }

    private static ReadOnlySpan<byte> Numbered(ReadOnlySpan<byte> prefix, int number, Span<byte> scratch)
    {
        prefix.CopyTo(scratch);
        number.TryFormat(scratch[prefix.Length..], out var digits, default, CultureInfo.InvariantCulture);
        return scratch[..(prefix.Length + digits)];
    }
}
