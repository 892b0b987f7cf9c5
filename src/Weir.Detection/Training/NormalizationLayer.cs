using Weir.Detection.Numerics;

namespace Weir.Detection.Training;

/// <summary>Batch normalisation per channel (Ioffe, Szegedy 2015), with PyTorch's conventions: momentum 0.1, running variance n−1.</summary>
internal sealed class NormalizationLayer : Layer
{
    public const float Epsilon = 1e-5f;
    private const float Momentum = 0.1f;

    private readonly int _channels, _rowsPerSample;
    private readonly float[] _mean, _inverse, _sums, _products, _scratch;
    private float[] _normalized = [];

    public NormalizationLayer(string name, int channels, int rowsPerSample)
    {
        (_channels, _rowsPerSample) = (channels, rowsPerSample);
        Scale = new Parameter(name + ".weight", channels, decays: false);
        Shift = new Parameter(name + ".bias", channels, decays: false);
        RunningMean = new float[channels];
        RunningVariance = new float[channels];
        Array.Fill(Scale.Value, 1);
        Array.Fill(RunningVariance, 1);
        (_mean, _inverse, _sums, _products, _scratch) =
            (new float[channels], new float[channels], new float[channels], new float[channels], new float[channels]);
    }

    public Parameter Scale { get; }

    public Parameter Shift { get; }

    public float[] RunningMean { get; }

    public float[] RunningVariance { get; }

    public override IEnumerable<Parameter> Parameters => [Scale, Shift];

    public override float[] Forward(float[] input, int batch, bool training)
    {
        var values = input.AsSpan(0, batch * _rowsPerSample * _channels);
        if (training) Measure(values, batch * _rowsPerSample);
        else
        {
            RunningMean.CopyTo(_mean, 0);
            for (var c = 0; c < _channels; c++) _inverse[c] = 1 / MathF.Sqrt(RunningVariance[c] + Epsilon);
        }

        for (var c = 0; c < _channels; c++) _scratch[c] = -_mean[c] * _inverse[c];
        var normalized = Grow(ref _normalized, values.Length);
        var output = Output(values.Length);
        for (var at = 0; at < values.Length; at += _channels)
        {
            var row = normalized.Slice(at, _channels);
            Elements.ScaleAndShift(values.Slice(at, _channels), _inverse, _scratch, row);
            Elements.ScaleAndShift(row, Scale.Value, Shift.Value, output.Slice(at, _channels));
        }

        return OutputArray;
    }

    /// <summary>dx = γ·σ⁻¹·(dy − mean(dy) − x̂·mean(dy·x̂)).</summary>
    public override float[] Backward(float[] gradient, int batch)
    {
        var rows = batch * _rowsPerSample;
        var values = gradient.AsSpan(0, rows * _channels);
        Array.Clear(_sums);
        Array.Clear(_products);
        for (var at = 0; at < values.Length; at += _channels)
        {
            Elements.Add(_sums, values.Slice(at, _channels));
            Elements.AddProduct(_products, values.Slice(at, _channels), _normalized.AsSpan(at, _channels));
        }

        Elements.Add(Shift.Gradient, _sums);
        Elements.Add(Scale.Gradient, _products);
        var result = InputGradient(values.Length);
        for (var c = 0; c < _channels; c++)
        {
            var factor = Scale.Value[c] * _inverse[c];
            var (sum, product) = (_sums[c] / rows, _products[c] / rows);
            for (var at = c; at < values.Length; at += _channels) result[at] = factor * (values[at] - sum - (_normalized[at] * product));
        }

        return InputGradientArray;
    }

    private void Measure(ReadOnlySpan<float> values, int rows)
    {
        Array.Clear(_mean);
        Matrix.AddRows(values, _mean);
        for (var c = 0; c < _channels; c++) _mean[c] /= rows;
        Array.Clear(_sums);
        for (var at = 0; at < values.Length; at += _channels)
        {
            var row = values.Slice(at, _channels);
            for (var c = 0; c < row.Length; c++)
            {
                var distance = row[c] - _mean[c];
                _sums[c] += distance * distance;
            }
        }

        for (var c = 0; c < _channels; c++)
        {
            var variance = _sums[c] / rows;
            _inverse[c] = 1 / MathF.Sqrt(variance + Epsilon);
            RunningMean[c] += Momentum * (_mean[c] - RunningMean[c]);
            RunningVariance[c] += Momentum * ((_sums[c] / Math.Max(1, rows - 1)) - RunningVariance[c]);
        }
    }
}
