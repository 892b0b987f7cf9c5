using Weir.Detection.Numerics;

namespace Weir.Detection.Training;

/// <summary>
/// LSTM (Hochreiter, Schmidhuber 1997, with the forget gate of Gers 2000) that gives its last hidden state. Gates lie in ONNX's
/// order: input, output, forget, cell.
/// </summary>
internal sealed class LstmLayer : Layer
{
    private readonly int _time, _inputs, _hidden;
    private float[] _input = [];
    private float[] _gates = [], _cells = [], _squashed = [], _states = [], _gateGradients = [], _scratch = [];

    public LstmLayer(string name, int time, int inputs, int hidden, SeededRandom random)
    {
        (_time, _inputs, _hidden) = (time, inputs, hidden);
        Weight = new Parameter(name + ".weight", inputs * 4 * hidden, decays: true);
        Recurrence = new Parameter(name + ".recurrence", hidden * 4 * hidden, decays: true);
        Bias = new Parameter(name + ".bias", 4 * hidden, decays: false);
        var bound = 1 / MathF.Sqrt(hidden);
        random.Uniform(Weight.Value, bound);
        random.Uniform(Recurrence.Value, bound);
        // An open forget gate at the start (Jozefowicz et al. 2015).
        Bias.Value.AsSpan(2 * hidden, hidden).Fill(1);
    }

    /// <summary>[inputs, 4 × hidden].</summary>
    public Parameter Weight { get; }

    /// <summary>[hidden, 4 × hidden].</summary>
    public Parameter Recurrence { get; }

    public Parameter Bias { get; }

    public override IEnumerable<Parameter> Parameters => [Weight, Recurrence, Bias];

    private int Wide => 4 * _hidden;

    public override float[] Forward(float[] input, int batch, bool training)
    {
        _input = input;
        var size = batch * _hidden;
        var gates = Grow(ref _gates, batch * _time * Wide);
        Grow(ref _cells, _time * size);
        Grow(ref _squashed, _time * size);
        Grow(ref _states, _time * size);
        Matrix.FillRows(gates, Bias.Value);
        Matrix.AddProduct(input, _inputs, Weight.Value, Wide, gates, Wide, batch * _time, _inputs, Wide);
        for (var t = 0; t < _time; t++)
        {
            if (t > 0)
            {
                Matrix.AddProduct(
                    _states.AsSpan((t - 1) * size, size), _hidden, Recurrence.Value, Wide, gates[(t * Wide)..], _time * Wide, batch, _hidden, Wide);
            }

            for (var b = 0; b < batch; b++) Step(gates.Slice(((b * _time) + t) * Wide, Wide), t, b, size);
        }

        var output = Output(size);
        _states.AsSpan((_time - 1) * size, size).CopyTo(output);
        return OutputArray;
    }

    public override float[] Backward(float[] gradient, int batch)
    {
        var size = batch * _hidden;
        var gates = Grow(ref _gateGradients, batch * _time * Wide);
        var scratch = Grow(ref _scratch, (2 * size) + (Wide * Math.Max(_hidden, _inputs)) + (batch * _time * Math.Max(_inputs, _hidden)));
        var state = scratch[..size];
        var cell = scratch.Slice(size, size);
        var matrix = scratch.Slice(2 * size, Wide * Math.Max(_hidden, _inputs));
        var transposed = scratch[((2 * size) + matrix.Length)..];
        gradient.AsSpan(0, size).CopyTo(state);
        cell.Clear();
        Matrix.Transpose(Recurrence.Value, matrix, _hidden, Wide);
        for (var t = _time - 1; t >= 0; t--)
        {
            for (var b = 0; b < batch; b++) StepBack(gates.Slice(((b * _time) + t) * Wide, Wide), t, b, size, state, cell);
            if (t == 0) break;
            state.Clear();
            Matrix.AddProduct(gates[(t * Wide)..], _time * Wide, matrix, _hidden, state, _hidden, batch, Wide, _hidden);
            var previous = transposed[..size];
            Matrix.Transpose(_states.AsSpan((t - 1) * size, size), previous, batch, _hidden);
            Matrix.AddProduct(previous, batch, gates[(t * Wide)..], _time * Wide, Recurrence.Gradient, Wide, _hidden, batch, Wide);
        }

        Matrix.AddRows(gates, Bias.Gradient);
        var rows = batch * _time;
        Matrix.Transpose(_input.AsSpan(0, rows * _inputs), transposed[..(rows * _inputs)], rows, _inputs);
        Matrix.AddProduct(transposed, rows, gates, Wide, Weight.Gradient, Wide, _inputs, rows, Wide);
        Matrix.Transpose(Weight.Value, matrix, _inputs, Wide);
        Matrix.AddProduct(gates, Wide, matrix, _inputs, InputGradient(rows * _inputs), _inputs, rows, Wide, _inputs);
        return InputGradientArray;
    }

    /// <summary>c = f·c₋₁ + i·g; h = o·tanh c.</summary>
    private void Step(Span<float> gates, int t, int b, int size)
    {
        var h = _hidden;
        Elements.Sigmoid(gates[..(3 * h)]);
        Elements.Tanh(gates[(3 * h)..]);
        var at = (t * size) + (b * h);
        var cells = _cells.AsSpan(at, h);
        for (var j = 0; j < h; j++)
        {
            var before = t == 0 ? 0 : _cells[at - size + j];
            cells[j] = (gates[(2 * h) + j] * before) + (gates[j] * gates[(3 * h) + j]);
        }

        var squashed = _squashed.AsSpan(at, h);
        cells.CopyTo(squashed);
        Elements.Tanh(squashed);
        for (var j = 0; j < h; j++) _states[at + j] = gates[h + j] * squashed[j];
    }

    /// <summary>Gradients of the gates before their sigmoid or tanh; <paramref name="cell"/> goes on to the step before.</summary>
    private void StepBack(Span<float> result, int t, int b, int size, ReadOnlySpan<float> state, Span<float> cell)
    {
        var h = _hidden;
        var gates = _gates.AsSpan(((b * _time) + t) * Wide, Wide);
        var at = (t * size) + (b * h);
        for (var j = 0; j < h; j++)
        {
            var (i, o, f, g) = (gates[j], gates[h + j], gates[(2 * h) + j], gates[(3 * h) + j]);
            var squashed = _squashed[at + j];
            var dh = state[(b * h) + j];
            var dc = cell[(b * h) + j] + (dh * o * (1 - (squashed * squashed)));
            var before = t == 0 ? 0 : _cells[at - size + j];
            result[j] = dc * g * i * (1 - i);
            result[h + j] = dh * squashed * o * (1 - o);
            result[(2 * h) + j] = dc * before * f * (1 - f);
            result[(3 * h) + j] = dc * i * (1 - (g * g));
            cell[(b * h) + j] = dc * f;
        }
    }
}
