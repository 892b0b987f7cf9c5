namespace Weir.Detection.Baseline;

/// <summary>
/// Counts values in buckets whose borders grow by a tenth, so that any quantile is right to ±5 % in some hundred numbers (the idea of
/// DDSketch: Masson, Rim, Lee, VLDB 2019). Old counts halve with time. Values below 1 count as 0.
/// </summary>
internal sealed class QuantileSketch
{
    private const double Growth = 1.1;
    private static readonly double s_log = Math.Log(Growth);

    /// <summary>1.1²⁵⁶ is 4·10¹⁰: bytes of a very large file.</summary>
    private readonly float[] _buckets = new float[257];
    private long _decayedNs, _usualNs;
    private double _older, _newer;

    /// <summary>How many values, old ones for less than one.</summary>
    public double Count { get; private set; }

    public void Add(double value, long nowNs, double halfLifeNs)
    {
        Decay(nowNs, halfLifeNs);
        var bucket = value < 1 ? 0 : 1 + Math.Min(255, (int)(Math.Log(value) / s_log));
        _buckets[bucket]++;
        Count++;
    }

    /// <summary>
    /// What was usual one to two minutes ago, by the 99 % quantile: what rises now must not count as usual before it was looked at. While
    /// learning it is what was learned so far.
    /// </summary>
    public double Usual(long nowNs, bool isLearning)
    {
        const long SpanNs = 60_000_000_000;
        if (isLearning || _usualNs == 0 || nowNs - _usualNs >= SpanNs)
        {
            var present = Quantile(0.99);
            _older = isLearning || _usualNs == 0 ? present : _newer;
            (_newer, _usualNs) = (present, nowNs);
        }

        return _older;
    }

    /// <summary>The value that the given share of values does not exceed; 0 when nothing was added.</summary>
    public double Quantile(double share)
    {
        var below = 0.0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            below += _buckets[i];
            if (below >= share * Count && below > 0) return i == 0 ? 0 : Math.Pow(Growth, i - 0.5);
        }

        return 0;
    }

    /// <summary>In steps of a sixteenth of the half-life: a value at a time would be work for nothing.</summary>
    private void Decay(long nowNs, double halfLifeNs)
    {
        if (_decayedNs == 0) _decayedNs = nowNs;
        if (nowNs - _decayedNs < halfLifeNs / 16) return;
        var kept = Math.Pow(0.5, (nowNs - _decayedNs) / halfLifeNs);
        _decayedNs = nowNs;
        for (var i = 0; i < _buckets.Length; i++) _buckets[i] *= (float)kept;
        Count *= kept;
    }
}
