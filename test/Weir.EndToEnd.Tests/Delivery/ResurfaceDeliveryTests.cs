using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.StrictReceiver;
using Weir.Testing;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary><c>weir sniff -o resurface:URL</c> against a server that takes nothing off the format.</summary>
public sealed class ResurfaceDeliveryTests : IDisposable
{
    private const int Calls = 3000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-deliver-");

    private string Spool => Path.Combine(_folder.FullName, "spool");

    [Fact]
    public async Task Every_exchange_is_delivered_once_through_outages_and_kills_of_the_server()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start(Answer.Take, Answer.Take, Answer.Die);
        using var weir = Deliver(Capture(0, Calls), server.Url, "--stats", Path.Combine(_folder.FullName, "stats"));

        // First outage: it dies by SIGKILL in the middle of a body. Nothing of that batch was stored.
        await server.Ended();
        await weir.WaitForError("does not take messages", Limit);

        // Second: it is overloaded, answers what is no success, breaks a connection, and dies after storing but before answering.
        await server.Start(Answer.Take, Answer.Busy, Answer.WrongSuccess, Answer.Take, Answer.Reset, Answer.Take, Answer.StoreAndDie);
        await server.Ended();

        // Third: killed from outside, at whatever it is doing, as soon as it has some batches more.
        await server.Start();
        await server.WaitForBatches(12);
        await server.Kill();
        await server.Start();

        var (code, _, errors) = await weir.Finish(Limit);
        Assert.True(code == 0, errors);
        var journal = server.Journal();
        Assert.DoesNotContain(journal, line => line.StartsWith("refused", StringComparison.Ordinal));
        // Where the server died after storing, the batch comes again and is known by its key.
        Assert.InRange(journal.Count(line => line.StartsWith("repeat ", StringComparison.Ordinal)), 1, 2);
        AssertEachOnce(journal, Calls);
        AssertNothingDropped("stats");
        Assert.Empty(Directory.GetFiles(Spool, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_was_not_delivered_is_said_and_sent_by_the_next_run()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        await server.Kill();
        using (var first = Deliver(Capture(0, 100), server.Url, "--drain", "200ms"))
        {
            var (code, _, errors) = await first.Finish(Limit);
            Assert.Equal(0, code);
            Assert.Contains("100 messages were not delivered: they stay in", errors, StringComparison.Ordinal);
        }

        await server.Start();
        using (var second = Deliver(Capture(100, 100), server.Url))
        {
            var (_, _, errors) = await second.Finish(Limit);
            Assert.Contains("100 messages of an earlier run", errors, StringComparison.Ordinal);
        }

        AssertEachOnce(server.Journal(), 200);
    }

    [Fact]
    public async Task A_killed_weir_loses_nothing_that_was_in_the_spool()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        await server.Kill();
        using (var first = Deliver(Capture(0, 100), server.Url, "--drain", "10m"))
        {
            await first.WaitForError("does not take messages", Limit);
            first.Signal("KILL");
            await first.Finish(Limit);
        }

        var waiting = Directory.GetFiles(Spool, "*.batch", SearchOption.AllDirectories).Length;
        Assert.True(waiting > 0);
        await server.Start();
        using (var second = Deliver(Capture(100, 1), server.Url)) Assert.Equal(0, (await second.Finish(Limit)).ExitCode);
        Assert.Equal(waiting + 1, server.Journal().Count(line => line.StartsWith("taken ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/message", "allow_http_url")]
    [InlineData("ftp://127.0.0.1/message", "neither http nor https")]
    [InlineData("message", "no URL")]
    [InlineData("", "USAGE_LOGGERS_URL")]
    public async Task A_destination_that_is_not_allowed_is_refused_at_the_start(string url, string reason)
    {
        var file = Path.Combine(_folder.FullName, "calls.jsonl");
        using var weir = WeirCommand.Start("sniff", "-r", Capture(0, 1), "-o", $"jsonl:{file}", "-o", url.Length == 0 ? "resurface" : $"resurface:{url}", "--spool", Spool);
        var (code, output, errors) = await weir.Finish(Limit);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Child Deliver(string capture, string url, params string[] more) => WeirCommand.Start(
        new Dictionary<string, string> { ["USAGE_LOGGERS_BUNDLE_SIZE"] = "20000" },
        ["sniff", "-r", capture, "-o", $"resurface:{url}", "--rules", "include debug", "--spool", Spool, .. more]);

    /// <summary>A capture of calls to <c>/call/N</c>.</summary>
    private string Capture(int from, int count)
    {
        var talk = new TcpConversation().Handshake();
        for (var i = from; i < from + count; i++) talk.FromClient(Get($"/call/{i}")).FromServer(Ok($"<call> & {i}", 40));
        var path = Path.Combine(_folder.FullName, $"calls-{from}.pcap");
        talk.Frames.WritePcap(path);
        return path;
    }

    private static void AssertEachOnce(List<string> journal, int calls)
    {
        var urls = new List<string>();
        foreach (var line in journal.Where(line => line[0] == '['))
        {
            Assert.Null(MessageRules.Check(Encoding.UTF8.GetBytes(line), out var details));
            urls.Add(new Uri(details.Single(detail => detail.Key == "request_url").Value).AbsolutePath);
        }

        Assert.Equal(
            Enumerable.Range(0, calls).Select(i => $"/call/{i}").Order(StringComparer.Ordinal), urls.Order(StringComparer.Ordinal));
    }

    private void AssertNothingDropped(string stats)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.FullName, stats)));
        var dropped = json.RootElement.GetProperty("dropped").EnumerateObject().ToDictionary(reason => reason.Name, reason => reason.Value.GetInt64());
        Assert.Contains("resurface_spool_full", dropped.Keys);
        Assert.All(dropped, reason => Assert.Equal(0, reason.Value));
    }
}
