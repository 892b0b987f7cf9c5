namespace Weir.Export.Tests.Spool;

/// <summary>A clock that passes when it is told to, and whose hands can be set meanwhile.</summary>
internal sealed class SpoolClock : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;
    private long _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time)
    {
        _now += time;
        _passed += time.Ticks;
    }

    public void Set(TimeSpan by) => _now += by;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _passed;
}
