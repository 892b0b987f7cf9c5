using System.Globalization;
using System.Text.Json;
using Weir.Capture;
using Weir.Linux.Bpf;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>Both ends of a connection on this host: what the sender gave is not sent again, and what it could not give is.</summary>
public class BothEndsTests
{
    /// <summary>A client and a server in one process: requests of 60 bytes on one connection, answers of argv[2] bytes by one send.</summary>
    private const string Peers = """
        import socket, sys
        port, size, rounds = map(int, sys.argv[1:4])
        listener = socket.create_server(("127.0.0.1", port))
        client = socket.create_connection(("127.0.0.1", port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server, _ = listener.accept()
        # One send takes all of it without waiting for the reader.
        SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
        server.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        client.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n\r\n".encode()
        for number in range(rounds):
            client.sendall(f"GET /{number} HTTP/1.1\r\nHost: a\r\nX: {'x' * 30}\r\n\r\n".encode())
            server.recv(1000)
            server.sendall(head + b"a" * size)
            left = len(head) + size
            while left:
                left -= len(client.recv(16384))
        print("done", flush=True)
        sys.stdin.readline()
        """;

    public static TheoryData<ProgramSet> Programs => [.. Enum.GetValues<ProgramSet>()];

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void Bytes_that_the_sender_gave_are_not_sent_again_by_their_receiver(ProgramSet programs)
    {
        const int Rounds = 20;
        var calls = Capture(programs, size: 100, Rounds, out var peer, out var capture);
        using (capture)
        {
            Assert.Equal(Enumerable.Range(0, Rounds).Select(number => $"/{number}"), calls.Select(call => call.GetProperty("request").GetProperty("path").GetString()));
            Assert.All(calls, call => Assert.Equal(new string('a', 100), call.GetProperty("response").GetProperty("body").GetString()));
            Assert.All(calls, call => Assert.Equal(peer, Pid(call, "client")));
            Assert.All(calls, call => Assert.Equal(peer, Pid(call, "server")));
            // Of 40 receives all but the first of the server, which names its process.
            Assert.InRange(capture.Kernel.Read(BpfCounter.GivenCalls), (2 * Rounds) - 2, 2 * Rounds);
            Assert.InRange(capture.Kernel.Read(BpfCounter.Events), 2 * Rounds, (2 * Rounds) + 2);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Programs))]
    public void What_a_send_is_too_long_for_comes_from_its_receiver(ProgramSet programs)
    {
        var calls = Capture(programs, size: 300_000, rounds: 2, out _, out var capture);
        using (capture)
        {
            Assert.All(calls, call => Assert.True(call.GetProperty("complete").GetBoolean(), call.GetRawText()));
            Assert.DoesNotContain("stream_gaps", capture.Losses().Keys);
            Assert.Contains("ebpf_call_limit_bytes", capture.Losses().Keys);
            // The first 64 KiB of each answer came from the sender.
            Assert.InRange(capture.Kernel.Read(BpfCounter.GivenCalls), 2, 2 * 8);
        }
    }

    [SkippableFact]
    public void At_metadata_nothing_is_captured_and_at_off_calls_are_counted()
    {
        var port = Peer.FreePort();
        using var capture = EbpfCapture.OpenOrSkip(port);
        using var peer = Peer.Python(
            """
            import socket, sys
            listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
            client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            server, _ = listener.accept()
            while True:
                for number in range(10):
                    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    server.recv(1000)
                print("done", flush=True)
                if not sys.stdin.readline(): break
            """, port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("done", peer.Output.ReadLine());
        Again(CaptureLevel.Metadata, BpfCounter.CapturedBytes);
        Again(CaptureLevel.Off, BpfCounter.Calls);
        Assert.InRange(capture.Kernel.Read(BpfCounter.OffCalls), 20, long.MaxValue);

        void Again(CaptureLevel level, BpfCounter standing)
        {
            capture.Kernel.Control = capture.Kernel.Control with { Level = level };
            // Counters are those of the whole host: whoever else made a call before, or is within one, counts until now.
            Thread.Sleep(50);
            var before = capture.Kernel.Read(standing);
            peer.Input.WriteLine();
            peer.Input.Flush();
            Assert.Equal("done", peer.Output.ReadLine());
            Assert.Equal(before, capture.Kernel.Read(standing));
        }
    }

    [SkippableTheory]
    [InlineData(ProgramSet.SocketLengths)]
    [InlineData(ProgramSet.SystemCalls)]
    public void A_sample_has_both_ends_of_some_connections_whole_and_counts_the_calls_on_the_others(ProgramSet programs)
    {
        var port = Peer.FreePort();
        using var capture = EbpfCapture.OpenOrSkip(port, programs);
        capture.Kernel.Control = capture.Kernel.Control with { Level = CaptureLevel.Sample };
        using var peer = Peer.Python(
            """
            import socket, sys
            port = int(sys.argv[1])
            listener = socket.create_server(("127.0.0.1", port))
            for number in range(200):
                client = socket.create_connection(("127.0.0.1", port))
                server, _ = listener.accept()
                client.sendall(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
                server.recv(1000)
                server.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                client.recv(1000)
                print(client.getsockname()[1], flush=True)
                client.close(); server.close()
            """, port.ToString(CultureInfo.InvariantCulture));
        var expected = new List<int>();
        for (var i = 0; i < 200; i++)
        {
            var local = int.Parse(peer.Output.ReadLine()!, CultureInfo.InvariantCulture);
            if (((uint)(local ^ port) * 0x9e3779b1u >> 16) % 16 == 0) expected.Add(local);
        }

        Assert.InRange(expected.Count, 1, 60);
        capture.WaitFor(expected.Count);
        var calls = capture.Stop();
        Assert.Equal(expected.Order(), calls.Select(call => call.GetProperty("client").GetProperty("port").GetInt32()).Order());
        Assert.All(calls, call => Assert.True(call.GetProperty("complete").GetBoolean(), call.GetRawText()));
        Assert.All(calls, call => Assert.Equal(peer.Id, Pid(call, "server")));
        Assert.InRange(capture.Kernel.Read(BpfCounter.SampledCalls), 4 * (200 - expected.Count), long.MaxValue);
    }

    [SkippableFact]
    public void The_programs_take_their_own_time()
    {
        Capture(ProgramSet.SocketLengths, size: 100, rounds: 500, out _, out var capture);
        using (capture)
        {
            var timed = capture.Kernel.Read(BpfCounter.TimedRuns);
            Assert.InRange(capture.Kernel.Read(BpfCounter.Runs), 2000, long.MaxValue);
            Assert.InRange(timed, 1, long.MaxValue);
            Assert.InRange(capture.Kernel.Read(BpfCounter.TimedNs) / timed, 1, 20_000);
        }
    }

    private static IReadOnlyList<JsonElement> Capture(ProgramSet programs, int size, int rounds, out int peer, out EbpfCapture capture)
    {
        var port = Peer.FreePort();
        capture = EbpfCapture.OpenOrSkip(port, programs);
        using var python = Peer.Python(Peers, [.. new[] { port, size, rounds }.Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        Assert.Equal("done", python.Output.ReadLine());
        capture.WaitFor(rounds);
        peer = python.Id;
        return capture.Stop();
    }

    private static int Pid(JsonElement call, string side) => call.GetProperty(side).GetProperty("process").GetProperty("pid").GetInt32();
}
