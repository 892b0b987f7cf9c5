namespace Weir.Flows;

/// <summary>Times as the columns and records have them, all in UTC. By hand, since a format text costs as much as ten columns.</summary>
internal static class FlowTimes
{
    private static readonly long MinTicks = -DateTime.UnixEpoch.Ticks;
    private static readonly long MaxTicks = DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;

    /// <summary><c>2026-01-31 12:00:00.123456</c>, with another separator between day and time if need be.</summary>
    public static void AddSortable(ref Utf8Line line, long unixNanoseconds, byte separator)
    {
        var time = At(unixNanoseconds);
        line.AddDigits(time.Year, 4);
        line.AddByte((byte)'-');
        line.AddDigits(time.Month, 2);
        line.AddByte((byte)'-');
        line.AddDigits(time.Day, 2);
        line.AddByte(separator);
        AddClock(ref line, time, time.Hour);
        line.AddByte((byte)'.');
        line.AddDigits((int)(time.Ticks / TimeSpan.TicksPerMicrosecond % 1_000_000), 6);
    }

    /// <summary><c>31/01/2026 12:00:00 PM</c>, as V4 writes it.</summary>
    public static void AddTwelveHours(ref Utf8Line line, long unixNanoseconds)
    {
        var time = At(unixNanoseconds);
        line.AddDigits(time.Day, 2);
        line.AddByte((byte)'/');
        line.AddDigits(time.Month, 2);
        line.AddByte((byte)'/');
        line.AddDigits(time.Year, 4);
        line.AddByte((byte)' ');
        AddClock(ref line, time, time.Hour % 12 == 0 ? 12 : time.Hour % 12);
        line.Add(time.Hour < 12 ? " AM"u8 : " PM"u8);
    }

    private static void AddClock(ref Utf8Line line, DateTime time, int hour)
    {
        line.AddDigits(hour, 2);
        line.AddByte((byte)':');
        line.AddDigits(time.Minute, 2);
        line.AddByte((byte)':');
        line.AddDigits(time.Second, 2);
    }

    private static DateTime At(long unixNanoseconds) => DateTime.UnixEpoch.AddTicks(Math.Clamp(unixNanoseconds / 100, MinTicks, MaxTicks));
}
