using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http1;

/// <summary>HTTP/0.9, 1.0 and 1.1 (RFC 9112).</summary>
public sealed class Http1Protocol : IProtocol
{
    private const int MaxFirstLineBytes = 4096;

    public string Name => "http1";

    public Recognition Recognize(ReadOnlySpan<byte> firstBytes)
    {
        // RFC 9112 §2.2: an empty line before the request line is to be ignored.
        var bytes = firstBytes.TrimStart("\r\n"u8);
        if (bytes.IsEmpty) return firstBytes.Length < MaxFirstLineBytes ? Recognition.Undecided : Recognition.No;
        var response = Http1Syntax.ClassifyResponse(bytes);
        if (response == Recognition.Response) return response;
        if (bytes.Length > 8 && BeginsPlainly(bytes)) return Recognition.Request;
        var request = Http1Syntax.ClassifyRequest(bytes, MaxFirstLineBytes);
        if (request == Recognition.No && IsUnusual(bytes)) return Recognition.Request;
        return request == Recognition.No ? response : request;
    }

    public IConversation Open(Connection connection, Direction client, IExchangeSink sink)
    {
        var host = sink as ConversationHost ?? new ConversationHost(sink, ConversationOptions.Default);
        return host.RentHttp1().Start(connection, client);
    }

    /// <summary>A registered method and an absolute path, the line not yet ended: no need to wait for a long target.</summary>
    private static bool BeginsPlainly(ReadOnlySpan<byte> bytes)
    {
        var space = bytes.IndexOf((byte)' ');
        return space > 0 && space + 1 < bytes.Length && bytes[space + 1] == '/' && Http1Methods.IsKnown(bytes[..space])
            && !bytes.Contains((byte)'\n');
    }

    private static bool IsUnusual(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0) return false;
        var line = Http1Syntax.TrimCarriageReturn(bytes[..end]);
        return Http1Syntax.IsSimpleRequest(line) || Http1Syntax.IsFlawedRequestLine(line);
    }
}
