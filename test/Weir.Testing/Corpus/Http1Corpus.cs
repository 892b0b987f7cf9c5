using Weir.Packets;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.Testing.Corpus;

/// <summary>The generated HTTP/1 captures. Each folder's NOTES.md says what it shows and what is expected.</summary>
public static class Http1Corpus
{
    /// <summary>A JSON body in gzip, made once and kept as bytes because compressors differ.</summary>
    private const string GzippedReport =
        "1f8b08000000000002035dcf390a80301445d1adc8ab031ae7642b62212868e140142c247b37207c7db687dbdc0b5b778c"
        + "b088ddb0adeed8630305b79e3b6c7361ea611385a59b87d0048e1278f5b826d7e229792a9e9167e239792e5e9017e22579"
        + "295e9157e235792d6ec8cdfbc5c3fa73fc5b0ecfadbf01cafa61d042010000";

    public static IReadOnlyList<CorpusCase> Cases { get; } =
    [
        Case("keep-alive-json", Talk().FromClient(Get("/orders/17?page=2")).FromServer(Ok("/orders/17"))
            .FromClient(Post("/orders", """{"product":3,"count":2}""")).FromServer(Ok("/orders")).Close()),
        Case("pipelining", Talk().FromClient(Get("/a") + Get("/b") + Get("/c")).FromServer(Ok("/a") + Ok("/b"))
            .FromServer(Ok("/c")).Close()),
        Case("chunked-trailers", Chunked()),
        Case("no-body-responses", NoBodies()),
        Case("continue", Continue()),
        Case("gzip-body", Gzip()),
        Case("close-delimited", Talk().FromClient("GET /old HTTP/1.0\r\n\r\n")
            .FromServer("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + Body("/old")).ServerFin().ClientFin()),
        Case("disordered", Disordered()),
        Case("gap-in-body", GapInBody()),
        Case("gap-over-head", GapOverHead()),
        Case("mid-stream", new TcpConversation { AcknowledgeData = true }.FromServer("rest of a body that began earlier\r\n")
            .FromClient(Get("/first")).FromServer(Ok("/first")).FromClient(Get("/second")).FromServer(Ok("/second")).Close()),
        Case("smuggling", Smuggling()),
        Case("tunnels", [.. Connect().Frames, .. Upgrade().Frames]),
        new("http1", "ipv6-vlan", [.. new TcpConversation("[fd00::1]:40000", "[fd00::2]:8080") { AcknowledgeData = true }
            .Handshake().FromClient(Get("/six")).FromServer(Ok("/six")).Close().Frames.Select(frame => frame.WithVlan(42))]),
        Case("ipv4-fragments", Fragments()),
        Case("targets", Targets()),
        Case("obs-fold", Talk().FromClient("GET /folded HTTP/1.1\r\nHost: orders:8080\r\nX-Long: one\r\n two\r\n\tthree\r\n\r\n")
            .FromServer(Ok("/folded")).Close()),
    ];

    private static CorpusCase Case(string name, TcpConversation conversation) => Case(name, conversation.Frames);

    private static CorpusCase Case(string name, IReadOnlyList<TestFrame> frames) => new("http1", name, frames);

    private static TcpConversation Talk(ushort port = 40_000, long startNs = 1_700_000_000_000_000_000) =>
        new TcpConversation($"10.0.0.1:{port}", "10.0.0.2:8080", startNs) { AcknowledgeData = true }.Handshake();

    private static TcpConversation Chunked() => Talk()
        .FromClient("POST /upload HTTP/1.1\r\nHost: orders:8080\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
        .FromClient(Chunk("first part, ", ";name=value") + Chunk("second part") + "0\r\nX-Sum: 23\r\n\r\n")
        .FromServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        .FromServer(Chunk("""{"path":"/upl""") + Chunk("""oad","ok":true}""") + "0\r\nServer-Timing: db;dur=3\r\n\r\n").Close();

    private static TcpConversation NoBodies() => Talk()
        .FromClient("HEAD /orders/17 HTTP/1.1\r\nHost: orders:8080\r\n\r\n")
        .FromServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 81\r\n\r\n")
        .FromClient("DELETE /orders/17 HTTP/1.1\r\nHost: orders:8080\r\n\r\n")
        .FromServer("HTTP/1.1 204 No Content\r\n\r\n")
        .FromClient("GET /orders/18 HTTP/1.1\r\nHost: orders:8080\r\nIf-None-Match: \"a1\"\r\n\r\n")
        .FromServer("HTTP/1.1 304 Not Modified\r\nETag: \"a1\"\r\nContent-Length: 81\r\n\r\n")
        .FromClient(Get("/orders/19")).FromServer(Ok("/orders/19")).Close();

    private static TcpConversation Continue() => Talk()
        .FromClient("PUT /files/1 HTTP/1.1\r\nHost: orders:8080\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        .FromServer("HTTP/1.1 100 Continue\r\n\r\n").FromClient("hello")
        .FromServer(Ok("/files/1")).Close();

    private static TcpConversation Gzip()
    {
        var body = Convert.FromHexString(GzippedReport);
        return Talk().FromClient(Get("/reports/9"))
            .FromServer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n").FromServer(body).Close();
    }

    /// <summary>The response in five segments, sent in another order, one of them twice and one overlapping its neighbours.</summary>
    private static TcpConversation Disordered()
    {
        var talk = Talk().FromClient(Get("/disorder"));
        var response = Ok("/disorder", 300);
        var start = talk.ServerSequence;
        foreach (var (from, to) in new[] { (0, 60), (140, 200), (60, 100), (140, 200), (80, 160), (190, response.Length) })
        {
            talk.ServerSequence = start + (uint)from;
            talk.Send(false, TcpFlags.Psh | TcpFlags.Ack, System.Text.Encoding.Latin1.GetBytes(response[from..to]));
        }

        talk.ServerSequence = start + (uint)response.Length;
        return talk.Send(true, TcpFlags.Ack, []).FromClient(Get("/after")).FromServer(Ok("/after")).Close();
    }

    private static TcpConversation GapInBody()
    {
        var response = Ok("/large", 600);
        return Talk().FromClient(Get("/large")).FromServer(response[..300]).LoseFromServer(200).FromServer(response[500..])
            .FromClient(Get("/next")).FromServer(Ok("/next")).Close();
    }

    private static TcpConversation GapOverHead()
    {
        var response = Ok("/lost", 100);
        return Talk().FromClient(Get("/lost")).LoseFromServer(40).FromServer(response[40..])
            .FromClient(Get("/found")).FromServer(Ok("/found")).Close();
    }

    private static TcpConversation Smuggling() => Talk()
        .FromClient("POST /login HTTP/1.1\r\nHost: orders:8080\r\nContent-Length: 46\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: orders:8080\r\n\r\n")
        .FromServer(Ok("/login") + Ok("/admin")).Close();

    private static TcpConversation Connect() => Talk()
        .FromClient("CONNECT api.internal:80 HTTP/1.1\r\nHost: api.internal:80\r\n\r\n")
        .FromServer("HTTP/1.1 200 Connection established\r\n\r\n")
        .FromClient(Get("/inside", "api.internal")).FromServer(Ok("/inside")).Close();

    private static TcpConversation Upgrade() => Talk(40_001, 1_700_000_001_000_000_000)
        .FromClient("GET /chat HTTP/1.1\r\nHost: orders:8080\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        .FromServer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
        .FromServer([0x81, 0x05, (byte)'H', (byte)'e', (byte)'l', (byte)'l', (byte)'o']).Close();

    private static List<TestFrame> Fragments()
    {
        var frames = Talk().FromClient(Get("/fragments")).FromServer(Ok("/fragments", 900)).Close().Frames;
        return [.. frames.SelectMany((frame, index) =>
            frame.Data.Length > 600 ? frame.Fragmented(304, (ushort)(1000 + index)).Reverse() : [frame])];
    }

    private static TcpConversation Targets() => Talk()
        .FromClient("GET http://shop.example/absolute?x=1 HTTP/1.1\r\nHost: proxy:8080\r\n\r\n").FromServer(Ok("/absolute"))
        .FromClient("OPTIONS * HTTP/1.1\r\nHost: orders:8080\r\n\r\n")
        .FromServer("HTTP/1.1 204 No Content\r\nAllow: GET, POST\r\n\r\n")
        .FromClient(Get("/caf%C3%A9/a%2Fb?q=%20")).FromServer(Ok("/caf%C3%A9/a%2Fb")).Close();
}
