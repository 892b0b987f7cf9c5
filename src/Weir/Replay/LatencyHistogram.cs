using System.Numerics;

namespace Weir.Cli.Replay;

/// <summary>Counts durations in buckets a sixteenth of a power of two wide: percentiles within 6 %, in fixed memory.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 4;

    private readonly long[] _counts = new long[64 << SubBits];
    private long _max;

    public long Count { get; private set; }

    public double MaxMs => _max / 1000.0;

    public void Add(TimeSpan duration)
    {
        var microseconds = (long)Math.Max(0, duration.TotalMicroseconds);
        _counts[Index(microseconds)]++;
        _max = Math.Max(_max, microseconds);
        Count++;
    }

    /// <summary>Milliseconds that this share of the durations do not exceed; 0 when there are none.</summary>
    public double Percentile(double percent)
    {
        var rank = (long)Math.Ceiling(Count * percent / 100);
        for (var i = 0; i < _counts.Length && Count > 0; i++)
        {
            rank -= _counts[i];
            if (rank <= 0) return Math.Min(Upper(i), _max) / 1000.0;
        }

        return 0;
    }

    private static int Index(long value)
    {
        if (value < 1 << SubBits) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)((value >> shift) & ((1 << SubBits) - 1));
    }

    private static long Upper(int index)
    {
        if (index < 1 << SubBits) return index;
        var shift = (index >> SubBits) - 1;
        return ((((long)index & ((1 << SubBits) - 1)) + (1 << SubBits) + 1) << shift) - 1;
    }
}
