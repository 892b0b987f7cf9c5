using Weir.Export.Center;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Records.Status;
using Xunit;

namespace Weir.Export.Tests.Center;

/// <summary>The probe's side of a delivery, against centers that answer as the test says.</summary>
public sealed class CenterOutputTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _root = Directory.CreateTempSubdirectory("weir-center-output-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task Every_exchange_arrives_once_and_the_spool_is_empty_then()
    {
        await using var center = await FakeCenter.Start();
        using (var output = Output(o => o with { BundleBytes = 2000, Token = "made-up-for-this-test" }, center))
        {
            for (var sent = 20; sent <= 200; sent += 20)
            {
                Send(output, 20);
                var expected = sent;
                await Until(() => output.Delivered == expected);
            }

            Assert.Equal((0, 0), (output.Waiting, output.Losses().Sum(loss => loss.Value)));
        }

        Assert.Equal(200, center.Stored.Distinct().Count());
        Assert.Equal(200, center.Stored.Count);
        Assert.True(center.Batches.Distinct().Count() >= 10);
        Assert.Equal("Bearer made-up-for-this-test", center.Authorization);
        Assert.Empty(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Two_centers_share_the_batches()
    {
        await using var one = await FakeCenter.Start(store: 1);
        await using var two = await FakeCenter.Start(store: 2);
        using var output = Output(o => o with { BundleBytes = 500 }, one, two);
        await Until(() => output.Connected == 2);
        for (var i = 0; i < 40; i++)
        {
            Send(output, 3);
            await Task.Delay(5);
        }

        await Until(() => output.Delivered == 120);
        Assert.Equal(120, one.Stored.Concat(two.Stored).Distinct().Count());
        Assert.Equal(120, one.Stored.Count + two.Stored.Count);
        Assert.NotEmpty(one.Stored);
        Assert.NotEmpty(two.Stored);
    }

    [Fact]
    public async Task A_batch_whose_receipt_was_lost_goes_to_the_same_store_again_and_to_no_other()
    {
        await using var one = await FakeCenter.Start(store: 1, reactions: [Reaction.StoreAndBreak, Reaction.Store]);
        using var output = Output(o => o, one);
        await Until(() => output.Connected == 1);
        Send(output, 10);
        await Until(() => output.Delivered == 10);
        // It came twice, under the same ids: a store keeps it once.
        Assert.Equal(2, one.Batches.Count);
        Assert.Single(one.Batches.Distinct());
        Assert.Equal(10, one.Stored.Distinct().Count());
    }

    [Fact]
    public async Task What_a_store_may_have_waits_for_it_while_another_takes_the_rest()
    {
        var one = await FakeCenter.Start(store: 1, reactions: [Reaction.StoreAndBreak]);
        await using var two = await FakeCenter.Start(store: 2);
        using var output = Output(o => o, one);
        Send(output, 10);
        await Until(() => !one.Stored.IsEmpty);
        var port = one.Port;
        await one.DisposeAsync();
        output.Change([new CenterAddress("127.0.0.1", port), new CenterAddress("127.0.0.1", two.Port)], null);
        await Until(() => output.Connected == 1);
        Send(output, 5);
        await Until(() => output.Delivered == 5);
        Assert.Equal((5, 10), (two.Stored.Count, output.Waiting));
        // The same store behind a center that came back.
        await using var again = await FakeCenter.Start(port, store: 1);
        await Until(() => output.Delivered == 15);
        Assert.Equal(one.Stored.Distinct().Order(), again.Stored.Order());
        Assert.Equal(5, two.Stored.Count);
    }

    [Fact]
    public async Task Another_center_of_the_same_store_takes_what_the_first_may_have_stored()
    {
        var one = await FakeCenter.Start(store: 7, reactions: [Reaction.StoreAndBreak]);
        await using var two = await FakeCenter.Start(store: 7);
        using var output = Output(o => o, one);
        Send(output, 10);
        await Until(() => !one.Stored.IsEmpty);
        await one.DisposeAsync();
        output.Change([new CenterAddress("127.0.0.1", two.Port)], null);
        await Until(() => output.Delivered == 10);
        Assert.Equal(one.Stored.Distinct().Order(), two.Stored.Order());
    }

    [Fact]
    public async Task What_no_center_took_is_sent_by_the_next_run()
    {
        using (var away = Output(o => o with { DrainTime = TimeSpan.FromMilliseconds(100), Centers = [new CenterAddress("127.0.0.1", 1)] }))
            Send(away, 30);
        Assert.Contains(_told, line => line.Contains("30 messages were not delivered", StringComparison.Ordinal));
        await using var center = await FakeCenter.Start();
        using var output = Output(o => o, center);
        await Until(() => output.Delivered == 30);
        Assert.Equal(30, center.Stored.Count);
    }

    [Fact]
    public async Task Counters_wait_for_a_center_that_takes_them_go_to_it_once_and_hold_up_no_calls()
    {
        await using var old = await FakeCenter.Start(store: 1);
        using var output = Output(o => o, old);
        output.Write(new Records.Traffic.TrafficReport
        {
            Id = _ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000), Node = "node-1", StartNs = 1, IntervalNs = 1_000_000_000,
            Counts = [new Records.Traffic.TrafficCount { Source = "10.0.0.1", Destination = "10.0.0.2", Bytes = 5, SourcePeer = new Records.Traffic.TrafficPeer("shop", "cart", "", "") }],
        });
        Send(output, 10);
        await Until(() => output.Delivered == 10);
        Assert.Empty(old.Traffic);
        Assert.Single(Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories));
        await using var center = await FakeCenter.Start(store: 2);
        center.TakesTraffic = true;
        output.Change([new CenterAddress("127.0.0.1", center.Port)], null);
        await Until(() => center.Traffic.Count == 1 && Directory.GetFiles(_root, "*.batch", SearchOption.AllDirectories).Length == 0);
        Assert.True(center.Traffic.TryPeek(out var report));
        var row = Assert.Single(report.Rows);
        Assert.Equal(("10.0.0.1", 5u, "cart"), (report.Texts[(int)row.Source], row.Bytes, report.Texts[(int)report.Peers[(int)row.SourcePeer - 1].Pod]));
        Assert.Equal((0, 0), (output.Waiting, Loss(output, "center_traffic_lost")));
    }

    [Fact]
    public async Task Counters_that_a_center_refuses_or_a_full_spool_drops_are_counted()
    {
        await using var center = await FakeCenter.Start(reactions: [Reaction.Refuse]);
        center.TakesTraffic = true;
        using (var output = Output(o => o, center))
        {
            output.Write(Traffic());
            await Until(() => Loss(output, "center_traffic_lost") == 1);
        }

        using var away = Output(o => o with { DrainTime = TimeSpan.FromMilliseconds(50), Spool = o.Spool with { MaxBytes = 400 }, Centers = [new CenterAddress("127.0.0.1", 1)] });
        for (var i = 0; i < 20; i++) away.Write(Traffic());
        Assert.InRange(Loss(away, "center_traffic_lost"), 10, 19);
        Assert.Equal(0, Loss(away, "center_spool_full"));
    }

    private Records.Traffic.TrafficReport Traffic() => new()
    {
        Id = _ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000), Node = "node-1", StartNs = 1, IntervalNs = 1, Counts = [],
    };

    [Fact]
    public async Task A_busy_center_gets_the_batch_again_later()
    {
        await using var center = await FakeCenter.Start(reactions: [Reaction.Busy, Reaction.Busy, Reaction.Store]);
        using var output = Output(o => o with { Times = new LinkTimes { Busy = TimeSpan.FromMilliseconds(50) } }, center);
        Send(output, 10);
        await Until(() => output.Delivered == 10);
        Assert.Equal(3, center.Batches.Count);
    }

    [Fact]
    public async Task What_a_center_refuses_is_dropped_and_counted()
    {
        await using var center = await FakeCenter.Start(reactions: [Reaction.Refuse, Reaction.Store]);
        using var output = Output(o => o, center);
        Send(output, 10);
        await Until(() => Loss(output, "center_refused") == 10);
        Send(output, 1);
        await Until(() => output.Delivered == 1);
        Assert.Equal(0, output.Waiting);
    }

    [Fact]
    public async Task A_batch_larger_than_the_center_takes_is_dropped_and_counted()
    {
        await using var center = await FakeCenter.Start(maxBatchBytes: 100);
        using var output = Output(o => o, center);
        Send(output, 10);
        await Until(() => Loss(output, "center_refused") == 10);
        Assert.Empty(center.Batches);
    }

    [Fact]
    public async Task A_center_that_acknowledges_nothing_is_left_and_asked_anew()
    {
        await using var center = await FakeCenter.Start(reactions: [Reaction.Ignore, Reaction.Store]);
        using var output = Output(o => o with { Times = new LinkTimes { Answer = TimeSpan.FromMilliseconds(400), Beat = TimeSpan.FromMilliseconds(100) } }, center);
        Send(output, 10);
        await Until(() => output.Delivered == 10);
        Assert.Equal(2, center.Streams);
    }

    [Fact]
    public async Task Beats_tell_the_state_the_spool_and_the_clock()
    {
        await using var center = await FakeCenter.Start();
        using var output = Output(o => o with { Times = new LinkTimes { Beat = TimeSpan.FromMilliseconds(50) } }, center);
        output.State = () => new ProbeState(17, [new Loss("ring", "eth0", "kernel_drops", 3), new Loss("ring", "eth0", "dns_malformed", 0)]);
        await Until(() => center.Beats.Any(beat => beat.HasClockOffsetNs && beat.Captured == 17));
        var last = center.Beats.Last();
        // The fake center is an hour ahead; half of the time on the way is the error.
        Assert.InRange(last.ClockOffsetNs / 1_000_000_000, 3580, 3600);
        Assert.Equal(("ring", "eth0", "kernel_drops", 3ul), last.Losses.Select(loss => (loss.Plane, loss.Interface, loss.Reason, loss.Count)).Single());
    }

    [Theory]
    [InlineData("center", "center:7374")]
    [InlineData("center:80", "center:80")]
    [InlineData("10.0.0.1", "10.0.0.1:7374")]
    [InlineData("[fd00::7]", "[fd00::7]:7374")]
    [InlineData("[fd00::7]:80", "[fd00::7]:80")]
    public void An_address_is_a_name_or_number_with_or_without_a_port(string text, string expected)
    {
        Assert.True(CenterAddress.TryParse(text, out var address));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("center:")]
    [InlineData("center:0")]
    [InlineData("center:70000")]
    [InlineData("fd00::7")]
    [InlineData("http://center")]
    [InlineData("a b")]
    public void What_is_no_address_is_not_taken_for_one(string text) => Assert.False(CenterAddress.TryParse(text, out _));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static long Loss(CenterOutput output, string reason) => output.Losses().Single(loss => loss.Key == reason).Value;

    private static async Task Until(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "what the test waits for did not happen");
            await Task.Delay(10);
        }
    }

    private CenterOutput Output(Func<CenterOutputOptions, CenterOutputOptions> change, params FakeCenter[] centers) => new(change(new CenterOutputOptions
    {
        Probe = "node-1",
        Centers = [.. centers.Select(center => new CenterAddress("127.0.0.1", center.Port))],
        SpoolRoot = _root,
        Spool = SpoolLimits.Default,
        BundleTime = TimeSpan.FromMilliseconds(50),
        DrainTime = TimeSpan.FromSeconds(1),
        Tell = line =>
        {
            lock (_told) _told.Add(line);
        },
    }));

    private void Send(CenterOutput output, int count)
    {
        var lane = output.OpenLane();
        for (var i = 0; i < count; i++)
        {
            var exchange = new Exchange { Id = _ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000), HasRequest = true, Complete = true };
            exchange.Request.FirstByteNs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
            exchange.Request.Method = exchange.Request.Text.Append("GET"u8);
            exchange.Request.Path = exchange.Request.Text.Append("/x"u8);
            lane.Write(exchange);
        }

        lane.Flush();
    }
}
