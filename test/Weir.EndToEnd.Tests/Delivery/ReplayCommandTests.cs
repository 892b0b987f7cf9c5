using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary><c>weir replay</c> against a server that remembers what it got.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-replay-");
    private readonly HttpListener _server = new();
    private readonly ConcurrentQueue<(string Request, string Body, string Host, string? Test)> _got = new();
    private readonly string _url;

    public ReplayCommandTests()
    {
        for (var port = 20_000 + Random.Shared.Next(20_000); ; port++)
        {
            _url = $"http://127.0.0.1:{port}/";
            _server.Prefixes.Clear();
            // Every Host: requests may keep the one that was captured.
            _server.Prefixes.Add($"http://*:{port}/");
            try
            {
                _server.Start();
                break;
            }
            catch (HttpListenerException)
            {
                // Taken: the next port.
            }
        }

        _ = Serve();
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("gor")]
    [InlineData("gor.gz")]
    [InlineData("jsonl")]
    [InlineData("har")]
    public async Task Requests_of_every_format_are_sent_again_as_they_were(string format)
    {
        var file = await Save(format);
        var (code, stats, errors) = await Replay(file, "--speed", "max", "--workers", "1");
        Assert.True(code == 0, errors);
        Assert.Equal(["GET /a?x=1%202", "POST /b", "GET /missing"], _got.Select(got => got.Request));
        Assert.Equal("{\"n\":1}", _got.ElementAt(1).Body);
        Assert.Equal(3, stats.GetProperty("answered").GetInt64());
        Assert.Equal(2, stats.GetProperty("statusSame").GetInt64());
        var difference = Assert.Single(stats.GetProperty("differences").EnumerateArray());
        Assert.Equal(("/missing", 200, 404), (difference.GetProperty("path").GetString(), difference.GetProperty("captured").GetInt32(), difference.GetProperty("replayed").GetInt32()));
        Assert.Contains("latency ms p50", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gaps_between_requests_are_kept_and_scaled()
    {
        // The last request comes a second after the first, so the replay cannot be over before.
        var file = Path.Combine(_folder.FullName, "slow.gor");
        var records = Enumerable.Range(0, 3).Select(i => $"1 aaaaaaaaaaaaaaaaaaaaaaa{i} {1_700_000_000_000_000_000 + (i * 500_000_000L)} 0\nGET /{i} HTTP/1.1\r\nHost: a\r\n\r\n\n🐵🙈🙉\n");
        await File.WriteAllTextAsync(file, string.Concat(records));
        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, (await Replay(file, "--workers", "1")).Code);
        Assert.True(Stopwatch.GetElapsedTime(began) >= TimeSpan.FromSeconds(1));
        var (code, stats, _) = await Replay(file, "--speed", "1000%", "--rate", "4", "--workers", "1");
        Assert.Equal(0, code);
        // The rate holds the third back until half a second has passed, though the pace would have it after a tenth.
        Assert.True(stats.GetProperty("seconds").GetDouble() >= 0.5);
        Assert.Equal(["GET /0", "GET /1", "GET /2", "GET /0", "GET /1", "GET /2"], _got.Select(got => got.Request));
    }

    [Fact]
    public async Task Requests_are_chosen_and_changed()
    {
        var (code, stats, _) = await Replay(
            await Save("gor"), "--speed", "max", "-w", "method == 'GET'", "--disallow-url", "missing",
            "--set-header", "X-Test: yes", "--set-param", "x=7", "--rewrite-url", "^/a:/v2/a", "--original-host");
        Assert.Equal(0, code);
        var got = Assert.Single(_got);
        Assert.Equal(("GET /v2/a?x=7", "orders:8080", "yes"), (got.Request, got.Host, got.Test));
        Assert.Equal(2, stats.GetProperty("skipped").GetProperty("filtered").GetInt64());
    }

    [Fact]
    public async Task It_loops_until_it_has_sent_enough()
    {
        var (code, stats, _) = await Replay(await Save("gor"), "--speed", "max", "--loop", "-n", "10");
        Assert.Equal(0, code);
        Assert.Equal(10, stats.GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_with_1_and_the_reason()
    {
        _server.Stop();
        var (code, stats, errors) = await Replay(await Save("gor"), "--speed", "max");
        Assert.Equal(1, code);
        Assert.Equal(3, stats.GetProperty("failed").GetInt64());
        Assert.Contains("refused", errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Masked_values_are_sent_as_masked_and_that_is_said()
    {
        var file = Path.Combine(_folder.FullName, "masked.gor");
        await File.WriteAllTextAsync(file, "1 aaaaaaaaaaaaaaaaaaaaaaaa 1700000000000000000 0\nGET /a HTTP/1.1\r\nHost: a\r\nX-Test: ***api_key***\r\n\r\n\n🐵🙈🙉\n");
        var (_, stats, errors) = await Replay(file);
        Assert.Equal(1, stats.GetProperty("masked").GetInt64());
        Assert.Contains("sent as masked", errors, StringComparison.Ordinal);
        Assert.Equal("***api_key***", Assert.Single(_got).Test);
    }

    [Fact]
    public async Task What_was_not_captured_whole_is_not_sent()
    {
        var file = Path.Combine(_folder.FullName, "cut.jsonl");
        await File.WriteAllTextAsync(file, await WeirCommand.Output("sniff", "-r", await Save("pcap"), "-o", "jsonl", "--body-limit", "3"));
        var (_, stats, _) = await Replay(file, "--speed", "max");
        Assert.Equal(1, stats.GetProperty("skipped").GetProperty("body_not_captured_whole").GetInt64());
        Assert.DoesNotContain(_got, got => got.Request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_dry_run_sends_nothing()
    {
        var (code, stats, _) = await Replay(await Save("gor"), "--dry-run", "--speed", "max");
        Assert.Equal(1, code);
        Assert.Equal(3, stats.GetProperty("skipped").GetProperty("dry_run").GetInt64());
        Assert.Empty(_got);
    }

    [Theory]
    [InlineData("--to", "ftp://x")]
    [InlineData("--speed", "fast")]
    [InlineData("--rate", "0")]
    [InlineData("--workers", "0")]
    [InlineData("--allow-url", "(")]
    [InlineData("--set-header", "nothing")]
    [InlineData("-w", "method ==")]
    public async Task Bad_usage_ends_with_2(string option, string value)
    {
        var to = option == "--to" ? value : _url;
        using var child = WeirCommand.Start(["replay", "-r", "/nowhere.gor", "--to", to, .. option == "--to" ? [] : new[] { option, value }]);
        var (code, output, errors) = await child.Finish(Limit);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _server.Close();
        _folder.Delete(recursive: true);
    }

    private async Task Serve()
    {
        while (_server.IsListening)
        {
            try
            {
                var context = await _server.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var request = context.Request;
                _got.Enqueue(($"{request.HttpMethod} {request.RawUrl}", await reader.ReadToEndAsync(), request.UserHostName, request.Headers["X-Test"]));
                context.Response.StatusCode = request.RawUrl == "/missing" ? 404 : 200;
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    /// <summary>The same three calls in any format.</summary>
    private async Task<string> Save(string format)
    {
        var capture = Path.Combine(_folder.FullName, "calls.pcap");
        var talk = new TcpConversation().Handshake();
        talk.FromClient(Get("/a?x=1%202")).FromServer(Ok("/a"));
        talk.FromClient(Post("/b", "{\"n\":1}")).FromServer(Ok("/b"));
        talk.FromClient(Get("/missing")).FromServer(Ok("/missing"));
        talk.Frames.WritePcap(capture);
        if (format == "pcap") return capture;
        var file = Path.Combine(_folder.FullName, $"calls.{format}");
        await WeirCommand.Output("sniff", "-r", capture, "-o", $"{format.Split('.')[0]}:{file}");
        return file;
    }

    private async Task<(int Code, JsonElement Stats, string Errors)> Replay(string file, params string[] arguments)
    {
        using var child = WeirCommand.Start(["replay", "-r", file, "--to", _url, "--stats", "-", .. arguments]);
        var (code, output, errors) = await child.Finish(Limit);
        Assert.True(output.Length > 0, errors);
        using var json = JsonDocument.Parse(output);
        return (code, json.RootElement.Clone(), errors);
    }
}
