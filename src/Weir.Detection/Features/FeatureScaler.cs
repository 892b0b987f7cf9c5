namespace Weir.Detection.Features;

/// <summary>
/// Brings features to one scale: sign·log(1+|x|), since they span microseconds to minutes, then mean 0 and deviation 1 by the flows it
/// was fitted on, then cut at ±<see cref="Limit"/>. Unknown values become the mean; what never varied says nothing and becomes 0.
/// </summary>
public sealed class FeatureScaler
{
    /// <summary>Deviations beyond which it makes no difference how far out a value is.</summary>
    public const float Limit = 8;

    private readonly float[] _means, _factors;

    public FeatureScaler(float[] means, float[] factors)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(means.Length, factors.Length);
        (_means, _factors) = (means, factors);
    }

    public int Count => _means.Length;

    /// <summary>Of the logarithms.</summary>
    public IReadOnlyList<float> Means => _means;

    /// <summary>1 / deviation of the logarithms; 0 for features that never varied.</summary>
    public IReadOnlyList<float> Factors => _factors;

    /// <summary>Fits to the flows of a training part, and to no others.</summary>
    /// <param name="flows">Flow after flow.</param>
    /// <param name="features">Numbers per flow.</param>
    public static FeatureScaler Fit(ReadOnlySpan<float> flows, int features)
    {
        var (means, factors) = (new float[features], new float[features]);
        for (var f = 0; f < features; f++)
        {
            var (count, mean, squares) = (0, 0.0, 0.0);
            for (var at = f; at < flows.Length; at += features)
            {
                var value = Squash(flows[at]);
                if (!float.IsFinite(value)) continue;
                var distance = value - mean;
                mean += distance / ++count;
                squares += distance * (value - mean);
            }

            var deviation = count > 1 ? Math.Sqrt(squares / count) : 0;
            means[f] = (float)mean;
            factors[f] = deviation > 1e-6 ? (float)(1 / deviation) : 0;
        }

        return new FeatureScaler(means, factors);
    }

    /// <summary>Scales flows in place.</summary>
    public void Apply(Span<float> flows)
    {
        for (var at = 0; at < flows.Length; at += _means.Length)
        {
            var flow = flows.Slice(at, _means.Length);
            for (var f = 0; f < flow.Length; f++)
            {
                var scaled = (Squash(flow[f]) - _means[f]) * _factors[f];
                flow[f] = float.IsNaN(scaled) ? 0 : Math.Clamp(scaled, -Limit, Limit);
            }
        }
    }

    /// <summary>The usual value of a feature, in its own unit.</summary>
    public double Usual(int feature) => Math.CopySign(Math.Exp(Math.Abs((double)_means[feature])) - 1, _means[feature]);

    private static float Squash(float value) => MathF.CopySign(MathF.Log(1 + Math.Abs(value)), value);
}
