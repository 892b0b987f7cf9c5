using System.Globalization;
using System.Text.Json;
using Weir.Capture;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>Plain HTTP between real programs, seen at their sockets.</summary>
public class SocketCaptureTests
{
    public static TheoryData<string, ProgramSet> Servers
    {
        get
        {
            var all = new TheoryData<string, ProgramSet>();
            foreach (var server in Peer.Servers)
                foreach (var programs in Enum.GetValues<ProgramSet>()) all.Add(server, programs);
            return all;
        }
    }

    public static TheoryData<ProgramSet> Programs => [.. Enum.GetValues<ProgramSet>()];

    [SkippableTheory]
    [MemberData(nameof(Servers))]
    public void Each_call_is_told_once_with_both_processes_addresses_and_bytes(string server, ProgramSet programs)
    {
        using var peer = Peer.Server(server);
        using var capture = EbpfCapture.OpenOrSkip(peer.Port, programs);
        var curls = Enumerable.Range(1, 4).Select(i => Peer.Curl($"{peer.Url}/healthz?n={i}").Id).ToList();
        capture.WaitFor(4);
        var calls = capture.Stop();
        Assert.Equal(["n=1", "n=2", "n=3", "n=4"], calls.Select(call => Text(call, "request", "query")));
        Assert.All(calls, call =>
        {
            Assert.True(call.GetProperty("complete").GetBoolean());
            Assert.Equal("ebpf", Text(call, "source"));
            Assert.Equal("/healthz", Text(call, "request", "path"));
            Assert.Equal("ok", Text(call, "response", "body"));
            Assert.Equal("127.0.0.1", Text(call, "client", "ip"));
            Assert.Equal("127.0.0.1", Text(call, "server", "ip"));
            Assert.Equal(peer.Port, call.GetProperty("server").GetProperty("port").GetInt32());
            Assert.Equal("curl", Text(call, "client", "process", "name"));
            Assert.Equal(peer.Name, Text(call, "server", "process", "name"));
            Assert.Equal(peer.Id, Pid(call, "server"));
            Assert.Empty(call.GetProperty("anomalies").EnumerateArray());
        });
        Assert.Equal(curls, calls.Select(call => Pid(call, "client")));
        Assert.DoesNotContain("ebpf_unknown_calls", capture.Losses().Keys);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void A_connection_that_was_open_before_the_probe_is_seen(ProgramSet programs)
    {
        using var server = Peer.Server("nginx");
        using var client = Peer.Python(
            """
            import http.client, sys
            connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
            for number in range(3):
                connection.request("GET", f"/healthz?n={number}")
                print(connection.getresponse().read().decode(), flush=True)
                sys.stdin.readline()
            """, server.Port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("ok", client.Output.ReadLine());
        using var capture = EbpfCapture.OpenOrSkip(server.Port, programs);
        for (var i = 0; i < 2; i++)
        {
            client.Input.WriteLine();
            client.Input.Flush();
            Assert.Equal("ok", client.Output.ReadLine());
        }

        capture.WaitFor(2);
        var calls = capture.Stop();
        Assert.Equal(["n=1", "n=2"], calls.Select(call => Text(call, "request", "query")));
        Assert.All(calls, call => Assert.Equal(client.Id, Pid(call, "client")));
        Assert.All(calls, call => Assert.Equal(server.Id, Pid(call, "server")));
        Assert.All(calls, call => Assert.True(call.GetProperty("complete").GetBoolean()));
    }

    [SkippableFact]
    public void A_posted_password_is_told_as_sensitive_and_not_shown()
    {
        using var server = Peer.Server("nginx");
        using var capture = EbpfCapture.OpenOrSkip(server.Port);
        var (curl, _) = Peer.Curl(
            "--header", "Content-Type: application/json", "--data", """{"username":"ann","password":"made-up-4711"}""", $"{server.Url}/login?q=123");
        var call = Assert.Single(capture.WaitFor(1));
        Assert.Equal("POST", Text(call, "request", "method"));
        Assert.Equal("q=123", Text(call, "request", "query"));
        Assert.Equal(curl, Pid(call, "client"));
        Assert.Equal("curl", Text(call, "client", "process", "name"));
        Assert.Contains("\"username\":\"ann\"", Text(call, "request", "body"), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", call.GetRawText(), StringComparison.Ordinal);
        var found = Assert.Single(call.GetProperty("sensitive").EnumerateArray());
        Assert.Equal("password", Text(found, "class"));
        Assert.StartsWith("request.body", Text(found, "where"), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void A_file_that_the_server_never_read_is_taken_from_its_client(ProgramSet programs)
    {
        using var server = Peer.Server("nginx");
        using var capture = EbpfCapture.OpenOrSkip(server.Port, programs);
        Peer.Curl("--output", "/dev/null", $"{server.Url}/large");
        var call = Assert.Single(capture.WaitFor(1));
        Assert.True(call.GetProperty("complete").GetBoolean());
        Assert.Equal(new string('x', 30_000), Text(call, "response", "body"));
        Assert.Equal(server.Id, Pid(call, "server"));
        Assert.Contains("ebpf_no_buffer_bytes", capture.Losses().Keys);
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Bytes_come_whole_through_every_call_that_can_send_and_receive(ProgramSet programs)
    {
        var port = Peer.FreePort();
        using var capture = EbpfCapture.OpenOrSkip(port, programs);
        using var peer = Peer.Python(EveryCall, port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("done", peer.Output.ReadLine());
        capture.WaitFor(EveryCallNames.Length);
        var calls = capture.Stop();
        Assert.Equal(EveryCallNames.Select(name => "/" + name), calls.Select(call => Text(call, "request", "path")));
        Assert.All(calls, call => Assert.Equal(new string('q', 3000), Text(call, "request", "body")));
        Assert.All(calls, call => Assert.Equal(new string('a', 20_000), Text(call, "response", "body")));
        Assert.DoesNotContain(capture.Losses(), loss => loss.Key.StartsWith("ebpf", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void The_last_bytes_are_whole_when_the_end_of_the_connection_comes_with_them(ProgramSet programs)
    {
        var port = Peer.FreePort();
        using var capture = EbpfCapture.OpenOrSkip(port, programs);
        using var peer = Peer.Python(
            """
            import socket, sys, time
            port = int(sys.argv[1])
            listener = socket.create_server(("127.0.0.1", port))
            client = socket.create_connection(("127.0.0.1", port))
            server, _ = listener.accept()
            client.sendall(b"GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
            server.recv(1000)
            # Held back until the end of the connection goes with them.
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            server.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n0123456789")
            server.close()
            time.sleep(0.2)
            print(client.recv(1000)[-10:].decode(), flush=True)
            client.close()
            sys.stdin.readline()
            """, port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("0123456789", peer.Output.ReadLine());
        var call = Assert.Single(capture.WaitFor(1));
        Assert.Equal("0123456789", Text(call, "response", "body"));
        Assert.True(call.GetProperty("complete").GetBoolean());
        capture.Stop();
        Assert.Empty(capture.Losses());
    }

    [SkippableFact]
    public void A_call_that_the_ring_sees_too_is_told_once_and_with_both_processes()
    {
        using var server = Peer.Server("nginx");
        using var capture = EbpfCapture.OpenWithRingOrSkip(server.Port);
        for (var i = 1; i <= 20; i++) Peer.Curl($"{server.Url}/healthz?n={i}");
        capture.WaitFor(20);
        var calls = capture.Stop();
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"n={i}"), calls.Select(call => Text(call, "request", "query")));
        Assert.All(calls, call => Assert.Equal("curl", Text(call, "client", "process", "name")));
        Assert.All(calls, call => Assert.Equal(server.Id, Pid(call, "server")));
        Assert.All(calls, call => Assert.Equal(0, call.GetProperty("tcp").GetProperty("retransmissions").GetInt32()));
    }

    [SkippableFact]
    public void Two_probes_at_once_see_the_same()
    {
        using var server = Peer.Server("python");
        using var first = EbpfCapture.OpenOrSkip(server.Port);
        using var second = EbpfCapture.OpenOrSkip(server.Port);
        Peer.Curl($"{server.Url}/healthz");
        Assert.Single(first.WaitFor(1));
        Assert.Single(second.WaitFor(1));
    }

    [SkippableFact]
    public void What_is_no_protocol_of_the_catalog_sends_nothing()
    {
        var port = Peer.FreePort();
        using var capture = EbpfCapture.OpenOrSkip(port, adjust: options => options with { Ports = [] });
        using var peer = Peer.Python(
            """
            import socket, sys
            listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
            client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            server, _ = listener.accept()
            for number in range(50):
                client.sendall(bytes(range(128, 228)) * 100)
                server.recv(1 << 20, socket.MSG_WAITALL if False else 0)
            print("done", flush=True)
            sys.stdin.readline()
            """, port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("done", peer.Output.ReadLine());
        Assert.InRange(capture.Kernel.Read(Linux.Bpf.BpfCounter.IgnoredCalls), 100, long.MaxValue);
        Assert.DoesNotContain(capture.Stop(), call => call.GetProperty("server").GetProperty("port").GetInt32() == port);
    }

    private static string Text(JsonElement element, params string[] path)
    {
        foreach (var name in path) element = element.GetProperty(name);
        return element.GetString() ?? "";
    }

    private static int Pid(JsonElement call, string side) => call.GetProperty(side).GetProperty("process").GetProperty("pid").GetInt32();

    private static readonly string[] EveryCallNames = ["send", "write", "sendmsg", "writev", "sendmmsg"];

    /// <summary>A request and a response by each pair of calls, on one connection; answers are 20,000 bytes, requests 3,000.</summary>
    private const string EveryCall = """
        import ctypes, os, socket, sys
        port = int(sys.argv[1])
        libc = ctypes.CDLL(None, use_errno=True)
        class iovec(ctypes.Structure):
            _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
        class msghdr(ctypes.Structure):
            _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(iovec)), ("iovlen", ctypes.c_size_t),
                        ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int)]
        class mmsghdr(ctypes.Structure):
            _fields_ = [("header", msghdr), ("length", ctypes.c_uint)]
        def parts(data):
            return [data[:10], data[10:11], b"", data[11:2000], data[2000:]]
        def vectors(buffers):
            array = (iovec * len(buffers))()
            for i, buffer in enumerate(buffers):
                array[i].base, array[i].length = ctypes.cast(buffer, ctypes.c_void_p), len(buffer)
            return array
        def messages(buffers):
            array = (mmsghdr * len(buffers))()
            keep = []
            for i, buffer in enumerate(buffers):
                one = vectors([buffer]); keep.append(one)
                array[i].header.iov, array[i].header.iovlen = one, 1
            return array, keep
        def send_mmsg(s, data):
            buffers = [ctypes.create_string_buffer(part, len(part)) for part in parts(data) if part]
            array, keep = messages(buffers)
            assert libc.sendmmsg(s.fileno(), array, len(buffers), 0) == len(buffers)
        def recv_mmsg(s, most):
            buffers = [ctypes.create_string_buffer(most // 2) for _ in range(2)]
            array, keep = messages(buffers)
            count = libc.recvmmsg(s.fileno(), array, 2, socket.MSG_DONTWAIT if False else 0x10000, None)
            return b"".join(buffers[i].raw[:array[i].length] for i in range(count))
        def recv_readv(s, most):
            buffers = [bytearray(100), bytearray(most)]
            got = os.readv(s.fileno(), buffers)
            return (bytes(buffers[0]) + bytes(buffers[1]))[:got]
        def recv_msg(s, most):
            first, second = bytearray(100), bytearray(most)
            got = s.recvmsg_into([first, second])[0]
            return (bytes(first) + bytes(second))[:got]
        calls = {
            "send": (lambda s, d: s.sendall(d), lambda s, n: (s.recv(50, socket.MSG_PEEK), s.recv(n))[1]),
            "write": (lambda s, d: os.write(s.fileno(), d), lambda s, n: os.read(s.fileno(), n)),
            "sendmsg": (lambda s, d: s.sendmsg(parts(d)), recv_msg),
            "writev": (lambda s, d: os.writev(s.fileno(), parts(d)), recv_readv),
            "sendmmsg": (send_mmsg, recv_mmsg),
        }
        listener = socket.create_server(("127.0.0.1", port))
        client = socket.create_connection(("127.0.0.1", port))
        server, _ = listener.accept()
        def move(sender, receiver, send, receive, data):
            send(sender, data)
            got = b""
            while len(got) < len(data):
                got += receive(receiver, 65536)
            assert got == data
        for name, (send, receive) in calls.items():
            request = f"POST /{name} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 3000\r\n\r\n".encode() + b"q" * 3000
            response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 20000\r\n\r\n" + b"a" * 20000
            move(client, server, send, receive, request)
            move(server, client, send, receive, response)
        print("done", flush=True)
        sys.stdin.readline()
        """;
}
