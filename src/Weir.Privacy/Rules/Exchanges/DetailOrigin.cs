namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Where in an exchange a detail comes from.</summary>
internal enum DetailPlace : byte
{
    Method,
    Url,
    Status,
    RequestHeader,
    RequestTrailer,
    ResponseHeader,
    ResponseTrailer,
    QueryParameter,
    FormField,
    RequestBody,
    ResponseBody,
    /// <summary>gRPC messages as JSON.</summary>
    RequestJson,
    ResponseJson,
    WebSocketMessage,
    WebSocketCloseReason,
    SessionField,
    /// <summary><c>now</c> and <c>interval</c>: rules may look at them, but a record is nothing without its time.</summary>
    Time,
}

/// <param name="Place">Which part.</param>
/// <param name="Index">Which of several.</param>
/// <param name="Key">The detail's key.</param>
/// <param name="Value">Its value before rules.</param>
internal readonly record struct DetailOrigin(DetailPlace Place, int Index, string Key, string Value);
