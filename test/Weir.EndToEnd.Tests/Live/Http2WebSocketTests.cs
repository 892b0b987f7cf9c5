using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit.Abstractions;

namespace Weir.EndToEnd.Tests.Live;

/// <summary>A WebSocket on a stream of HTTP/2 (RFC 8441) between two peers of node across a veth pair.</summary>
public sealed class Http2WebSocketTests(ITestOutputHelper log)
{
    private static readonly string s_peer = RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Live/h2_websocket.js");

    [SkippableTheory]
    [InlineData("ring")]
    [InlineData("libpcap")]
    public async Task Messages_of_both_sides_are_told_and_the_stream_beside_it_too(string plane)
    {
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        Skip.IfNot(Child.Exists("node"), "needs node");
        await using var lab = await NetworkLab.Create();
        var calls = Path.GetTempFileName();
        using var server = NetworkLab.In(lab.Server, "node", s_peer, "server", NetworkLab.ServerAddress, "8080");
        await server.WaitForError("serving", TimeSpan.FromSeconds(30));
        using var weir = NetworkLab.In(
            lab.Server, "dotnet", WeirCommand.Assembly, "sniff", "-i", NetworkLab.ServerDevice, "-p", "8080", "--source", plane, "-o", $"jsonl:{calls}");
        await weir.WaitForError("capturing on", TimeSpan.FromSeconds(30));
        using var client = NetworkLab.In(lab.Client, "node", s_peer, "client", NetworkLab.ServerAddress, "8080");
        var (code, _, said) = await client.Finish(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, said);
        Assert.Contains("3 answers", said, StringComparison.Ordinal);
        await Task.Delay(700);
        weir.Signal("TERM");
        var (ended, _, errors) = await weir.Finish(TimeSpan.FromSeconds(30));
        log.WriteLine(errors);
        Assert.Equal(130, ended);
        var records = WeirCommand.Records(await File.ReadAllTextAsync(calls));
        foreach (var record in records) log.WriteLine(record.GetRawText());
        File.Delete(calls);

        // Live, a record may come while it runs; the last one under an id is what it was.
        var last = records.GroupBy(record => record.GetProperty("id").GetString()).Select(same => same.Last()).ToList();
        Assert.Equal(2, last.Count);
        var document = last.Single(record => record.GetProperty("request").GetProperty("path").GetString() == "/document");
        Assert.Equal("a document beside it", document.GetProperty("response").GetProperty("body").GetString());
        var chat = last.Single(record => record.TryGetProperty("webSocket", out _));
        Assert.Equal("HTTP/2", chat.GetProperty("protocol").GetString());
        Assert.Equal(("/chat", "room=1", "CONNECT"), Target(chat.GetProperty("request")));
        Assert.Equal(200, chat.GetProperty("response").GetProperty("status").GetInt32());
        Assert.True(chat.GetProperty("complete").GetBoolean());
        var socket = chat.GetProperty("webSocket");
        Assert.Equal((3, 3, 3009, 3009), (Number(socket, "messagesIn"), Number(socket, "messagesOut"), Number(socket, "bytesIn"), Number(socket, "bytesOut")));
        Assert.Equal((1000, "done"), ((int)Number(socket, "closeCode"), socket.GetProperty("closeReason").GetString()));
        Assert.Equal(
            ["client first", "server first"],
            socket.GetProperty("captured").EnumerateArray().Take(2).Select(one => $"{one.GetProperty("from").GetString()} {one.GetProperty("body").GetString()}"));
        Assert.NotEqual(document.GetProperty("streamId").GetInt32(), chat.GetProperty("streamId").GetInt32());
        Assert.Equal(document.GetProperty("client").GetProperty("port").GetInt32(), chat.GetProperty("client").GetProperty("port").GetInt32());
    }

    private static (string?, string?, string?) Target(JsonElement request) =>
        (request.GetProperty("path").GetString(), request.GetProperty("query").GetString(), request.GetProperty("method").GetString());

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
