using Weir.Testing;
using Xunit;

namespace Weir.Protocols.Tests.Http2;

/// <summary>One conversation and what must come out of it, as <see cref="Seen.ToString"/> shows it.</summary>
public sealed record Http2Case(string Name, byte[] Client, byte[] Server, params string[] Expected)
{
    public override string ToString() => Name;
}

/// <summary>Well-formed and hostile conversations. Every one is run whole, at every split of a side and byte by byte.</summary>
public static class Http2Cases
{
    private const string Get = ":method=GET|:scheme=http|:path=/x|:authority=h";
    private const string Post = ":method=POST|:scheme=http|:path=/x|:authority=h";

    public static TheoryData<Http2Case> All => [.. Rows];

    private static Http2Writer Client(bool table = true) => new Http2Writer { UsesTable = table }.Raw(Http2Writer.Preface).Settings();

    private static Http2Writer Server() => new Http2Writer().Settings((3, 100)).SettingsAck();

    private static Http2Case Case(string name, Http2Writer client, Http2Writer server, params string[] expected) =>
        new(name, client.Take(), server.Take(), expected);

    /// <summary>The usual outcome with some parts of it different.</summary>
    private static string Out(
        string method = "GET", string path = "/x", string query = "", string host = "h", string headers = "", string body = "0:", int status = 200,
        string answer = "", string reply = "2:ok", string trailers = "", bool complete = true, bool request = true, string anomalies = "", string protocol = "HTTP/2") =>
        $"{protocol} {method} host={host} path={path} query={query} [{headers}] body={body} -> {status}  [{answer}] body={reply} "
        + $"trailers=[{trailers}] complete={complete} request={request} gap=0 ({anomalies})";

    private static Http2Writer Ok(Http2Writer server, int stream = 1) => server.Headers(stream, ":status=200").Data(stream, "ok", end: true);

    private static byte[] Concat(params ReadOnlySpan<byte[]> parts) => PacketBuilder.Concat(parts);

