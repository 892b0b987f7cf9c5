namespace Weir.Testing.Corpus;

/// <summary>The generated HTTP/2 captures. Each folder's NOTES.md says what it shows and what is expected.</summary>
public static class Http2Corpus
{
    private const string Upgrade = "GET /upgraded HTTP/1.1\r\nHost: orders:8080\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        + "HTTP2-Settings: AAMAAABkAAQAoAAA\r\n\r\n";

    public static IReadOnlyList<CorpusCase> Cases { get; } =
    [
        Case("interleaved-streams", Interleaved()),
        Case("upgrade", Upgraded()),
        Case("late-join", LateJoin()),
        Case("gap-over-frames", GapOverFrames()),
        Case("resets-and-goaway", Resets()),
        Case("push-and-trailers", PushAndTrailers()),
        Case("header-block-over-frames", Continuation()),
        Case("grpc", Grpc()),
    ];

    private static CorpusCase Case(string name, TcpConversation conversation) => new("http2", name, conversation.Frames);

    private static TcpConversation Talk(bool handshake = true)
    {
        var talk = new TcpConversation("10.0.0.1:40000", "10.0.0.2:8080") { AcknowledgeData = true };
        return handshake ? talk.Handshake() : talk;
    }

    private static string Get(string path) => $":method=GET|:scheme=http|:path={path}|:authority=orders:8080|user-agent=example/1|accept=application/json";

    private static string Body(string path) => $"{{\"path\":\"{path}\",\"ok\":true}}";

    private static string Ok(string path) => $":status=200|content-type=application/json|content-length={Body(path).Length}|server=orders";

