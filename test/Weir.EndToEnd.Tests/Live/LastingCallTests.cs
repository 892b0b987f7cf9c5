using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>Calls that last, between real peers, as <c>weir up</c> shows them while they run and when they are over.</summary>
public sealed class LastingCallTests(ITestOutputHelper log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Answers each text with itself, until the client closes.</summary>
    private const string PythonServer = """
        import asyncio, sys, websockets
        async def echo(socket, *rest):
            async for message in socket: await socket.send(message)
        async def main():
            async with websockets.serve(echo, "127.0.0.1", int(sys.argv[1])): await asyncio.sleep(120)
        asyncio.run(main())
        """;

    private const string PythonClient = """
        import asyncio, sys, websockets
        async def main():
            async with websockets.connect(f"ws://127.0.0.1:{sys.argv[1]}/from-python") as socket:
                for message in ["first", "x" * 2000, "first again"]:
                    await socket.send(message)
                    assert await socket.recv() == message
                await asyncio.sleep(4)
        asyncio.run(main())
        """;

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_websocket_between_two_peers_of_dotnet_shows_while_it_runs_and_once_when_it_is_over(bool takeover)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        await using var weir = await RunningWeir.Start();
        using var listener = Listen(out var port);
        var deflate = new WebSocketDeflateOptions { ClientContextTakeover = takeover, ServerContextTakeover = takeover };
        var serving = Serve(listener, deflate);
        using var client = new ClientWebSocket();
        client.Options.DangerousDeflateOptions = deflate;
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/chat"), CancellationToken.None);
        string[] messages = ["hello, hello, hello", "hello once more", new string('y', 20_000)];
        foreach (var message in messages) Assert.Equal(message, await Echo(client, message));

        var running = await Poll(weir, $"dst.port == {port}", call => Is(call, "inProgress") && Count(call) == 6);
        Assert.False(running.GetProperty("complete").GetBoolean());
        Assert.Equal("hello once more", await Echo(client, "hello once more"));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);
        await serving;

        var ended = await Poll(weir, $"dst.port == {port}", call => !Is(call, "inProgress"));
        log.WriteLine(ended.ToString());
        Assert.Equal(running.GetProperty("id").GetString(), ended.GetProperty("id").GetString());
        Assert.True(ended.GetProperty("complete").GetBoolean());
        Assert.Equal(8, Count(ended));
        Assert.Equal(1000, ended.GetProperty("webSocket").GetProperty("closeCode").GetInt32());
        var texts = Captured(await Get(weir, $"/api/v1/exchanges/{ended.GetProperty("id").GetString()}"));
        Assert.Equal(messages.Append("hello once more").SelectMany(message => (string[])[message, message]), texts);
    }

    [SkippableFact]
    public async Task A_websocket_of_python_is_read_both_ways()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(await HasWebSockets(), "needs python3-websockets");
        await using var weir = await RunningWeir.Start();
        var port = RunningWeir.FreePort();
        using var server = Child.Start("/usr/bin/python3", ["-c", PythonServer, port.ToString(CultureInfo.InvariantCulture)]);
        using (var client = await Connect(port))
        {
            foreach (var message in (string[])["to python", "to python again"]) Assert.Equal(message, await Echo(client, message));
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }

        var first = await Poll(weir, $"dst.port == {port} && path == '/'", call => !Is(call, "inProgress"));
        Assert.True(first.GetProperty("webSocket").GetProperty("compressed").GetBoolean());
        var texts = Captured(await Get(weir, $"/api/v1/exchanges/{first.GetProperty("id").GetString()}"));
        Assert.Equal(["to python", "to python", "to python again", "to python again"], texts);

        using var python = Child.Start("/usr/bin/python3", ["-c", PythonClient, port.ToString(CultureInfo.InvariantCulture)]);
        await Poll(weir, $"dst.port == {port} && path == '/from-python'", call => Is(call, "inProgress"));
        Assert.Equal(0, (await python.Finish(Patience)).ExitCode);
        var second = await Poll(weir, $"dst.port == {port} && path == '/from-python'", call => !Is(call, "inProgress"));
        Assert.Equal(6, Count(second));
        Assert.True(second.GetProperty("complete").GetBoolean());
    }

    [SkippableFact]
    public async Task Server_sent_events_show_while_they_come_and_once_when_the_stream_ends()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        await using var weir = await RunningWeir.Start();
        var port = RunningWeir.FreePort();
        using var server = new HttpListener();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var more = new TaskCompletionSource();
        var serving = Task.Run(async () =>
        {
            var context = await server.GetContextAsync();
            context.Response.ContentType = "text/event-stream";
            context.Response.SendChunked = true;
            await Write(context, "data: one\n\n");
            await Write(context, "data: two\n\n");
            await more.Task;
            await Write(context, "data: three\n\n");
            context.Response.Close();
        });
        using var http = new HttpClient();
        var reading = http.GetStringAsync($"http://127.0.0.1:{port}/ticks");
        var running = await Poll(weir, $"dst.port == {port}", call => Is(call, "inProgress"));
        Assert.Equal(2, running.GetProperty("eventStream").GetProperty("events").GetInt32());
        var body = await Get(weir, $"/api/v1/exchanges/{running.GetProperty("id").GetString()}");
        Assert.Equal("data: one\n\ndata: two\n\n", body.GetProperty("response").GetProperty("body").GetString());

        more.SetResult();
        await serving;
        await reading;
        var ended = await Poll(weir, $"dst.port == {port}", call => !Is(call, "inProgress"));
        Assert.Equal(running.GetProperty("id").GetString(), ended.GetProperty("id").GetString());
        Assert.Equal(3, ended.GetProperty("eventStream").GetProperty("events").GetInt32());
        Assert.True(ended.GetProperty("complete").GetBoolean());
    }

    [SkippableFact]
    public async Task Lookups_of_dig_at_a_real_server_are_read()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(Child.Exists("dnsmasq") && Child.Exists("dig"), "needs dnsmasq and dig");
        await using var weir = await RunningWeir.Start();
        var port = RunningWeir.FreePort().ToString(CultureInfo.InvariantCulture);
        using var server = Child.Start("dnsmasq", [
            "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces", $"--port={port}",
            "--address=/a.test/10.1.2.3", "--txt-record=t.test,some text", "--srv-host=_x._tcp.test,a.test,80,1,2", "--local=/test/",
        ]);
        await Task.Delay(500);
        foreach (var arguments in (string[][])[["a.test"], ["t.test", "TXT"], ["_x._tcp.test", "SRV", "+tcp"], ["none.test"]])
            await Child.Output("dig", ["@127.0.0.1", "-p", port, "+tries=1", .. arguments]);
        var calls = new Dictionary<string, JsonElement>();
        foreach (var name in (string[])["a.test", "t.test", "_x._tcp.test", "none.test"])
        {
            var call = await Poll(weir, $"dns_name == '{name}'", one => !Is(one, "inProgress"));
            calls[name] = await Get(weir, $"/api/v1/exchanges/{call.GetProperty("id").GetString()}");
            Assert.True(call.GetProperty("complete").GetBoolean());
        }

        Assert.Equal("10.1.2.3", Data(calls["a.test"]));
        Assert.Equal("\"some text\"", Data(calls["t.test"]));
        Assert.Equal("1 2 80 a.test", Data(calls["_x._tcp.test"]));
        Assert.True(calls["_x._tcp.test"].GetProperty("dns").GetProperty("overTcp").GetBoolean());
        Assert.Equal("NXDOMAIN", calls["none.test"].GetProperty("dns").GetProperty("responseCode").GetString());
    }

    private static string? Data(JsonElement call) => call.GetProperty("dns").GetProperty("answers")[0].GetProperty("data").GetString();

    private static bool Is(JsonElement call, string flag) => call.TryGetProperty(flag, out var value) && value.GetBoolean();

    private static int Count(JsonElement call) =>
        call.TryGetProperty("webSocket", out var session) ? session.GetProperty("messages").GetInt32() : -1;

    private static IEnumerable<string?> Captured(JsonElement call) =>
        call.GetProperty("webSocket").GetProperty("captured").EnumerateArray().Select(message => message.GetProperty("body").GetString());

    /// <summary>The one call of that filter, once it is as wanted; never two of them.</summary>
    private static async Task<JsonElement> Poll(RunningWeir weir, string where, Func<JsonElement, bool> wanted)
    {
        JsonElement last = default;
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            var items = (await Get(weir, $"/api/v1/exchanges?where={Uri.EscapeDataString(where)}")).GetProperty("items").EnumerateArray().ToList();
            Assert.InRange(items.Count, 0, 1);
            if (items.Count == 0) continue;
            last = items[0];
            if (wanted(last)) return last;
        }

        throw new TimeoutException($"{where} did not become what was expected; last: {last}");
    }

    private static async Task<JsonElement> Get(RunningWeir weir, string path)
    {
        using var http = await Login.Open(weir.Address);
        using var document = JsonDocument.Parse(await http.GetStringAsync(weir.Address + path));
        return document.RootElement.Clone();
    }

    private static Task Write(HttpListenerContext context, string text) =>
        context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    private static async Task<bool> HasWebSockets()
    {
        if (!File.Exists("/usr/bin/python3")) return false;
        using var child = Child.Start("/usr/bin/python3", ["-c", "import websockets"]);
        return (await child.Finish(Patience)).ExitCode == 0;
    }

    private static async Task<ClientWebSocket> Connect(int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            var client = new ClientWebSocket();
            client.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
            try
            {
                await client.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/"), CancellationToken.None);
                return client;
            }
            catch (WebSocketException) when (attempt < 100)
            {
                client.Dispose();
                await Task.Delay(100);
            }
        }
    }

    private static async Task<string> Echo(WebSocket client, string message)
    {
        await client.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return (await Receive(client))!;
    }

    private static async Task<string?> Receive(WebSocket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            text.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            if (part.EndOfMessage) return text.ToString();
        }
    }

    private static TcpListener Listen(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    /// <summary>The server side of .NET's own WebSocket, echoing; the handshake is answered by hand (RFC 6455 §4.2.2).</summary>
    private static async Task Serve(TcpListener listener, WebSocketDeflateOptions deflate)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        var stream = connection.GetStream();
        var head = "";
        var buffer = new byte[4096];
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        var key = head.Split("\r\n").First(line => line.StartsWith("Sec-WebSocket-Key:", StringComparison.OrdinalIgnoreCase))[18..].Trim();
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1; it protects nothing here.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        var resets = deflate.ClientContextTakeover ? "" : "; client_no_context_takeover; server_no_context_takeover";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n"
            + $"Sec-WebSocket-Extensions: permessage-deflate{resets}\r\n\r\n"));
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, DangerousDeflateOptions = deflate });
        while (await Receive(socket) is { } message)
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "done", CancellationToken.None);
    }
}
