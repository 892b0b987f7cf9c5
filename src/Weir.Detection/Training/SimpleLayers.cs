using Weir.Detection.Numerics;

namespace Weir.Detection.Training;

internal sealed class RectifierLayer(int size) : Layer
{
    public override float[] Forward(float[] input, int batch, bool training)
    {
        var output = Output(batch * size);
        input.AsSpan(0, output.Length).CopyTo(output);
        Elements.Rectify(output);
        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var result = InputGradient(batch * size);
        for (var i = 0; i < result.Length; i++) result[i] = OutputArray[i] > 0 ? gradient[i] : 0;
        return InputGradientArray;
    }
}

/// <summary>The larger of each two neighbours in time; an odd one at the end is left out.</summary>
internal sealed class PoolLayer(int time, int channels) : Layer
{
    private float[] _input = [];

    public override float[] Forward(float[] input, int batch, bool training)
    {
        _input = input;
        var half = time / 2;
        var output = Output(batch * half * channels);
        for (var row = 0; row < batch * half; row++)
        {
            var first = First(row, half);
            for (var c = 0; c < channels; c++) output[(row * channels) + c] = Math.Max(input[first + c], input[first + channels + c]);
        }

        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var half = time / 2;
        var result = InputGradient(batch * time * channels);
        for (var row = 0; row < batch * half; row++)
        {
            var first = First(row, half);
            for (var c = 0; c < channels; c++)
            {
                var winner = _input[first + c] >= _input[first + channels + c] ? first : first + channels;
                result[winner + c] = gradient[(row * channels) + c];
            }
        }

        return InputGradientArray;
    }

    private int First(int row, int half) => ((row / half * time) + (2 * (row % half))) * channels;
}

/// <summary>Inverted dropout: what stays is scaled up, so that nothing is left to do when the network is used.</summary>
internal sealed class DropoutLayer(int size, float rate, SeededRandom random) : Layer
{
    private float[] _mask = [];

    public override float[] Forward(float[] input, int batch, bool training)
    {
        var length = batch * size;
        var mask = Grow(ref _mask, length);
        var output = Output(length);
        if (!training || rate <= 0)
        {
            mask.Fill(1);
            input.AsSpan(0, length).CopyTo(output);
            return OutputArray;
        }

        var kept = 1 / (1 - rate);
        for (var i = 0; i < length; i++)
        {
            mask[i] = random.NextSingle() < rate ? 0 : kept;
            output[i] = input[i] * mask[i];
        }

        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var result = InputGradient(batch * size);
        for (var i = 0; i < result.Length; i++) result[i] = gradient[i] * _mask[i];
        return InputGradientArray;
    }
}

internal sealed class DenseLayer : Layer
{
    private readonly int _inputs, _outputs;
    private float[] _input = [];
    private float[] _transposedInput = [], _transposedWeight = [];

    public DenseLayer(string name, int inputs, int outputs, SeededRandom random)
    {
        (_inputs, _outputs) = (inputs, outputs);
        Weight = new Parameter(name + ".weight", inputs * outputs, decays: true);
        Bias = new Parameter(name + ".bias", outputs, decays: false);
        random.Uniform(Weight.Value, MathF.Sqrt(3f / inputs));
    }

    /// <summary>[inputs, outputs].</summary>
    public Parameter Weight { get; }

    public Parameter Bias { get; }

    public override IEnumerable<Parameter> Parameters => [Weight, Bias];

    public override float[] Forward(float[] input, int batch, bool training)
    {
        _input = input;
        var output = Output(batch * _outputs);
        Matrix.FillRows(output, Bias.Value);
        Matrix.AddProduct(input, _inputs, Weight.Value, _outputs, output, _outputs, batch, _inputs, _outputs);
        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var values = gradient.AsSpan(0, batch * _outputs);
        Matrix.AddRows(values, Bias.Gradient);
        var input = Grow(ref _transposedInput, batch * _inputs);
        Matrix.Transpose(_input.AsSpan(0, batch * _inputs), input, batch, _inputs);
        Matrix.AddProduct(input, batch, values, _outputs, Weight.Gradient, _outputs, _inputs, batch, _outputs);
        var weight = Grow(ref _transposedWeight, _inputs * _outputs);
        Matrix.Transpose(Weight.Value, weight, _inputs, _outputs);
        Matrix.AddProduct(values, _outputs, weight, _inputs, InputGradient(batch * _inputs), _inputs, batch, _outputs, _inputs);
        return InputGradientArray;
    }
}
