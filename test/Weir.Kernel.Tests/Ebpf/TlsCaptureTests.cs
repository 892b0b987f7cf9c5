using System.Globalization;
using System.Net;
using System.Text.Json;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>
/// HTTPS between real programs. A probe does not look at itself: where only one end is to be seen, the test is the other.
/// </summary>
public class TlsCaptureTests
{
    [SkippableTheory]
    [InlineData("nginx", "nested")]
    [InlineData("python", "nested")]
    [InlineData("node", "fingerprint")]
    [InlineData("kestrel", "fingerprint")]
    [InlineData("go", "nested")]
    public void A_server_shows_each_call_once_with_its_process_addresses_and_bytes(string kind, string binding)
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server(kind);
        using var capture = Open(server.Port);
        using var client = OwnClient.Open();
        for (var i = 0; i < 4; i++) Assert.EndsWith($"/call{i}", client.Get(server.Port, $"/call{i}").TrimEnd(), StringComparison.Ordinal);
        capture.WaitFor(4);
        var calls = capture.Stop();
        Assert.Equal(["/call0", "/call1", "/call2", "/call3"], calls.Select(call => Text(call, "request", "path")));
        Assert.All(calls, call =>
        {
            AssertSound(call, server.Port);
            Assert.Equal(binding, Text(call, "tls", "binding"));
            Assert.EndsWith(Text(call, "request", "path"), Text(call, "response", "body").TrimEnd(), StringComparison.Ordinal);
            Assert.Equal(server.Id, Pid(call, "server"));
            Assert.Equal(server.Name, Text(call, "server", "process", "name"));
            Assert.False(call.GetProperty("client").TryGetProperty("process", out _));
        });
        AssertNothingLost(capture);
    }

    [SkippableTheory]
    [InlineData("python", "nested")]
    [InlineData("node", "fingerprint")]
    [InlineData("httpclient", "fingerprint")]
    [InlineData("go", "nested")]
    public void A_client_shows_each_call_once_with_its_process_addresses_and_bytes(string kind, string binding)
    {
        EbpfCapture.RequireOrSkip();
        using var server = new OwnServer();
        using var client = TlsPeers.Client(kind, server.Port);
        using var capture = Open(server.Port);
        TlsPeers.Round(client, "a");
        TlsPeers.Round(client, "b");
        capture.WaitFor(6);
        var calls = capture.Stop();
        Assert.Equal(["/a0", "/a1", "/a2", "/b0", "/b1", "/b2"], calls.Select(call => Text(call, "request", "path")).Order());
        Assert.All(calls, call =>
        {
            AssertSound(call, server.Port);
            Assert.Equal(binding, Text(call, "tls", "binding"));
            Assert.Equal("hello " + Text(call, "request", "path"), Text(call, "response", "body"));
            Assert.Equal(client.Id, Pid(call, "client"));
            Assert.Equal(client.Name, Text(call, "client", "process", "name"));
        });
        Assert.Equal(server.ClientPorts.Order(), calls.Select(call => call.GetProperty("client").GetProperty("port").GetInt32()).Distinct().Order());
        AssertNothingLost(capture);
    }

    [SkippableFact]
    public void Both_ends_on_one_host_make_one_call_with_both_processes()
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server("nginx");
        using var capture = Open(server.Port);
        var curls = Enumerable.Range(0, 3).Select(i => Peer.Curl("--cacert", TlsPeers.Certificate, "--http1.1", $"https://127.0.0.1:{server.Port}/call{i}").Id).ToList();
        capture.WaitFor(3);
        var calls = capture.Stop();
        Assert.Equal(["/call0", "/call1", "/call2"], calls.Select(call => Text(call, "request", "path")));
        Assert.Equal(curls, calls.Select(call => Pid(call, "client")));
        Assert.All(calls, call =>
        {
            AssertSound(call, server.Port);
            Assert.Equal(server.Id, Pid(call, "server"));
        });
    }

    [SkippableFact]
    public void A_large_body_has_the_right_bytes()
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server("nginx");
        using var capture = Open(server.Port);
        var (_, body) = Peer.Curl("--cacert", TlsPeers.Certificate, "--http1.1", $"https://127.0.0.1:{server.Port}/large");
        Assert.Equal(TlsPeers.LargeBody, body);
        capture.WaitFor(1);
        var call = Assert.Single(capture.Stop());
        AssertSound(call, server.Port);
        Assert.Equal(TlsPeers.LargeBody.Length, call.GetProperty("response").GetProperty("bodyBytes").GetInt32());
        var kept = Text(call, "response", "body");
        Assert.True(kept.Length >= 64 << 10);
        Assert.StartsWith(kept, TlsPeers.LargeBody, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("curl")]
    [InlineData("nghttp")]
    [InlineData("httpclient2")]
    public void HTTP_2_over_TLS_is_read(string kind)
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server("nginx");
        using var capture = Open(server.Port);
        var urls = Enumerable.Range(0, 3).Select(i => $"https://127.0.0.1:{server.Port}/a{i}").ToArray();
        if (kind == "curl") Peer.Curl(["--cacert", TlsPeers.Certificate, "--http2", .. urls]);
        else if (kind == "nghttp") Nghttp(urls);
        else using (var client = TlsPeers.Client(kind, server.Port)) TlsPeers.Round(client, "a");
        capture.WaitFor(3);
        var calls = capture.Stop();
        Assert.Equal(["/a0", "/a1", "/a2"], calls.Select(call => Text(call, "request", "path")).Order());
        Assert.All(calls, call =>
        {
            AssertSound(call, server.Port);
            Assert.Equal("HTTP/2", Text(call, "protocol"));
            Assert.Equal("hello " + Text(call, "request", "path"), Text(call, "response", "body"));
        });
    }

    [SkippableFact]
    public void GnuTLS_is_read()
    {
        EbpfCapture.RequireOrSkip();
        Skip.IfNot(File.Exists("/usr/bin/gnutls-cli"), "gnutls-cli is not installed");
        using var server = new OwnServer();
        using var capture = Open(server.Port);
        using var client = Peer.Run(
            Peer.Start("gnutls-cli", $"--x509cafile {TlsPeers.Certificate} --no-ca-verification -p {server.Port} 127.0.0.1"),
            Directory.CreateTempSubdirectory("weir-tls-"), 0, _ => { });
        client.Input.Write("GET /gnutls HTTP/1.1\r\nHost: test\r\n\r\n");
        client.Input.Flush();
        capture.WaitFor(1);
        var call = Assert.Single(capture.Stop());
        AssertSound(call, server.Port);
        Assert.Equal("gnutls", Text(call, "tls", "library"));
        Assert.Equal("/gnutls", Text(call, "request", "path"));
        Assert.Equal("hello /gnutls", Text(call, "response", "body"));
        Assert.Equal(client.Id, Pid(call, "client"));
    }

    [SkippableTheory]
    [InlineData("python")]
    [InlineData("node")]
    [InlineData("httpclient")]
    [InlineData("go")]
    public void A_connection_that_was_open_before_the_probe_is_read(string kind)
    {
        EbpfCapture.RequireOrSkip();
        using var server = new OwnServer();
        using var client = TlsPeers.Client(kind, server.Port);
        TlsPeers.Round(client, "before");
        using var capture = Open(server.Port);
        TlsPeers.Round(client, "after");
        capture.WaitFor(3);
        var calls = capture.Stop();
        Assert.Equal(["/after0", "/after1", "/after2"], calls.Select(call => Text(call, "request", "path")).Order());
        Assert.All(calls, call =>
        {
            AssertSound(call, server.Port);
            Assert.Equal(client.Id, Pid(call, "client"));
        });
        Assert.Single(server.ClientPorts);
    }

    [SkippableFact]
    public void A_runtime_that_is_not_known_to_use_memory_is_bound_from_its_second_connection_on()
    {
        EbpfCapture.RequireOrSkip();
        using var server = TlsPeers.Server("asyncio");
        using var capture = Open(server.Port);
        // The first connection shows what the process does. Whether that is in time for itself is a race; without its port it is not asked for.
        using (var first = OwnClient.Open()) first.Get(server.Port, "/first");
        Thread.Sleep(1000);
        using var second = OwnClient.Open();
        second.Get(server.Port, "/second");
        capture.WaitFor(call => Text(call, "request", "path") == "/second");
        var call = Assert.Single(capture.Stop(), call => Text(call, "request", "path") == "/second");
        AssertSound(call, server.Port);
        Assert.Equal("fingerprint", Text(call, "tls", "binding"));
        Assert.Equal(server.Id, Pid(call, "server"));
    }

    [SkippableFact]
    public void A_stripped_Go_program_is_read()
    {
        EbpfCapture.RequireOrSkip();
        using var server = new OwnServer();
        using var client = Peer.Run(
            Peer.Start(GoPeer.Stripped, $"call {server.Port} {TlsPeers.Certificate}"), Directory.CreateTempSubdirectory("weir-tls-"), 0, _ => { });
        using var capture = Open(server.Port);
        TlsPeers.Round(client, "a");
        capture.WaitFor(3);
        Assert.All(capture.Stop(), call => Assert.Equal("go", Text(call, "tls", "library")));
    }

    /// <summary>A capture of one port whose libraries have all been found.</summary>
    internal static EbpfCapture Open(int port)
    {
        var capture = EbpfCapture.OpenOrSkip(port, adjust: options => options with { Ports = [] });
        try
        {
            Assert.NotNull(capture.Tls);
            Assert.True(capture.Tls.WaitUntilAttached(TimeSpan.FromSeconds(60)), "the first scan did not end");
            Assert.Null(capture.Tls.Failure);
            return capture;
        }
        catch
        {
            capture.Dispose();
            throw;
        }
    }

    /// <summary>Other processes of this host may use TLS too, and of theirs a library may be unknown or a socket not be shown.</summary>
    private static void AssertNothingLost(EbpfCapture capture) => Assert.Empty(capture.Losses().Keys.Except(["tls_opaque", "tls_unbound"]));

    internal static void AssertSound(JsonElement call, int serverPort)
    {
        Assert.True(call.GetProperty("complete").GetBoolean(), call.ToString());
        Assert.Equal("ebpf_tls", Text(call, "source"));
        Assert.Equal("https", Text(call, "scheme"));
        Assert.Equal("127.0.0.1", Text(call, "client", "ip"));
        Assert.Equal("127.0.0.1", Text(call, "server", "ip"));
        Assert.Equal(serverPort, call.GetProperty("server").GetProperty("port").GetInt32());
        Assert.NotEqual(0, call.GetProperty("client").GetProperty("port").GetInt32());
        Assert.Equal(200, call.GetProperty("response").GetProperty("status").GetInt32());
        Assert.Empty(call.GetProperty("anomalies").EnumerateArray());
    }

    internal static string Text(JsonElement call, params ReadOnlySpan<string> path)
    {
        foreach (var name in path) call = call.GetProperty(name);
        return call.GetString()!;
    }

    internal static int Pid(JsonElement call, string side) => call.GetProperty(side).GetProperty("process").GetProperty("pid").GetInt32();

    private static void Nghttp(string[] urls)
    {
        Skip.IfNot(File.Exists("/usr/bin/nghttp"), "nghttp is not installed");
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/nghttp", ["--no-verify-peer", "-n", .. urls]))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