    private static (Http2Writer Client, Http2Writer Server) Begin(TcpConversation talk)
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings((3, 100), (4, 65_535)).WindowUpdate(0, 1 << 20);
        var server = new Http2Writer().Settings((3, 128)).SettingsAck();
        talk.FromClient(client.Take()).FromServer(server.Take()).FromClient(client.SettingsAck().Take());
        return (client, server);
    }

    private static byte[] Answer(Http2Writer server, int stream, string path) =>
        server.Headers(stream, Ok(path)).Data(stream, Body(path), end: true).Take();

    private static TcpConversation Interleaved()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        talk.FromClient(client.Headers(1, Get("/a"), end: true).Headers(3, Get("/b?page=2"), end: true).Take())
            .FromClient(client.Headers(5, ":method=POST|:scheme=http|:path=/c|:authority=orders:8080|content-type=application/json").Take())
            .FromServer(server.Headers(3, Ok("/b")).Headers(1, Ok("/a")).Data(3, Body("/b")[..5]).Take())
            .FromClient(client.Data(5, "{\"count\":", end: false).Data(5, "2}", end: true).Take())
            .FromServer(server.Data(1, Body("/a"), end: true).Data(3, Body("/b")[5..], end: true).Take());
        return talk.FromServer(server.Headers(5, ":status=103|link=</style.css>").Headers(5, ":status=204", end: true).Take()).Close();
    }

    private static TcpConversation Upgraded()
    {
        var talk = Talk().FromClient(Upgrade);
        var server = new Http2Writer().Settings((3, 128));
        talk.FromServer(PacketBuilder.Concat(
            System.Text.Encoding.ASCII.GetBytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), server.Take()));
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings().SettingsAck().Headers(3, Get("/next"), end: true);
        return talk.FromClient(client.Take()).FromServer(Answer(server, 1, "/upgraded")).FromServer(Answer(server, 3, "/next")).Close();
    }

    private static TcpConversation LateJoin()
    {
        var (client, server) = (new Http2Writer(), new Http2Writer());
        client.Headers(1, Get("/known-before"), end: true).Take();
        Answer(server, 1, "/known-before");
        return Talk(handshake: false)
            .FromServer("rest of a frame that began before the capture")
            .FromClient(client.Headers(3, Get("/known-before"), end: true).Take()).FromServer(Answer(server, 3, "/known-before"))
            .FromClient(client.Headers(5, Get("/new"), end: true).Take()).FromServer(Answer(server, 5, "/new"))
            .FromClient(client.Headers(7, Get("/new"), end: true).Take()).FromServer(Answer(server, 7, "/new")).Close();
    }

    private static TcpConversation GapOverFrames()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        talk.FromClient(client.Headers(1, Get("/first"), end: true).Take()).FromServer(Answer(server, 1, "/first"))
            .FromClient(client.Headers(3, Get("/lost"), end: true).Take());
        var lost = Answer(server, 3, "/lost");
        return talk.LoseFromServer(lost.Length).FromClient(client.Headers(5, Get("/after"), end: true).Take())
            .FromServer(Answer(server, 5, "/after")).Close();
    }

    private static TcpConversation Resets()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        talk.FromClient(client.Headers(1, Get("/cancelled"), end: true).Headers(3, Get("/failed"), end: true).Headers(5, Get("/refused"), end: true).Take())
            .FromServer(server.Headers(1, Ok("/cancelled")).Take()).FromClient(client.Reset(1, 8).Take())
            .FromServer(server.Headers(3, Ok("/failed")).Data(3, Body("/failed")[..7]).Reset(3, 2).Take());
        return talk.FromServer(server.GoAway(3, 0).Take()).Close();
    }

    private static TcpConversation PushAndTrailers()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        var promise = server.Block(":method=GET|:scheme=http|:path=/style.css|:authority=orders:8080");
        return talk.FromClient(client.Headers(1, Get("/page") + "|te=trailers", end: true).Take())
            .FromServer(server.Frame(5, 0x04, 1, PacketBuilder.Concat([0, 0, 0, 2], promise)).Headers(1, Ok("/page")).Data(1, Body("/page"))
                .Headers(2, ":status=200|content-type=text/css").Data(2, "body{}", end: true).Headers(1, "server-timing=db;dur=3", end: true).Take()).Close();
    }

    private static TcpConversation Continuation()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        var block = client.Block(Get("/long") + "|x-long=" + new string('v', 900));
        return talk.FromClient(client.Frame(1, 0x29, 1, PacketBuilder.Concat([4], [0, 0, 0, 0, 15], block[..100], [0, 0, 0, 0]))
                .Frame(9, 0, 1, block[100..500]).Frame(9, 4, 1, block[500..]).Take())
            .FromServer(Answer(server, 1, "/long")).Close();
    }

    private static TcpConversation Grpc()
    {
        var talk = Talk();
        var (client, server) = Begin(talk);
        const string Call = ":method=POST|:scheme=http|:path=/weir.test.Shop/{0}|:authority=orders:8080|te=trailers|content-type=application/grpc";
        byte[] query = [0, 0, 0, 0, 2, 8, 5], order = [0, 0, 0, 0, 7, 8, 5, 0x12, 3, (byte)'A', (byte)'d', (byte)'a'];
        talk.FromClient(client.Headers(1, Call.Replace("{0}", "GetOrder", StringComparison.Ordinal)).Data(1, query, end: true).Take())
            .FromServer(server.Headers(1, ":status=200|content-type=application/grpc").Data(1, order).Headers(1, "grpc-status=0|grpc-message=", end: true).Take());
        talk.FromClient(client.Headers(3, Call.Replace("{0}", "GetOrder", StringComparison.Ordinal)).Data(3, query, end: true).Take())
            .FromServer(server.Headers(3, ":status=200|content-type=application/grpc|grpc-status=5|grpc-message=no order 5: Gr%C3%BC%C3%9Fe", end: true).Take());
        return talk.FromClient(client.Headers(5, Call.Replace("{0}", "ListOrders", StringComparison.Ordinal)).Data(5, query, end: true).Take())
            .FromServer(server.Headers(5, ":status=200|content-type=application/grpc").Data(5, order[..4]).Data(5, [.. order[4..], .. order[..9]]).Take())
            .FromServer(server.Data(5, order[9..]).Headers(5, "grpc-status=15|grpc-message=cut short", end: true).Take()).Close();
    }
}
