using Weir.Detection.Numerics;

namespace Weir.Detection.Onnx;

/// <summary>
/// Runs a stored model: what PyTorch exports of a CLSTM, or what <c>weir train</c> wrote. One input of numbers, [batch, …], one output of one
/// number per sequence. Not thread-safe: a worker has its own.
/// </summary>
public sealed class OnnxProgram
{
    private static readonly Dictionary<string, Func<OnnxCall, OnnxTensor[]>> s_operators = new()
    {
        ["Conv"] = LayerOperators.Convolve,
        ["BatchNormalization"] = LayerOperators.Normalize,
        ["MaxPool"] = LayerOperators.Pool,
        ["LSTM"] = LayerOperators.Lstm,
        ["Gemm"] = LayerOperators.Gemm,
        ["MatMul"] = LayerOperators.MatMul,
        ["Relu"] = static call => ShapeOperators.Map(call, Elements.Rectify),
        ["Sigmoid"] = static call => ShapeOperators.Map(call, Elements.Sigmoid),
        ["Tanh"] = static call => ShapeOperators.Map(call, Elements.Tanh),
        ["Add"] = static call => ShapeOperators.Combine(call, static (a, b) => a + b, static (a, b) => a + b),
        ["Sub"] = static call => ShapeOperators.Combine(call, static (a, b) => a - b, static (a, b) => a - b),
        ["Mul"] = static call => ShapeOperators.Combine(call, static (a, b) => a * b, static (a, b) => a * b),
        ["Div"] = static call => ShapeOperators.Combine(call, static (a, b) => a / b, static (a, b) => b is 0 or -1 ? -a : a / b),
        ["Identity"] = ShapeOperators.Pass,
        ["Dropout"] = ShapeOperators.Pass,
        ["Constant"] = ShapeOperators.Constant,
        ["Transpose"] = ShapeOperators.Transpose,
        ["Squeeze"] = ShapeOperators.Squeeze,
        ["Unsqueeze"] = ShapeOperators.Unsqueeze,
        ["Reshape"] = ShapeOperators.Reshape,
        ["Flatten"] = ShapeOperators.Flatten,
        ["Slice"] = ShapeOperators.Slice,
        ["Gather"] = ShapeOperators.Gather,
        ["Shape"] = ShapeOperators.Shape,
        ["ConstantOfShape"] = ShapeOperators.ConstantOfShape,
        ["Expand"] = ShapeOperators.Expand,
        ["Concat"] = ShapeOperators.Concat,
        ["Cast"] = ShapeOperators.Cast,
    };

    private readonly OnnxModel _model;
    private readonly OnnxRun _run;
    private readonly Dictionary<string, OnnxTensor> _values = [];

    private OnnxProgram(OnnxModel model, OnnxLimits limits)
    {
        _model = model;
        _run = new OnnxRun(limits);
        InputShape = [.. model.Inputs[0].Dimensions.Skip(1)];
        InputLength = InputShape.Aggregate(1L, static (a, b) => a * b) is var length && length <= limits.MaxElements ? (int)length : -1;
    }

    /// <summary>Names of the operators that a graph may use.</summary>
    public static IReadOnlyCollection<string> Operators => s_operators.Keys;

    public OnnxModel Model => _model;

    /// <summary>Of one sequence, without the batch: [window, features] or [features, window].</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Numbers of one sequence.</summary>
    public int InputLength { get; }

    /// <summary>Checks the graph and runs it once on zeros: what is loaded can be run.</summary>
    public static bool TryLoad(OnnxModel model, OnnxLimits limits, out OnnxProgram? program, out string error)
    {
        program = null;
        error = Check(model);
        if (error.Length > 0) return false;
        var loaded = new OnnxProgram(model, limits);
        if (loaded.InputLength <= 0)
        {
            error = "its input is larger than allowed";
            return false;
        }

        if (!loaded.TryRun(new float[loaded.InputLength], new float[1], out error)) return false;
        program = loaded;
        return true;
    }

    /// <summary>Fails where a shape of the model is made for one batch size only, or the batch is beyond the limits.</summary>
    /// <param name="sequences">Sequence after sequence.</param>
    /// <param name="scores">One per sequence; says how many there are.</param>
    /// <param name="error">Empty on success.</param>
    public bool TryRun(float[] sequences, Span<float> scores, out string error)
    {
        try
        {
            Run(sequences, scores);
            error = "";
            return true;
        }
        catch (OnnxFault fault)
        {
            error = fault.Message;
            return false;
        }
    }

    private void Run(float[] sequences, Span<float> scores)
    {
        if (sequences.Length != (long)scores.Length * InputLength) throw new OnnxFault("the input does not fit the model");
        _run.Begin();
        _values.Clear();
        foreach (var (name, tensor) in _model.Tensors) _values[name] = tensor;
        _values[_model.Inputs[0].Name] = OnnxTensor.Of(sequences, [scores.Length, .. InputShape]);
        foreach (var node in _model.Nodes)
        {
            var inputs = new OnnxTensor?[node.Inputs.Count];
            var stored = new bool[inputs.Length];
            for (var i = 0; i < inputs.Length; i++)
            {
                var name = node.Inputs[i];
                if (name.Length == 0) continue;
                stored[i] = _model.Tensors.ContainsKey(name);
                inputs[i] = _values.GetValueOrDefault(name) ?? throw new OnnxFault($"{node.Operator} uses {name}, which nothing makes");
            }

            var outputs = s_operators[node.Operator](new OnnxCall(_run, node, inputs, stored));
            for (var i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i].Length == 0) continue;
                if (i >= outputs.Length) throw new OnnxFault($"{node.Operator} has no output {i + 1}");
                _values[node.Outputs[i]] = outputs[i];
            }
        }

        var result = _values.GetValueOrDefault(_model.Outputs[0].Name);
        if (result?.Numbers is null || result.Count != scores.Length) throw new OnnxFault("it does not give one number per sequence");
        result.Numbers.CopyTo(scores);
    }

    private static string Check(OnnxModel model)
    {
        if (model.Inputs.Count != 1 || model.Outputs.Count != 1)
            return $"it has {model.Inputs.Count} inputs and {model.Outputs.Count} outputs, not one of each";
        if (model.Inputs[0].Dimensions.Count != 3 || model.Inputs[0].Dimensions.Skip(1).Any(static size => size < 1))
            return "its input is not [batch, window, features] of fixed window and features";
        var unknown = model.Nodes.Select(static node => node.Operator).Where(name => !s_operators.ContainsKey(name)).Distinct().ToList();
        return unknown.Count == 0 ? "" : $"it uses operators that are not supported: {string.Join(", ", unknown)}";
    }
}
