using Xunit;

namespace Weir.Capture.Tests;

public sealed class IdleClockTests
{
    private readonly Hands _hands = new();

    [Fact]
    public void Before_the_first_frame_it_is_as_late_as_the_wall_clock_says()
    {
        var clock = new IdleClock(_hands);
        Assert.Equal(1_000_000_000_000L, clock.NowNs);
        Assert.Equal(1_000_000_000_000L, clock.FrameNs);
    }

    [Fact]
    public void Setting_the_wall_clock_makes_no_connection_silent()
    {
        var clock = new IdleClock(_hands);
        clock.Seen(5_000);
        _hands.Wall += TimeSpan.FromDays(1);
        Assert.Equal(5_000, clock.NowNs);
        _hands.Passed += TimeSpan.FromMilliseconds(20);
        Assert.Equal(5_000 + 20_000_000, clock.NowNs);
        Assert.Equal(5_000, clock.FrameNs);
        _hands.Wall -= TimeSpan.FromDays(3);
        Assert.Equal(5_000 + 20_000_000, clock.NowNs);
    }

    [Fact]
    public void Frames_that_come_from_an_earlier_time_are_followed()
    {
        var clock = new IdleClock(_hands);
        clock.Seen(9_000_000_000);
        _hands.Passed += TimeSpan.FromSeconds(1);
        clock.Seen(2_000_000_000);
        _hands.Passed += TimeSpan.FromSeconds(1);
        Assert.Equal(3_000_000_000, clock.NowNs);
    }

    private sealed class Hands : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = DateTimeOffset.UnixEpoch.AddSeconds(1000);

        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
