namespace Weir.Protocols.Http2.Hpack;

/// <summary>RFC 7541 Appendix A. Indices count from 1.</summary>
internal static class HpackStaticTable
{
    public const int Count = 61;

    /// <summary>Indices of the pseudo-header fields: requests use 1 to 7, responses 8 to 14.</summary>
    public const int FirstStatus = 8;

    public const int LastStatus = 14;

    private static readonly (byte[] Name, byte[] Value)[] s_entries =
    [
        .. new (string Name, string Value)[]
        {
            (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
            (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
            (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
            ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
            ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
            ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
            ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
            ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""),
            ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""),
            ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
            ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""),
            ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
            ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
        }.Select(entry => (System.Text.Encoding.ASCII.GetBytes(entry.Name), System.Text.Encoding.ASCII.GetBytes(entry.Value))),
    ];

    public static ReadOnlySpan<byte> Name(int index) => s_entries[index - 1].Name;

    public static ReadOnlySpan<byte> Value(int index) => s_entries[index - 1].Value;
}
