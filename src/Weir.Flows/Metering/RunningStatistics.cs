namespace Weir.Flows.Metering;

/// <summary>
/// Count, sum, extremes, mean and variance of a series in constant space (Welford 1962, as Apache Commons Math under CICFlowMeter does).
/// Sample statistics: variance over n-1, 0 for a single value.
/// </summary>
internal struct RunningStatistics
{
    private double _mean;
    private double _squares;

    public long Count { get; private set; }

    public double Sum { get; private set; }

    /// <summary>0 for an empty series, as every profile writes it.</summary>
    public double Min { get; private set; }

    public double Max { get; private set; }

    public readonly double Mean => Count == 0 ? 0 : Sum / Count;

    public readonly double Variance => Count > 1 ? _squares / (Count - 1) : 0;

    public readonly double Deviation => Math.Sqrt(Variance);

    public void Add(double value)
    {
        if (Count++ == 0)
        {
            (Sum, Min, Max, _mean, _squares) = (value, value, value, value, 0);
            return;
        }

        Sum += value;
        if (value < Min) Min = value;
        else if (value > Max) Max = value;
        var deviation = value - _mean;
        var step = deviation / Count;
        _mean += step;
        _squares += (Count - 1) * deviation * step;
    }

    /// <summary>The statistics of both series together (Chan, Golub and LeVeque 1979).</summary>
    public static RunningStatistics Merge(in RunningStatistics left, in RunningStatistics right)
    {
        if (left.Count == 0) return right;
        if (right.Count == 0) return left;
        var count = left.Count + right.Count;
        var distance = right._mean - left._mean;
        return new RunningStatistics
        {
            Count = count,
            Sum = left.Sum + right.Sum,
            Min = Math.Min(left.Min, right.Min),
            Max = Math.Max(left.Max, right.Max),
            _mean = left._mean + (distance * right.Count / count),
            _squares = left._squares + right._squares + (distance * distance * left.Count * right.Count / count),
        };
    }
}
