using System.Text;
using System.Text.Json;
using Weir.Export.Resurface;
using Weir.Export.Spool;
using Weir.StrictReceiver;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Resurface;

/// <summary>The whole way from exchange to a strict server over real sockets.</summary>
public sealed class ResurfaceOutputTests : IDisposable
{
    private static readonly DeliveryRetry s_fast = new() { FirstMs = 10, MaxMs = 50 };

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-resurface-").FullName;
    private readonly List<string> _told = [];

    private string JournalPath => Path.Combine(_folder, "journal");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_exchange_arrives_once_compressed_or_not(bool skipCompression)
    {
        using (var server = Server())
        {
            using var output = Output(server.Port, o => o with { SkipCompression = skipCompression, BundleBytes = 4000 });
            Send(output, 0, 500);
        }

        AssertArrived(500, repeats: 0);
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(Answer.Busy)]
    [InlineData(Answer.WrongSuccess)]
    [InlineData(Answer.Reset)]
    public void Only_204_is_success_and_everything_else_is_tried_again(Answer answer)
    {
        using (var server = Server(answer, Answer.Take, answer))
        {
            using var output = Output(server.Port, o => o with { BundleBytes = 4000, Retry = s_fast with { MaxRetryAfter = TimeSpan.FromMilliseconds(20) } });
            Send(output, 0, 100);
        }

        AssertArrived(100, repeats: 0);
        Assert.Contains(_told, text => text.Contains("takes messages again", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_server_that_is_away_could_not_take_waits_for_the_next_run()
    {
        int port;
        using (var server = Server()) port = server.Port;
        using (var away = Output(port, o => o with { DrainTime = TimeSpan.FromMilliseconds(100) })) Send(away, 0, 50);
        Assert.Contains(_told, text => text.Contains("50 messages were not delivered: they stay in", StringComparison.Ordinal));
        using (var server = Server(port))
        {
            using var back = Output(port);
            Send(back, 50, 50);
        }

        AssertArrived(100, repeats: 0);
    }

    [Fact]
    public void A_batch_that_the_server_calls_wrong_does_not_hold_up_the_others()
    {
        using var server = Server(Answer.Refuse, Answer.Refuse, Answer.Refuse);
        var output = Output(server.Port, o => o with { Retry = s_fast with { MaxRefusals = 3 } });
        Send(output, 0, 1);
        SpinWait.SpinUntil(() => Loss(output, "resurface_refused") == 1, TimeSpan.FromSeconds(30));
        Assert.Equal(1, Loss(output, "resurface_refused"));
        Send(output, 1, 1);
        output.Dispose();
        Assert.Equal(1, output.Delivered);
    }

    [Fact]
    public void A_full_spool_drops_the_oldest_and_says_how_many()
    {
        int port;
        using (var server = Server()) port = server.Port;
        var output = Output(port, o => o with
        {
            BundleBytes = 1000, SkipCompression = true, Spool = new SpoolLimits(10_000, TimeSpan.FromDays(1), 0), DrainTime = TimeSpan.Zero,
        });
        for (var i = 0; i < 100; i++)
        {
            Send(output, i, 1);
            SpinWait.SpinUntil(() => output.Waiting + Loss(output, "resurface_spool_full") + Loss(output, "resurface_queue_full") >= i, TimeSpan.FromSeconds(30));
        }

        output.Dispose();
        Assert.True(Loss(output, "resurface_spool_full") > 0);
        Assert.Equal(100, output.Waiting + Loss(output, "resurface_spool_full") + Loss(output, "resurface_queue_full"));
    }

    [Fact]
    public async Task A_file_waits_for_room_instead_of_losing_something()
    {
        int port;
        using (var first = Server()) port = first.Port;
        using var stop = new CancellationTokenSource();
        var output = Output(port, o => o with
        {
            BundleBytes = 1000, SkipCompression = true, Spool = new SpoolLimits(150_000, TimeSpan.FromDays(1), 0), WaitForRoom = true, Stop = stop.Token,
        });
        using var server = new Receiver(new Journal(JournalPath), []);
        var producer = Task.Run(() => Send(output, 0, 3000));
        // The spool and the bundles before it hold less than that, so it cannot be done before the server is there.
        SpinWait.SpinUntil(() => output.Waiting > 0, TimeSpan.FromSeconds(30));
        Assert.False(producer.IsCompleted);
        server.Start(port);
        await producer.WaitAsync(TimeSpan.FromMinutes(1));
        output.Dispose();
        Assert.Equal(3000, output.Delivered);
        Assert.All(output.Losses(), loss => Assert.Equal(0, loss.Value));
    }

    [Fact]
    public void Its_own_deliveries_are_not_delivered_again()
    {
        using var server = Server();
        var output = Output(server.Port);
        Send(output, 0, 1);
        SpinWait.SpinUntil(() => output.Delivered == 1, TimeSpan.FromSeconds(30));
        var key = File.ReadLines(JournalPath).First().Split(' ')[1];
        var own = TestExchange.GetOk();
        TestExchange.Header(own.Request, "Idempotency-Key", key);
        var foreign = TestExchange.GetOk();
        TestExchange.Header(foreign.Request, "Idempotency-Key", "weir-01ARZ3NDEKTSV4RRFFQ69G5FAV");
        var lane = output.OpenLane();
        lane.Write(own);
        lane.Write(foreign);
        output.Dispose();
        Assert.Equal(2, output.Delivered);
        Assert.Equal(1, output.Ignored().Single(i => i.Key == "resurface_own_delivery").Value);
    }

    [Fact]
    public void What_the_format_does_not_take_is_counted()
    {
        using var server = Server();
        var output = Output(server.Port);
        var lane = output.OpenLane();
        lane.Write(TestExchange.Get());
        var dns = TestExchange.GetOk();
        dns.Protocol = "DNS";
        lane.Write(dns);
        output.Dispose();
        Assert.Equal(1, output.Ignored().Single(i => i.Key == "resurface_unpaired").Value);
        Assert.Equal(1, output.Ignored().Single(i => i.Key == "resurface_not_http").Value);
        Assert.Equal(0, output.Delivered);
    }

    [Fact]
    public void Nothing_is_submitted_when_the_rules_say_so()
    {
        using (var server = Server())
        {
            using var output = Output(server.Port, o => o with { SkipSubmission = true });
            Send(output, 0, 10);
        }

        AssertArrived(0, repeats: 0);
    }

    [Theory]
    [InlineData("https://h.example/message", false, true)]
    [InlineData("http://h.example:7701/message", true, true)]
    [InlineData("http://h.example:7701/message", false, false)]
    [InlineData("http://127.0.0.1:7701/message", false, false)]
    [InlineData("ftp://h.example/message", true, false)]
    [InlineData("/message", true, false)]
    [InlineData("urn:message", true, false)]
    [InlineData("", true, false)]
    public void A_URL_must_be_https_or_http_that_the_rules_allow(string text, bool allowHttp, bool accepted)
    {
        Assert.Equal(accepted, ResurfaceOptions.TryParseUrl(text, allowHttp, out var url, out var error));
        Assert.Equal(accepted, url is not null);
        if (text.StartsWith("http:", StringComparison.Ordinal) && !accepted) Assert.Contains("allow_http_url", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static long Loss(ResurfaceOutput output, string reason) => output.Losses().Single(loss => loss.Key == reason).Value;

    private static void Send(ResurfaceOutput output, int from, int count)
    {
        var lane = output.OpenLane();
        for (var i = from; i < from + count; i++) lane.Write(TestExchange.GetOk($"body {i}"));
        lane.Flush();
    }

    private Receiver Server(params Answer[] plan) => Server(0, plan);

    private Receiver Server(int port, params Answer[] plan)
    {
        var server = new Receiver(new Journal(JournalPath), plan);
        server.Start(port);
        return server;
    }

    private ResurfaceOutput Output(int port, Func<ResurfaceOptions, ResurfaceOptions>? change = null)
    {
        var options = new ResurfaceOptions
        {
            Url = new Uri($"http://127.0.0.1:{port}/message"),
            SpoolRoot = Path.Combine(_folder, "spool"),
            BundleTime = TimeSpan.FromMilliseconds(50),
            Retry = s_fast,
            Tell = text =>
            {
                lock (_told) _told.Add(text);
            },
        };
        return new ResurfaceOutput(change?.Invoke(options) ?? options);
    }

    private void AssertArrived(int count, int repeats)
    {
        var lines = File.ReadLines(JournalPath).ToList();
        Assert.DoesNotContain(lines, line => line.StartsWith("refused", StringComparison.Ordinal));
        Assert.Equal(repeats, lines.Count(line => line.StartsWith("repeat", StringComparison.Ordinal)));
        var bodies = lines.Where(line => line[0] == '[').Select(Body).ToList();
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"body {i}"), bodies.OrderBy(body => body.Length).ThenBy(body => body, StringComparer.Ordinal));
    }

    private static string Body(string line)
    {
        Assert.Null(MessageRules.Check(Encoding.UTF8.GetBytes(line), out var details));
        return details.Single(detail => detail.Key == "response_body").Value;
    }
}
