using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Center.Api;

namespace Weir.Center.Tests;

/// <summary>Senders of messages that take up places and time.</summary>
public class MessageLimitTests
{
    private const string Line = """[["request_method","GET"],["request_url","http://orders:8080/a"],["response_code","200"],["now","1700000000123"]]""";

    private const string Head = "POST /message HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ndjson\r\nContent-Length: 1000000\r\n\r\n";

    [Fact]
    public async Task A_sender_beyond_the_places_waits_and_is_told_to_come_again()
    {
        await using var center = await TestCenter.Start();
        var limits = new MessageLimits();
        var slow = new List<TcpClient>();
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < limits.MaxRequests; i++) slow.Add(await Trickle(center, stop.Token));
        await Task.Delay(300);
        var asked = DateTime.UtcNow;
        using var content = new StringContent(Line, Encoding.UTF8, "application/ndjson");
        using var refused = await center.Http.PostAsync("/message", content);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        // It waited for a place first.
        Assert.True(DateTime.UtcNow - asked >= limits.PlaceTimeout * 0.9);
        await stop.CancelAsync();
        foreach (var one in slow) one.Dispose();
        await TestCenter.Until(async () =>
        {
            using var again = await center.Http.PostAsync("/message", new StringContent(Line, Encoding.UTF8, "application/ndjson"));
            return again.StatusCode == HttpStatusCode.NoContent;
        });
    }

    [Fact]
    public async Task A_sender_that_sends_nothing_is_cut_off()
    {
        await using var center = await TestCenter.Start();
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, center.Http.BaseAddress!.Port);
        await silent.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        // An answer or none: the connection ends.
        while (await silent.GetStream().ReadAsync(buffer, patience.Token) > 0)
        {
            // What it says does not matter here.
        }
    }

    [Fact]
    public async Task An_answer_waits_for_the_store_only_so_long()
    {
        await using var center = await TestCenter.Start();
        center.Host.Store.LimitPages(1);
        var asked = DateTime.UtcNow;
        // More than finds room in the pages that are there.
        var many = string.Join('\n', Enumerable.Repeat(Line, 3000));
        using var answer = await center.Http.PostAsync("/message", new StringContent(many, Encoding.UTF8, "application/ndjson"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(DateTime.UtcNow - asked >= new MessageLimits().StoreTimeout * 0.9);
        center.Host.Store.LimitPages(0);
    }

    /// <summary>Sends a body slowly, but not too slowly.</summary>
    private static async Task<TcpClient> Trickle(TestCenter center, CancellationToken stop)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, center.Http.BaseAddress!.Port, stop);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head), stop);
        _ = Task.Run(
            async () =>
            {
                var piece = new byte[8 << 10];
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        await client.GetStream().WriteAsync(piece, stop);
                        await Task.Delay(200, stop);
                    }
                    catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
                    {
                        return;
                    }
                }
            },
            CancellationToken.None);
        return client;
    }
}
