namespace Weir.Export.GoReplay;

public enum GorRecordType : byte
{
    Request = 1,
    /// <summary>The response that was captured.</summary>
    Response = 2,
    /// <summary>The response to a request that was sent again.</summary>
    ReplayedResponse = 3,
}

/// <summary>One message of a .gor file: a line <c>TYPE ID TIMESTAMP LATENCY</c> and the bytes of the message.</summary>
/// <param name="Type">What the payload is.</param>
/// <param name="Id">24 or 40 hex digits; the same on request and response.</param>
/// <param name="TimestampNs">First byte of the message, Unix nanoseconds.</param>
/// <param name="LatencyNs">Nanoseconds from request to response; 0 on requests.</param>
/// <param name="Payload">The message as it is sent over HTTP/1.</param>
public sealed record GorRecord(GorRecordType Type, string Id, long TimestampNs, long LatencyNs, byte[] Payload);

/// <summary>The framing of .gor files, docs/formats/gor.md.</summary>
public static class GorFormat
{
    /// <summary>Line feed, three monkeys (see, hear, speak no evil: U+1F435 U+1F648 U+1F649), line feed.</summary>
    public static ReadOnlySpan<byte> Separator => "\n\U0001F435\U0001F648\U0001F649\n"u8;
}
