using System.Globalization;
using System.Text;
using static Weir.Testing.WebSocketWire;

namespace Weir.Testing.Corpus;

/// <summary>The generated captures of WebSockets, event streams and GraphQL. Each folder's NOTES.md says what is expected.</summary>
public static class LastingCorpus
{
    /// <summary>"hello hello hello", then "hello again" with the window kept; made once, because compressors differ.</summary>
    private const string FirstDeflated = "ca48cdc9c957c840900000";

    private const string SecondDeflated = "823013d31333f30000";

    public static IReadOnlyList<CorpusCase> Cases { get; } =
    [
        new("websocket", "chat", Chat().Frames),
        new("websocket", "deflate", Deflate().Frames),
        new("websocket", "gap", Gap().Frames),
        new("eventstream", "ticker", Ticker().Frames),
        new("graphql", "operations", GraphQl().Frames),
    ];

    private static TcpConversation Talk() =>
        new TcpConversation("10.0.0.1:40000", "10.0.0.2:8080") { AcknowledgeData = true }.Handshake();

    private static TcpConversation Chat() => Talk().FromClient(Request).FromServer(Answer())
        .FromClient(Text(true, "hello")).FromServer(Text(false, "wörld"))
        .FromClient(Frame(true, 9, "are you there"u8)).FromServer(Frame(false, 10, "are you there"u8))
        .FromServer(Frame(false, 2, [0, 1, 2, 3, 255]))
        .FromClient([.. Frame(true, 1, "one "u8, final: false), .. Frame(true, 9, []), .. Frame(true, 0, "two"u8)])
        .FromServer(Frame(false, 10, [])).FromServer(Text(false, new string('y', 3000)))
        .FromClient(Close(true, 1000, "done")).FromServer(Close(false, 1000, "done")).Close();

    private static TcpConversation Deflate() => Talk().FromClient(Request).FromServer(Answer("permessage-deflate"))
        .FromServer(Frame(false, 1, Convert.FromHexString(FirstDeflated), reserved: 4))
        .FromServer(Frame(false, 1, Convert.FromHexString(SecondDeflated), reserved: 4))
        .FromClient(Text(true, "not compressed")).FromClient(Close(true, 1001)).FromServer(Close(false, 1001)).Close();

    private static TcpConversation Gap()
    {
        var cut = Text(true, "0123456789");
        return Talk().FromClient(Request).FromServer(Answer()).FromClient(Text(true, "before"))
            .FromClient(cut.AsSpan(0, cut.Length - 6)).LoseFromClient(4).FromClient(cut.AsSpan(cut.Length - 2)).FromClient(Text(true, "after a hole in a message"))
            .LoseFromClient(500).FromClient(Text(true, "first")).FromClient(Text(true, "second")).FromClient(Text(true, "third"))
            .FromClient(Text(true, "certain again")).FromServer(Text(false, "unharmed"))
            .FromClient(Close(true, 1000)).FromServer(Close(false, 1000)).Close();
    }

    private static TcpConversation Ticker() => Talk()
        .FromClient("GET /ticks HTTP/1.1\r\nHost: prices:8080\r\nAccept: text/event-stream\r\n\r\n")
        .FromServer("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n")
        .FromServer(Chunk(": welcome\n\n")).FromServer(Chunk("event: tick\nda")).FromServer(Chunk("ta: 1\n\ndata: 2\r"))
        .FromServer(Chunk("\n\r\nid: 7\n\n")).FromServer(Chunk("data\n\ndata: cut off"))
        .FromServer("0\r\n\r\n").Close();

    private static TcpConversation GraphQl()
    {
        string[] bodies =
        [
            """{"query":"query GetOrder($id: ID!) { order(id: $id) { id lines { sku } } }","variables":{"id":17},"operationName":"GetOrder"}""",
            """{"operationName":null,"variables":{},"query":"mutation { renamed: cancelOrder(id: 17) { ok } }"}""",
            """[{"query":"{ a }"},{"query":"query Second { ...F } fragment F on Query { b }"}]""",
            """{"operationName":"Known","extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}""",
        ];
        var talk = Talk();
        foreach (var body in bodies)
        {
            talk.FromClient(string.Create(CultureInfo.InvariantCulture,
                    $"POST /graphql HTTP/1.1\r\nHost: api:8080\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"))
                .FromServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"data\":{}}");
        }

        return talk.FromClient("GET /graphql?query=%7B%20me%20%7B%20name%20%7D%20%7D HTTP/1.1\r\nHost: api:8080\r\n\r\n")
            .FromServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"data\":{}}").Close();
    }

    private static string Chunk(string data) =>
        string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(data):x}\r\n{data}\r\n");
}
