namespace Weir.Detection.Baseline;

/// <summary>How the hours of the day differ: a busy noon is no flood, and what is normal at noon may be one at night.</summary>
internal struct Season
{
    private const int Hours = 24;
    private const long HourNs = 3_600_000_000_000;
    private const float Weight = 0.02f;

    /// <summary>Before an hour was seen on two days nothing is known of it.</summary>
    private const int DaysNeeded = 2;

    [System.Runtime.CompilerServices.InlineArray(Hours)]
    private struct Levels
    {
        private float _first;
    }

    [System.Runtime.CompilerServices.InlineArray(Hours)]
    private struct Days
    {
        private ushort _first;
    }

    private Levels _levels;
    private Days _lastDay;
    private Days _days;
    private float _overall;

    public void Add(double count, long nowNs)
    {
        var hour = Hour(nowNs);
        var day = (ushort)(nowNs / HourNs / Hours);
        if (_lastDay[hour] != day)
        {
            _lastDay[hour] = day;
            _days[hour]++;
        }

        _levels[hour] = _levels[hour] == 0 ? (float)count : _levels[hour] + (Weight * ((float)count - _levels[hour]));
        _overall = _overall == 0 ? (float)count : _overall + (Weight / 4 * ((float)count - _overall));
    }

    /// <summary>What this hour has for each one of the average hour, ¼ to 4; 1 while unknown.</summary>
    public readonly double Factor(long nowNs)
    {
        var hour = Hour(nowNs);
        return _days[hour] < DaysNeeded || _overall <= 0 ? 1 : Math.Clamp(_levels[hour] / _overall, 0.25, 4);
    }

    private static int Hour(long nowNs) => (int)(nowNs / HourNs % Hours);
}
