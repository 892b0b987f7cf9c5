using Weir.Linux.Bpf;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class GovernorTests
{
    private const long Second = 1_000_000_000;
    private static readonly GovernorLimits Limits = new() { MaxCpuPercent = 25, MaxRingPercent = 75, LoadNs = 3 * Second, CalmNs = 20 * Second };

    private long _nowNs;
    private long _calls;
    private long _full;

    /// <summary>Two CPUs: a third of a million calls a second takes a quarter of both.</summary>
    private readonly Governor _governor = new(2, Limits);

    private List<string> Run(int seconds, long callsPerSecond, double fill = 0, long fullPerSecond = 0)
    {
        var said = new List<string>();
        for (var i = 0; i < seconds; i++)
        {
            _nowNs += Second;
            _calls += callsPerSecond;
            _full += fullPerSecond;
            if (_governor.Look(_nowNs, new PlaneLoad(_calls, _full, fill)) is { } text) said.Add(text);
        }

        return said;
    }

    [Fact]
    public void Load_within_bounds_changes_nothing()
    {
        Assert.Empty(Run(100, 300_000, fill: 0.7));
        Assert.Equal(CaptureLevel.Bodies, _governor.Level);
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
        var said = Run(30, 600_000);
        Assert.Equal(3, said.Count);
        Assert.StartsWith("backed off to headers: calls on sockets would take 45 %", said[0], StringComparison.Ordinal);
        Assert.StartsWith("backed off to metadata", said[1], StringComparison.Ordinal);
        Assert.StartsWith("backed off to off", said[2], StringComparison.Ordinal);
        Assert.Equal(CaptureLevel.Off, _governor.Level);
        Assert.InRange(_governor.OffNs, Second, 30 * Second);
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
        Assert.Empty(Run(100, 200_000));
        Assert.Equal(CaptureLevel.Headers, _governor.Level);
    }
}
