using Weir.Linux.Bpf;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class GovernorTests
{
    private const long Second = 1_000_000_000;
    private static readonly GovernorLimits Limits = new()
    {
        MaxCpuPercent = 12, MaxRingPercent = 75, LoadNs = 3 * Second, CalmNs = 20 * Second, RetryNs = 60 * Second,
    };

    /// <summary>What a call takes at each level, nanoseconds: a quarter of a million calls a second at all of two CPUs is 12.5 % at bodies.</summary>
    private readonly Dictionary<CaptureLevel, long> _callNs = new()
    {
        [CaptureLevel.Bodies] = 1000, [CaptureLevel.Headers] = 1000, [CaptureLevel.Metadata] = 500, [CaptureLevel.Sample] = 300,
        [CaptureLevel.Off] = 100,
    };

    private readonly Governor _governor = new(2, Limits);
    private long _nowNs;
    private long _calls;
    private long _costNs;
    private long _full;

    private List<string> Run(int seconds, long callsPerSecond, double fill = 0, long fullPerSecond = 0)
    {
        var said = new List<string>();
        for (var i = 0; i < seconds; i++)
        {
            _nowNs += Second;
            _calls += callsPerSecond;
            _costNs += callsPerSecond * _callNs[_governor.Level];
            _full += fullPerSecond;
            if (_governor.Look(_nowNs, new PlaneLoad(_costNs, _calls, _full, fill)) is { } text) said.Add(text);
        }

        return said;
    }

    [Fact]
    public void A_busy_server_may_lose_twelve_percent_of_its_CPUs_unless_told_otherwise() =>
        Assert.Equal(12, new EbpfOptions().Governor.MaxCpuPercent);

    [Fact]
    public void Load_within_bounds_changes_nothing()
    {
        Assert.Empty(Run(100, 230_000, fill: 0.7));
        Assert.Equal(CaptureLevel.Bodies, _governor.Level);
        Assert.Equal(0.115, _governor.Share, 3);
    }

    [Fact]
    public void A_burst_changes_nothing()
    {
        for (var i = 0; i < 10; i++)
        {
            Run(5, 1000);
            Assert.Empty(Run(3, 900_000));
        }
    }

    [Fact]
    public void Lasting_load_steps_down_one_level_at_a_time_and_says_why()
    {
        Run(1, 0);
        var said = Run(30, 900_000);
        Assert.Equal(4, said.Count);
        Assert.Equal("backed off to headers: watching sockets takes 45 % of the CPUs, 12 % are allowed", said[0]);
        Assert.StartsWith("backed off to metadata", said[1], StringComparison.Ordinal);
        Assert.StartsWith("backed off to one connection in sixteen", said[2], StringComparison.Ordinal);
        Assert.StartsWith("backed off to off", said[3], StringComparison.Ordinal);
        Assert.Equal(CaptureLevel.Off, _governor.Level);
        Assert.InRange(_governor.OffNs, Second, 30 * Second);
    }

    [Fact]
    public void It_stays_at_the_level_that_is_within_bounds()
    {
        Run(1, 0);
        Assert.Equal(2, Run(20, 300_000).Count);
        Assert.Equal(CaptureLevel.Metadata, _governor.Level);
        Assert.Empty(Run(45, 300_000));
    }

    [Fact]
    public void Off_does_not_look_like_calm_while_the_calls_go_on()
    {
        Run(1, 0);
        Run(13, 900_000);
        Assert.Equal(CaptureLevel.Off, _governor.Level);
        Assert.Empty(Run(50, 900_000));
    }

    [Fact]
    public void From_off_it_goes_back_up_as_soon_as_fewer_calls_are_made()
    {
        Run(1, 0);
        Run(13, 900_000);
        Assert.Equal(
            [
                "back to one connection in sixteen after a calm", "back to metadata after a calm", "back to headers after a calm",
                "back to bodies after a calm",
            ],
            Run(85, 20_000));
        Assert.Empty(Run(100, 20_000));
    }

    [Fact]
    public void What_was_too_much_is_tried_again_after_a_while_and_given_up_as_soon()
    {
        Run(1, 0);
        Run(20, 300_000);
        var said = Run(60, 300_000);
        Assert.Equal("back to headers to see what it takes now", said[0]);
        Assert.StartsWith("backed off to metadata", said[1], StringComparison.Ordinal);
        _callNs[CaptureLevel.Headers] = _callNs[CaptureLevel.Bodies] = 300;
        Assert.Equal(["back to headers to see what it takes now", "back to bodies to see what it takes now"], Run(125, 300_000));
        Assert.Equal(CaptureLevel.Bodies, _governor.Level);
    }

    [Fact]
    public void A_ring_that_overflowed_is_reason_at_once()
    {
        Run(1, 0);
        Assert.Equal("backed off to headers: 7 calls found the ring full", Assert.Single(Run(1, 10, fullPerSecond: 7)));
    }

    [Fact]
    public void A_ring_that_stays_nearly_full_is_reason_too()
    {
        Run(1, 0);
        Assert.StartsWith("backed off to headers: the ring was 90", Assert.Single(Run(4, 10, fill: 0.9)), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_calm_it_goes_back_up_one_level_at_a_time()
    {
        Run(1, 0);
        Run(1, 10, fullPerSecond: 1);
        Run(1, 10, fullPerSecond: 1);
        Assert.Equal(CaptureLevel.Metadata, _governor.Level);
        Assert.Empty(Run(19, 10));
        Assert.Equal(["back to headers after a calm"], Run(2, 10));
        Assert.Equal(["back to bodies after a calm"], Run(21, 10));
        Assert.Empty(Run(100, 10));
    }

    [Fact]
    public void Load_near_the_bound_is_no_calm()
    {
        Run(1, 0);
        Run(1, 10, fullPerSecond: 1);
        Assert.Empty(Run(58, 200_000));
        Assert.Equal(CaptureLevel.Headers, _governor.Level);
    }

    [Fact]
    public void Programs_cost_what_the_timed_runs_took_and_what_is_around_them()
    {
        var cost = new PlaneCost();
        cost.Count(runs: 6400, timedRuns: 100, timedNs: 30_000);
        Assert.Equal(6400 * (300 + PlaneCost.AroundNs), cost.TotalNs(0));
        cost.Count(runs: 7040, timedRuns: 110, timedNs: 3_000_000);
        Assert.Equal((7040 * (300 + PlaneCost.AroundNs)) + 17, cost.TotalNs(17));
    }
}
