using Weir.Records;

namespace Weir.Records.Metrics;

/// <summary>How a call ended, in the classes of HTTP status codes (RFC 9110 §15).</summary>
internal enum CallClass : byte
{
    /// <summary>No response was seen.</summary>
    None,
    Informational,
    Success,
    Redirection,
    ClientError,
    ServerError,
}

internal static class CallClasses
{
    public static readonly string[] Names = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

    public static CallClass Of(Exchange exchange)
    {
        if (!exchange.HasResponse) return CallClass.None;
        if (exchange.Dns.Present) return OfDns(exchange.Response.Status);
        if (exchange.Grpc is { Present: true, Status: >= 0 and var status }) return OfGrpc(status);
        return exchange.Response.Status switch
        {
            < 100 => CallClass.None,
            < 200 => CallClass.Informational,
            < 300 => CallClass.Success,
            < 400 => CallClass.Redirection,
            < 500 => CallClass.ClientError,
            // RFC 9110 §15: a client treats codes outside 100 to 599 as 5xx.
            _ => CallClass.ServerError,
        };
    }

    /// <summary>google/rpc/code.proto, the HTTP mapping beside each code.</summary>
    private static CallClass OfGrpc(int status) => status switch
    {
        0 => CallClass.Success,
        1 or 3 or 5 or 6 or 7 or 8 or 9 or 10 or 11 or 16 => CallClass.ClientError,
        _ => CallClass.ServerError,
    };

    /// <summary>RFC 1035 §4.1.1: what the asker did wrong, or asked for in vain, against what the server could not do.</summary>
    private static CallClass OfDns(int code) => code switch
    {
        0 => CallClass.Success,
        1 or 3 or 5 or 6 or 7 or 8 or 9 or 10 => CallClass.ClientError,
        _ => CallClass.ServerError,
    };
}
