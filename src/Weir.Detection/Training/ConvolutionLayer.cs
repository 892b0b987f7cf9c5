using Weir.Detection.Numerics;

namespace Weir.Detection.Training;

/// <summary>Conv1D over time without padding and without bias (the normalisation behind it shifts).</summary>
internal sealed class ConvolutionLayer : Layer
{
    private readonly int _time, _channels, _filters, _kernel;
    private readonly bool _isFirst;
    private float[] _input = [];
    private float[] _columns = [], _transposed = [];

    /// <summary>He initialisation; <paramref name="isFirst"/> where nobody asks for the gradient of the input.</summary>
    public ConvolutionLayer(string name, int time, int channels, int filters, int kernel, bool isFirst, SeededRandom random)
    {
        (_time, _channels, _filters, _kernel, _isFirst) = (time, channels, filters, kernel, isFirst);
        Weight = new Parameter(name + ".weight", kernel * channels * filters, decays: true);
        random.Uniform(Weight.Value, MathF.Sqrt(6f / (kernel * channels)));
    }

    /// <summary>[kernel × channels, filters].</summary>
    public Parameter Weight { get; }

    public override IEnumerable<Parameter> Parameters => [Weight];

    public int OutputTime => _time - _kernel + 1;

    private int Patch => _kernel * _channels;

    public override float[] Forward(float[] input, int batch, bool training)
    {
        _input = input;
        var output = Output(batch * OutputTime * _filters);
        output.Clear();
        for (var b = 0; b < batch; b++)
        {
            Matrix.AddProduct(
                input.AsSpan(b * _time * _channels, _time * _channels), _channels, Weight.Value, _filters,
                output.Slice(b * OutputTime * _filters, OutputTime * _filters), _filters, OutputTime, Patch, _filters);
        }

        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var rows = batch * OutputTime;
        WeightGradient(gradient, rows);
        if (_isFirst) return [];
        var weight = Grow(ref _transposed, Patch * _filters);
        Matrix.Transpose(Weight.Value, weight, Patch, _filters);
        var columns = Grow(ref _columns, rows * Patch);
        columns.Clear();
        Matrix.AddProduct(gradient, _filters, weight, Patch, columns, Patch, rows, _filters, Patch);
        var result = InputGradient(batch * _time * _channels);
        for (var row = 0; row < rows; row++) Elements.Add(result.Slice(Start(row), Patch), columns.Slice(row * Patch, Patch));
        return InputGradientArray;
    }

    /// <summary>Where the window of an output row begins in the input.</summary>
    private int Start(int row) => ((row / OutputTime * _time) + (row % OutputTime)) * _channels;

    private void WeightGradient(ReadOnlySpan<float> gradient, int rows)
    {
        var columns = Grow(ref _columns, rows * Patch);
        for (var row = 0; row < rows; row++)
        {
            var window = _input.AsSpan(Start(row), Patch);
            for (var p = 0; p < window.Length; p++) columns[(p * rows) + row] = window[p];
        }

        Matrix.AddProduct(columns, rows, gradient, _filters, Weight.Gradient, _filters, Patch, rows, _filters);
    }
}
