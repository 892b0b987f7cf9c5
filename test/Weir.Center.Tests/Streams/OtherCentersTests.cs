using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Center.Live;
using Weir.Records;
using Weir.Records.Filter;

namespace Weir.Center.Tests.Streams;

/// <summary>What others took, on the streams of one center.</summary>
public sealed partial class OtherCentersTests : IAsyncDisposable
{
    private static readonly LiveLimits s_limits = new(FollowMs: 5);

    private readonly FakeFeed _feed = new();
    private LiveHub _live = new(s_limits);
    private OtherCenters? _others;

    public async ValueTask DisposeAsync()
    {
        if (_others is null) return;
        await _others.Stop();
        _others.Dispose();
    }

    [Fact]
    public async Task What_others_took_is_shown_in_their_order_and_what_was_before_is_not()
    {
        _feed.Add(1, 0, 1, 2, 3);
        await Start();
        var reader = _live.Subscribe(null)!;
        _feed.Add(1, 3, 5, 4);
        _feed.Add(1, 5, 6);
        // One that begins now.
        _feed.Add(2, 0, 7, 8);
        var shown = await Shown(reader, 5);
        Assert.Equal([5, 4, 6], shown.Where(call => call < 7));
        Assert.Equal([7, 8], shown.Where(call => call >= 7));
    }

    [Fact]
    public async Task A_filter_decides_by_the_record()
    {
        await Start();
        var reader = _live.Subscribe(Filter("status_code == 500 && response.headers['content-type'] == 'application/json'"))!;
        _feed.Add(1, 0, Enumerable.Range(1, 250));
        Assert.Equal(Enumerable.Range(1, 25).Select(n => n * 10), await Shown(reader, 25));
    }

    [Fact]
    public async Task Nothing_is_read_while_nobody_listens_and_a_reader_sees_what_comes_then()
    {
        await Start();
        _feed.Add(1, 0, Enumerable.Range(0, 100));
        await Looks(3);
        Assert.Equal(0, _feed.CallsRead);
        var reader = _live.Subscribe(null)!;
        await Looks(3);
        Assert.Equal(0, _feed.CallsRead);
        _feed.Add(1, 100, 100);
        Assert.Equal([100], await Shown(reader, 1));
    }

    [Fact]
    public async Task A_call_that_is_delivered_again_is_shown_once_while_it_is_remembered()
    {
        _live = new LiveHub(s_limits with { RememberedCalls = 32 });
        await Start();
        var reader = _live.Subscribe(null)!;
        _live.Publish(Calls.Make(1), "{\"path\":\"/orders/1\"}"u8);
        // Its probe had no answer and gave it to another center, too.
        _feed.Add(1, 0, 1, 2);
        Assert.Equal([1, 2], await Shown(reader, 2));
        _feed.Add(1, 2, Enumerable.Range(3, 32));
        Assert.Equal(Enumerable.Range(3, 32), await Shown(reader, 32));
        _feed.Add(1, 34, 1);
        Assert.Equal([1], await Shown(reader, 1));
    }

    [Fact]
    public async Task What_is_on_its_way_is_waited_for_and_then_told_as_missed()
    {
        await Start();
        var reader = _live.Subscribe(null)!;
        _feed.SetAbsent(2, absent: true);
        _feed.Add(1, 0, 1, 2, 3);
        // The batch that was told as the third arrives before the second.
        _feed.Add(2, 0, 11);
        Assert.Equal([11], await Shown(reader, 1));
        _feed.Add(2, 2, 13);
        await Looks(5);
        Assert.Empty(Text(reader));
        _feed.Add(2, 1, 12);
        _feed.SetAbsent(2, absent: false);
        var shown = await Shown(reader, 5);
        Assert.Equal([1, 2, 3], shown.Where(call => call < 10));
        Assert.Equal([12, 13], shown.Where(call => call > 10));

        await DisposeAsync();
        _live = new LiveHub(s_limits with { AwaitedMs = 50 });
        await Start();
        reader = _live.Subscribe(null)!;
        _feed.SetAbsent(21, absent: true);
        _feed.Add(1, 3, 20, 21, 22);
        _feed.Add(2, 10, 30);
        var (seen, missed) = await Until(reader, (calls, missed) => calls.Count == 3 && missed == 8);
        Assert.Equal([20, 22, 30], seen.Order());
        Assert.Equal(8, missed);
    }

    [Fact]
    public async Task What_lies_far_behind_is_passed_over_and_told()
    {
        _live = new LiveHub(s_limits with { MaxBehind = 100 });
        await Start();
        var reader = _live.Subscribe(null)!;
        _feed.SetAway(true);
        for (var batch = 0; batch < 30; batch++) _feed.Add(1, batch * 70, Enumerable.Range(batch * 70, 70));
        _feed.SetAway(false);
        var (seen, missed) = await Until(reader, (calls, _) => calls.Contains((30 * 70) - 1));
        Assert.Equal(30 * 70, seen.Count + missed);
        Assert.Equal(Enumerable.Range((30 * 70) - 100, 100), seen);
    }

    private static Func<Exchange, bool> Filter(string text) =>
        ExchangeFilter.TryCompile(text, out var predicate, out var error) ? predicate : throw new InvalidOperationException(error.Message);

    private async Task Start()
    {
        _others = new OtherCenters(_feed, _live, TimeProvider.System);
        _others.Start();
        await Looks(1);
    }

    /// <summary>Waits until it has looked so often.</summary>
    private Task Looks(int count)
    {
        var until = _feed.Asked + count;
        return TestCenter.Until(() => _feed.Asked >= until);
    }

    private static async Task<List<int>> Shown(LiveSubscription reader, int count)
    {
        var (calls, missed) = await Until(reader, (calls, _) => calls.Count >= count);
        Assert.Equal(count, calls.Count);
        Assert.Equal(0, missed);
        return calls;
    }

    private static async Task<(List<int> Calls, int Missed)> Until(LiveSubscription reader, Func<List<int>, int, bool> condition)
    {
        var (calls, missed) = (new List<int>(), 0);
        await TestCenter.Until(() =>
        {
            var text = Text(reader);
            calls.AddRange(Path().Matches(text).Select(match => Number(match)));
            missed += Dropped().Matches(text).Sum(Number);
            return condition(calls, missed);
        });
        return (calls, missed);
    }

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    private static string Text(LiveSubscription reader) => Encoding.UTF8.GetString(reader.Take().Span);

    [GeneratedRegex("/orders/([0-9]+)")]
    private static partial Regex Path();

    [GeneratedRegex("event: dropped\ndata: {\"count\":([0-9]+)}")]
    private static partial Regex Dropped();
}
