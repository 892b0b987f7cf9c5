namespace Weir.Capture;

/// <summary>
/// What time it is for a capture to which nothing comes: that of the last frames, and what has passed since by a clock that nobody sets. By the
/// wall clock, one that is set forward would make every connection silent for as long, and cut off the calls on it. One thread.
/// </summary>
internal sealed class IdleClock(TimeProvider time)
{
    private long _frameNs;
    private long _seenAt;

    /// <summary>Frames were handed over; this is the latest of them. A clock that was set back is followed.</summary>
    public void Seen(long frameNs) => (_frameNs, _seenAt) = (frameNs, time.GetTimestamp());

    /// <summary>As far as the frames have come that were handed over; Unix nanoseconds.</summary>
    public long FrameNs => _frameNs > 0 ? _frameNs : WallNs;

    /// <summary>When no frame waits; Unix nanoseconds.</summary>
    public long NowNs => _frameNs > 0 ? _frameNs + (time.GetElapsedTime(_seenAt).Ticks * TimeSpan.NanosecondsPerTick) : WallNs;

    private long WallNs => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
