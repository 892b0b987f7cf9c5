using System.Numerics;

namespace Weir.Inventory.Catalogue;

/// <summary>Durations in buckets that grow by a quarter of an octave from 1 µs to 70 minutes: a quantile is true to 19 %. 1 KiB, always.</summary>
public sealed class LatencyHistogram
{
    private const int StepsPerOctave = 4;
    private const int Octaves = 32;

    private readonly long[] _counts = new long[StepsPerOctave * Octaves];

    public long Count { get; private set; }

    public IReadOnlyList<long> Counts => _counts;

    /// <param name="nanoseconds">Negative ones are unknown and left out.</param>
    public void Add(long nanoseconds)
    {
        if (nanoseconds < 0) return;
        _counts[IndexOf(nanoseconds / 1000)]++;
        Count++;
    }

    /// <summary>Microseconds below which this share of the calls stayed; 0 when there were none.</summary>
    public double QuantileUs(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        for (var i = 0; i < _counts.Length; i++)
        {
            rank -= _counts[i];
            if (rank <= 0 && Count > 0) return UpperUs(i);
        }

        return 0;
    }

    internal void Merge(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
    }

    internal void Restore(int index, long count)
    {
        if (index < 0 || index >= _counts.Length || count < 0) return;
        _counts[index] += count;
        Count += count;
    }

    private static int IndexOf(long us)
    {
        if (us < 1) return 0;
        var octave = BitOperations.Log2((ulong)us);
        var step = octave < 2 ? 0 : (int)(us >> (octave - 2)) & 3;
        return Math.Min((octave * StepsPerOctave) + step, (StepsPerOctave * Octaves) - 1);
    }

    private static double UpperUs(int index) => Math.Pow(2, index / StepsPerOctave) * (1 + (((index % StepsPerOctave) + 1) / (double)StepsPerOctave));
}
