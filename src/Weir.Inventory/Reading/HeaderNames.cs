using System.Collections.Frozen;

namespace Weir.Inventory.Reading;

/// <summary>Tells header fields that belong to an API from those that every client and proxy sends, and names that carry keys.</summary>
internal static class HeaderNames
{
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_common = new[]
    {
        "host", "connection", "user-agent", "accept", "accept-encoding", "accept-language", "accept-charset", "content-type", "content-length", "content-encoding",
        "cookie", "authorization", "referer", "origin", "forwarded", "via", "traceparent", "tracestate", "baggage", "cache-control", "pragma", "range", "te",
        "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "dnt", "keep-alive", "expect", "priority", "http2-settings", "date", "from",
        "proxy-connection", "proxy-authorization", "x-real-ip", "x-request-id", "x-correlation-id", "request-id", "x-amzn-trace-id", "x-cloud-trace-context", "uber-trace-id",
        "b3", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "x-client-ip", "true-client-ip", "cdn-loop", "x-envoy-attempt-count", "x-ot-span-context",
        "max-forwards", "x-http2-scheme", "content-md5", "digest", "content-language", "content-disposition", "save-data", "device-memory", "rtt", "downlink",
    }.ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] s_commonStarts = ["sec-", "if-", "x-forwarded-", "x-b3-", "x-envoy-", "cf-", "access-control-request-", ":", "x-datadog-", "x-istio-"];

    private static readonly string[] s_keys = ["apikey", "accesskey", "authtoken", "accesstoken", "sessiontoken", "xtoken", "xauth", "secretkey", "subscriptionkey", "passkey", "appkey", "clientsecret"];

    /// <param name="name">In lower case.</param>
    public static bool IsCommon(ReadOnlySpan<char> name)
    {
        if (s_common.Contains(name)) return true;
        foreach (var start in s_commonStarts)
            if (name.StartsWith(start)) return true;
        return false;
    }

    /// <summary>A header or query parameter that carries a key, by its name without joints.</summary>
    public static bool IsKey(ReadOnlySpan<char> name)
    {
        if (name.Length is < 4 or > 48) return false;
        Span<char> plain = stackalloc char[name.Length];
        var length = 0;
        foreach (var c in name)
            if (c is not ('-' or '_' or '.')) plain[length++] = char.ToLowerInvariant(c);
        foreach (var key in s_keys)
            if (plain[..length].IndexOf(key) >= 0) return true;
        return false;
    }

    /// <summary>A query parameter that carries a key, a token, a password or a signature.</summary>
    public static bool IsSecretParameter(ReadOnlySpan<char> name) => IsKey(name)
        || name is "token" or "access_token" or "id_token" or "refresh_token" or "password" or "passwd" or "pwd" or "secret" or "api_token" or "auth" or "jwt" or "session" or "sessionid" or "session_id" or "sid";

    /// <summary>A cookie that carries a session, by its name.</summary>
    public static bool IsSession(ReadOnlySpan<char> name) =>
        name.Contains("sess", StringComparison.OrdinalIgnoreCase) || name.Contains("auth", StringComparison.OrdinalIgnoreCase) || name.Contains("token", StringComparison.OrdinalIgnoreCase)
        || name.Contains("jwt", StringComparison.OrdinalIgnoreCase) || name.Equals("sid", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".sid", StringComparison.OrdinalIgnoreCase)
        || name.Equals("remember_me", StringComparison.OrdinalIgnoreCase);
}
