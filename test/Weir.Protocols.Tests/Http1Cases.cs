using Xunit;

namespace Weir.Protocols.Tests;

/// <summary>One conversation and what must come out of it, as <see cref="Seen.ToString"/> shows it.</summary>
public sealed record Http1Case(string Name, string Client, string Server, params string[] Expected)
{
    public override string ToString() => Name;
}

/// <summary>Well-formed and hostile conversations. Every one is run whole, at every split and byte by byte.</summary>
public static class Http1Cases
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string OkOut = "-> 200 OK [Content-Length=2] body=2:ok trailers=[] complete=True request=True gap=0";
    private const string Host = "Host: h\r\n";

    public static TheoryData<Http1Case> All => [.. Rows];

    private static string Get(string extra = "", string target = "/x") => $"GET {target} HTTP/1.1\r\n{Host}{extra}\r\n";

    private static string Post(string headers, string body) => $"POST /x HTTP/1.1\r\n{Host}{headers}\r\n{body}";

    private static string In(string method, string path, string headers, string body = "0:", string query = "", string host = "h") =>
        $"HTTP/1.1 {method} host={host} path={path} query={query} [{headers}] body={body}";

    private static readonly Http1Case[] Rows =
    [
        new("get", Get(), Ok, $"{In("GET", "/x", "Host=h")} {OkOut} ()"),
        new("query", Get("", "/a/b?c=d?e"), Ok, $"{In("GET", "/a/b", "Host=h", query: "c=d?e")} {OkOut} ()"),
        new("post", Post("Content-Length: 5\r\n", "hello"), Ok,
            $"{In("POST", "/x", "Host=h|Content-Length=5", "5:hello")} {OkOut} ()"),
        new("keep-alive", Get() + Get("", "/y"), Ok + Ok,
            $"{In("GET", "/x", "Host=h")} {OkOut} ()", $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("head has no body", $"HEAD /x HTTP/1.1\r\n{Host}\r\n" + Get("", "/y"),
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + Ok,
            $"{In("HEAD", "/x", "Host=h")} -> 200 OK [Content-Length=99] body=0: trailers=[] complete=True request=True gap=0 ()",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("204 and 304 have no body", Get() + Get("", "/y") + Get("", "/z"),
            "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n" + Ok,
            $"{In("GET", "/x", "Host=h")} -> 204 No Content [] body=0: trailers=[] complete=True request=True gap=0 ()",
            $"{In("GET", "/y", "Host=h")} -> 304 Not Modified [Content-Length=7] body=0: trailers=[] complete=True request=True gap=0 ()",
            $"{In("GET", "/z", "Host=h")} {OkOut} ()"),
        new("205 without length has no body", Get() + Get("", "/y"), "HTTP/1.1 205 Reset Content\r\n\r\n" + Ok,
            $"{In("GET", "/x", "Host=h")} -> 205 Reset Content [] body=0: trailers=[] complete=True request=True gap=0 ()",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("interim responses", Post("Expect: 100-continue\r\nContent-Length: 1\r\n", "a"),
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </s>\r\n\r\n" + Ok,
            $"{In("POST", "/x", "Host=h|Expect=100-continue|Content-Length=1", "1:a")} {OkOut} ()"),
        new("chunked both ways", Post("Transfer-Encoding: chunked\r\n", "3;n=v\r\nabc\r\n2 ; q=\"x\"\r\nde\r\n0\r\nT: 1\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n00\r\nX-Sum: 5\r\n\r\n",
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked", "5:abcde")} -> 200 OK [Transfer-Encoding=gzip, chunked] "
            + "body=10:0123456789 trailers=[T=1X-Sum=5] complete=True request=True gap=0 ()"),
        new("until close", Get(), "HTTP/1.0 200 OK\r\n\r\nall of it",
            $"{In("GET", "/x", "Host=h")} -> 200 OK [] body=9:all of it trailers=[] complete=True request=True gap=0 ()"),
        new("http 1.0", "GET /x HTTP/1.0\r\n\r\n", Ok,
            $"HTTP/1.0 GET host= path=/x query= [] body=0: {OkOut} ()"),
        new("http 0.9", "GET /x\r\n", "<html>hi",
            "HTTP/0.9 GET host= path=/x query= [] body=0: -> 0  [] body=8:<html>hi trailers=[] complete=True request=True gap=0 (SimpleRequest)"),
        new("target with a space", Get("", "/a;cat /etc|?d=1"), Ok,
            $"{In("GET", "/a;cat /etc|", "Host=h", query: "d=1")} {OkOut} (TargetInvalid)"),
        new("several spaces before the target", Get("", "     /x"), Ok, $"{In("GET", "/x", "Host=h")} {OkOut} (TargetInvalid)"),
        new("target that is no path", Get("", "."), Ok, $"{In("GET", ".", "Host=h")} {OkOut} (TargetInvalid)"),
        new("version cut short", $"GET /x HTTP/1.\r\n{Host}\r\n", Ok, $"{In("GET", "/x", "Host=h")} {OkOut} (VersionInvalid)"),
        new("CONNECT with a path behind the authority", "CONNECT a:25 / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n220 a\r\n",
            "HTTP/1.0 CONNECT host=a:25 path=a:25 / query= [] body=0: -> 200 OK [] body=0: trailers=[] complete=True "
            + "request=True gap=0 (TargetInvalid ProtocolSwitched)"),
        new("CONNECT to a path", $"CONNECT / HTTP/1.1\r\n{Host}\r\n", "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n",
            $"{In("CONNECT", "/", "Host=h")} -> 400 No [Content-Length=0] body=0: trailers=[] complete=True request=True gap=0 ()"),
        new("absolute form", Get("", "http://u@o.example:81/p?q=1"), Ok,
            $"{In("GET", "/p", "Host=h", query: "q=1", host: "o.example:81")} {OkOut} (HostConflict)"),
        new("absolute form without path", "GET http://h?q HTTP/1.1\r\n" + Host + "\r\n", Ok,
            $"{In("GET", "/", "Host=h", query: "q")} {OkOut} ()"),
        new("asterisk", $"OPTIONS * HTTP/1.1\r\n{Host}\r\n", Ok, $"{In("OPTIONS", "*", "Host=h")} {OkOut} ()"),
        new("registered and private methods", $"QUERY /x HTTP/1.1\r\n{Host}\r\nBREW /x HTTP/1.1\r\n{Host}\r\n", Ok + Ok,
            $"{In("QUERY", "/x", "Host=h")} {OkOut} ()", $"{In("BREW", "/x", "Host=h")} {OkOut} (MethodUnknown)"),
        new("no reason phrase", Get() + Get("", "/y"), "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n" + "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
            $"{In("GET", "/x", "Host=h")} -> 200  [Content-Length=0] body=0: trailers=[] complete=True request=True gap=0 ()",
            $"{In("GET", "/y", "Host=h")} -> 200  [Content-Length=0] body=0: trailers=[] complete=True request=True gap=0 ()"),
        new("empty lines before a request", "\r\n\r\n" + Get(), Ok, $"{In("GET", "/x", "Host=h")} {OkOut} ()"),
        new("upgrade", Get("Upgrade: websocket\r\n"), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
            $"{In("GET", "/x", "Host=h|Upgrade=websocket")} -> 101 Switching Protocols [Upgrade=websocket] body=0: "
            + "trailers=[] complete=True request=True gap=0 (WebSocketCloseMissing)"),
        new("connect refused", $"CONNECT o:443 HTTP/1.1\r\n{Host}\r\n" + Get(), "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n" + Ok,
            $"{In("CONNECT", "o:443", "Host=h", host: "o:443")} -> 407 No [Content-Length=0] body=0: trailers=[] "
            + "complete=True request=True gap=0 (HostConflict)",
            $"{In("GET", "/x", "Host=h")} {OkOut} ()"),
        new("http inside connect", "CONNECT o:80 HTTP/1.1\r\nHost: o:80\r\n\r\n" + Get(), "HTTP/1.1 200 Connected\r\n\r\n" + Ok,
            $"{In("CONNECT", "o:80", "Host=o:80", host: "o:80")} -> 200 Connected [] body=0: trailers=[] "
            + "complete=True request=True gap=0 (ProtocolSwitched)",
            $"{In("GET", "/x", "Host=h")} {OkOut} ()"),
        // Hostile.
        new("both lengths", Post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\n\r\n") + Get("", "/y"), Ok + Ok,
            $"{In("POST", "/x", "Host=h|Content-Length=3|Transfer-Encoding=chunked", "1:a")} {OkOut} (ContentLengthAndTransferEncoding)",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("lengths differ", Post("Content-Length: 1\r\nContent-Length: 2\r\n", "a"), Ok,
            $"{In("POST", "/x", "Host=h|Content-Length=1|Content-Length=2", "1:a")} {OkOut} (ContentLengthConflict)"),
        new("equal lengths in a list", Post("Content-Length: 1, 1\r\n", "a"), Ok,
            $"{In("POST", "/x", "Host=h|Content-Length=1, 1", "1:a")} {OkOut} ()"),
        .. new[] { "-1", "+1", "1x", "", "99999999999999999999", "0x1", "1 2" }.Select(length =>
            new Http1Case($"length '{length}'", Post($"Content-Length: {length}\r\n", "a\r\n") + Get("", "/y"), Ok + Ok,
                $"{In("POST", "/x", "Host=h|Content-Length=" + length)}… -> 200 OK [Content-Length=2] body=2:ok trailers=[] "
                + "complete=False request=True gap=0 (ContentLengthInvalid)",
                $"{In("GET", "/y", "Host=h")} {OkOut} ()")),
        new("final coding is not chunked", Post("Transfer-Encoding: chunked, identity\r\nContent-Length: 1\r\n", "a"), Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked, identity|Content-Length=1", "1:a")} {OkOut} "
            + "(ContentLengthAndTransferEncoding TransferEncodingInvalid)"),
        new("chunked twice", Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked|Transfer-Encoding=chunked")} {OkOut} (TransferEncodingInvalid)"),
        new("chunk size is nonsense", Post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n") + Get("", "/y"), Ok + Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked")}… -> 200 OK [Content-Length=2] body=2:ok trailers=[] "
            + "complete=False request=True gap=0 (RequestBodyIncomplete ChunkSizeInvalid)",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("chunk size overflows", Post("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFFF\r\nabc\r\n") + Get("", "/y"), Ok + Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked")}… -> 200 OK [Content-Length=2] body=2:ok trailers=[] "
            + "complete=False request=True gap=0 (RequestBodyIncomplete ChunkSizeInvalid)",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("chunk without its line end", Post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n") + Get("", "/y"), Ok + Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked", "3:abc")}… -> 200 OK [Content-Length=2] body=2:ok trailers=[] "
            + "complete=False request=True gap=0 (RequestBodyIncomplete ChunkDelimiterInvalid)",
            $"{In("GET", "/y", "Host=h")} {OkOut} ()"),
        new("folded header", Get("A: b\r\n  c\r\n\td\r\nE: f\r\n"), Ok,
            $"{In("GET", "/x", "Host=h|A=b c d|E=f")} {OkOut} (ObsoleteLineFolding)"),
        new("folded transfer-encoding", Post("Transfer-Encoding:\r\n chunked\r\n", "1\r\na\r\n0\r\n\r\n"), Ok,
            $"{In("POST", "/x", "Host=h|Transfer-Encoding=chunked", "1:a")} {OkOut} (ObsoleteLineFolding)"),
        new("bare line feeds", "GET /x HTTP/1.1\nHost: h\n\n", "HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            $"{In("GET", "/x", "Host=h")} {OkOut} (BareLineFeed)"),
        new("bare carriage return", Get("A: b\rc\r\n"), Ok, $"{In("GET", "/x", "Host=h|A=b\rc")} {OkOut} (BareCarriageReturn)"),
        new("space before colon", Post("Content-Length : 1\r\n", "a"), Ok,
            $"{In("POST", "/x", "Host=h|Content-Length=1", "1:a")} {OkOut} (WhitespaceBeforeColon)"),
        new("no colon", Get("nonsense\r\n"), Ok, $"{In("GET", "/x", "Host=h|nonsense=")} {OkOut} (HeaderWithoutColon)"),
        new("bad header name", Get("a b: c\r\n: d\r\n"), Ok, $"{In("GET", "/x", "Host=h|a b=c|=d")} {OkOut} (HeaderNameInvalid)"),
        new("no host", "GET /x HTTP/1.1\r\n\r\n", Ok, $"{In("GET", "/x", "", host: "")} {OkOut} (HostMissing)"),
        new("two hosts", Get("Host: i\r\n"), Ok, $"{In("GET", "/x", "Host=h|Host=i")} {OkOut} (HostConflict)"),
        new("odd version", Get() + $"GET /y HTTP/3.7\r\n{Host}\r\n", Ok + Ok,
            $"{In("GET", "/x", "Host=h")} {OkOut} ()", $"{In("GET", "/y", "Host=h")} {OkOut} (VersionInvalid)"),
        new("space in target", Get() + Get("", "/y z"), Ok + Ok,
            $"{In("GET", "/x", "Host=h")} {OkOut} ()", $"{In("GET", "/y z", "Host=h")} {OkOut} (TargetInvalid)"),
        new("odd status", Get() + Get("", "/y"), "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\nHTTP/1.1 2x0 Odd\r\nContent-Length: 0\r\n\r\n",
            $"{In("GET", "/x", "Host=h")} -> 999 Odd [Content-Length=0] body=0: trailers=[] complete=True request=True gap=0 (StatusInvalid)",
            $"{In("GET", "/y", "Host=h")} -> 0 Odd [Content-Length=0] body=0: trailers=[] complete=True request=True gap=0 (StatusInvalid)"),
        new("bytes between responses", Get() + Get("", "/y"), Ok + "more than announced\r\n" + Ok,
            $"{In("GET", "/x", "Host=h")} {OkOut} ()", $"{In("GET", "/y", "Host=h")} {OkOut} (UnexpectedBytes)"),
        new("bytes between requests", Get() + "x=1&y=2\r\n" + Get("", "/y"), Ok + Ok,
            $"{In("GET", "/x", "Host=h")} {OkOut} ()", $"{In("GET", "/y", "Host=h")} {OkOut} (UnexpectedBytes)"),
    ];
}