    private static Http2Case[] Rows { get; } =
    [
        Case("get", Client().Headers(1, Get + "|accept=*/*", end: true), Ok(Server()), Out(headers: "accept=*/*")),
        Case("query", Client().Headers(1, ":method=GET|:scheme=https|:path=/a/b?c=d?e|:authority=h:81", end: true), Ok(Server()),
            Out(path: "/a/b", query: "c=d?e", host: "h:81")),
        Case("post in two frames", Client().Headers(1, Post + "|content-length=5").Data(1, "hel").Data(1, "lo", end: true),
            Ok(Server()), Out("POST", headers: "content-length=5", body: "5:hello")),
        Case("end of stream on an empty frame", Client().Headers(1, Post).Data(1, "abc").Data(1, "", end: true),
            Server().Headers(1, ":status=200").Data(1, "ok").Data(1, "", end: true), Out("POST", body: "3:abc")),
        Case("indexed fields of later requests", Client().Headers(1, Get + "|x-one=1", end: true).Headers(3, Get + "|x-one=1", end: true),
            Ok(Ok(Server()), 3), Out(headers: "x-one=1"), Out(headers: "x-one=1")),
        Case("trailers both ways", Client().Headers(1, Post).Data(1, "a").Headers(1, "x-sum=1", end: true),
            Server().Headers(1, ":status=200|trailer=x-time").Data(1, "ok").Headers(1, "x-time=3", end: true),
            Out("POST", body: "1:a", answer: "trailer=x-time", trailers: "x-sum=1x-time=3")),
        Case("interim responses", Client().Headers(1, Post + "|expect=100-continue").Data(1, "a", end: true),
            Ok(Server().Headers(1, ":status=100").Headers(1, ":status=103|link=</s>")),
            Out("POST", headers: "expect=100-continue", body: "1:a")),
        Case("no body", Client().Headers(1, ":method=HEAD|:scheme=http|:path=/x|:authority=h", end: true).Headers(3, Get, end: true)
                .Headers(5, Get, end: true),
            Server().Headers(1, ":status=200|content-length=99", end: true).Headers(3, ":status=204", end: true)
                .Headers(5, ":status=304|content-length=7", end: true),
            Out("HEAD", answer: "content-length=99", reply: "0:"), Out(status: 204, reply: "0:"),
            Out(status: 304, answer: "content-length=7", reply: "0:")),
        Case("padding and priority",
            Client().Frame(1, 0x2D, 1, Concat([3], [0x80, 0, 0, 0, 15], Client(table: false).Block(Get), [0, 0, 0])),
            Server().Frame(1, 0x0C, 1, Concat([2], [0x88], [0, 0])).Frame(0, 0x08, 1, Concat([4], [(byte)'o'], [0, 0, 0, 0]))
                .Frame(0, 0x09, 1, Concat([0], [(byte)'k'])),
            Out()),
        Case("only padding", Client().Headers(1, Get, end: true),
            Server().Headers(1, ":status=200").Data(1, "ok").Frame(0, 0x09, 1, Concat([3], [0, 0, 0])), Out()),
        Case("continuation", Split(Client(), Get + "|x-long=" + new string('v', 40)), Ok(Server()),
            Out(headers: "x-long=" + new string('v', 40))),
        Case("other frames between", Client().Headers(1, Post).WindowUpdate(0, 1000).Data(1, "a").Ping().Frame(2, 0, 1, 0, 0, 0, 0, 9)
                .Frame(0x10, 0, 0, 0, 0, 0, 1, (byte)'u').Frame(0xEA, 0x55, 1, 1, 2, 3).Data(1, "b", end: true),
            Server().Headers(1, ":status=200").WindowUpdate(1, 7).Data(1, "ok").Frame(0x0A, 0, 1, 0, 0).Data(1, "", end: true),
            Out("POST", body: "2:ab")),
        Case("reset by the client", Client().Headers(1, Post).Data(1, "ab").Reset(1, 8).Headers(3, Get, end: true),
            Ok(Server().Headers(1, ":status=200").Data(1, "late"), 3),
            Out("POST", body: "2:ab", status: -1, reply: "0:", complete: false,
                anomalies: "ResponseMissingReset RequestBodyIncomplete StreamResetByClient"), Out()),
        Case("reset by the server", Client().Headers(1, Get, end: true), Server().Headers(1, ":status=200").Data(1, "part").Reset(1, 2),
            Out(reply: "4:part", complete: false, anomalies: "ResponseBodyIncomplete StreamResetByServer")),
        Case("goaway", Client().Headers(1, Get, end: true).Headers(3, Get, end: true).Headers(5, Get, end: true),
            Ok(Server().GoAway(1)), Out(status: -1, reply: "0:", complete: false, anomalies: "ResponseMissingRefused"),
            Out(status: -1, reply: "0:", complete: false, anomalies: "ResponseMissingRefused"), Out()),
        Case("push", Client().Headers(1, Get, end: true),
            Ok(Ok(Server().Frame(5, 0x04, 1, Concat([0, 0, 0, 2], new Http2Writer { UsesTable = false }.Block(
                ":method=GET|:scheme=http|:path=/pushed|:authority=h"))), 2)),
            Out(path: "/pushed"), Out()),
        Case("connect", Client().Headers(1, ":method=CONNECT|:authority=db:5432").Data(1, "in", end: true),
            Server().Headers(1, ":status=200").Data(1, "out", end: true),
            Out("CONNECT", "db:5432", host: "db:5432", body: "2:in", reply: "3:out", anomalies: "ProtocolSwitched")),
        Case("content length", Client().Headers(1, Post + "|content-length=9").Data(1, "ab", end: true).Headers(3, Get + "|content-length=x", end: true),
            Ok(Server().Headers(1, ":status=200|content-length=1").Data(1, "ok", end: true), 3),
            Out("POST", headers: "content-length=9", body: "2:ab", answer: "content-length=1", anomalies: "ContentLengthMismatch"),
            Out(headers: "content-length=x", anomalies: "ContentLengthInvalid")),
        Case("pseudo-header fields", Client().Headers(1, ":method=GET|:path=/x|:authority=h", end: true)
                .Headers(3, Get + "|:path=/y", end: true).Headers(5, "a=b|" + Get, end: true).Headers(7, Get + "|:nonsense=1", end: true),
            Ok(Ok(Ok(Ok(Server()), 3), 5), 7),
            Out(anomalies: "PseudoHeaderInvalid"), Out(anomalies: "PseudoHeaderInvalid"),
            Out(headers: "a=b", anomalies: "PseudoHeaderInvalid"), Out(anomalies: "PseudoHeaderInvalid")),
        Case("fields that would smuggle", Client().Headers(1, Get + "|x=a\r\nb: c", end: true).Headers(3, Get + "|transfer-encoding=chunked", end: true)
                .Headers(5, Get + "|X-Up=1", end: true).Headers(7, Get + "|host=other", end: true),
            Ok(Ok(Ok(Ok(Server()), 3), 5), 7),
            Out(headers: "x=a\r\nb: c", anomalies: "HeaderValueInvalid"),
            Out(headers: "transfer-encoding=chunked", anomalies: "HeaderForbidden"),
            Out(headers: "X-Up=1", anomalies: "HeaderNameInvalid"), Out(headers: "host=other", anomalies: "HostConflict")),
        Case("a broken block", Client().Frame(1, 0x05, 1, [0x82, 0x86, 0x84, 0x80]).Headers(3, Get, end: true), Ok(Ok(Server()), 3),
            Out(path: "/", host: "", complete: false, anomalies: "HeaderBlockInvalid"), Out()),
        Case("data without headers", Client().Headers(1, Get, end: true), Ok(Server().Data(1, "early")), Out(anomalies: "FrameInvalid")),
        Case("padding longer than the frame", Client().Headers(1, Get, end: true),
            Server().Headers(1, ":status=200").Data(1, "ok").Frame(0, 0x09, 1, Concat([9], [1, 2])), Out(anomalies: "FrameInvalid")),
        Case("a frame within a header block", Client().Frame(1, 0x01, 1, [0x82, 0x86]).Headers(3, Get, end: true), Ok(Server(), 3), Out()),
        Case("response without end", Client().Headers(1, Get, end: true), Server().Headers(1, ":status=200").Data(1, "part"),
            Out(reply: "4:part", complete: false, anomalies: "ResponseBodyIncomplete")),
        Case("response before the request ended", Client().Headers(1, Post).Data(1, "a").Data(1, "b", end: true), Ok(Server()), Out("POST", body: "2:ab")),
        Case("status", Client().Headers(1, Get, end: true).Headers(3, Get, end: true),
            Server().Headers(1, ":status=7", end: true).Headers(3, "x=1", end: true),
            Out(status: 0, reply: "0:", anomalies: "StatusInvalid"), Out(status: 0, answer: "x=1", reply: "0:", anomalies: "PseudoHeaderInvalid")),
    ];

    private static Http2Writer Split(Http2Writer client, string fields)
    {
        var block = client.Block(fields);
        return client.Frame(1, 0x01, 1, block[..7]).Frame(9, 0, 1, block[7..30]).Frame(9, 0, 1).Frame(9, 0x04, 1, block[30..]);
    }
}
