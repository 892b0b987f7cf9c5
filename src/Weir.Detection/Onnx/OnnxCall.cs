namespace Weir.Detection.Onnx;

/// <summary>One node about to run: its inputs, its attributes with their defaults, and faults that name it.</summary>
internal readonly struct OnnxCall(OnnxRun run, OnnxNode node, OnnxTensor?[] inputs, bool[] stored)
{
    public OnnxRun Run { get; } = run;

    public OnnxNode Node { get; } = node;

    public int InputCount => inputs.Length;

    /// <summary>True where the input is a tensor of the file, the same in every run.</summary>
    public bool IsStored(int index) => stored[index];

    public OnnxTensor? Optional(int index) => index < inputs.Length ? inputs[index] : null;

    public OnnxTensor Input(int index) => Optional(index) ?? throw Fault($"lacks input {index + 1}");

    /// <summary>An input of numbers, with as many dimensions as asked; −1 takes any.</summary>
    public float[] Numbers(int index, int rank = -1)
    {
        var tensor = Input(index);
        if (tensor.Numbers is null) throw Fault($"wants numbers as input {index + 1}");
        if (rank >= 0 && tensor.Shape.Length != rank) throw Fault($"wants {rank} dimensions as input {index + 1}, not {tensor.Shape.Length}");
        return tensor.Numbers;
    }

    public long[] Integers(int index) => Input(index).Integers ?? throw Fault($"wants integers as input {index + 1}");

    public long Integer(string name, long missing) => Node.Attributes.TryGetValue(name, out var value) ? value.Integer : missing;

    public float Number(string name, float missing) => Node.Attributes.TryGetValue(name, out var value) ? value.Number : missing;

    public string Text(string name, string missing) => Node.Attributes.TryGetValue(name, out var value) ? value.Text : missing;

    public long[]? IntegerList(string name) => Node.Attributes.TryGetValue(name, out var value) ? value.Integers : null;

    /// <summary>The only element of an attribute that has one per spatial dimension.</summary>
    public int Spatial(string name, int missing)
    {
        if (IntegerList(name) is not { } list) return missing;
        if (list.Length != 1 || list[0] is < 1 or > int.MaxValue) throw Fault($"has {name} that fit no sequence");
        return (int)list[0];
    }

    /// <summary>Padding before and after.</summary>
    public (int Before, int After) Padding()
    {
        if (Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) throw Fault("pads by itself (auto_pad)");
        if (IntegerList("pads") is not { } pads) return (0, 0);
        if (pads.Length != 2 || pads.Any(static pad => pad is < 0 or > 4096)) throw Fault("has pads that fit no sequence");
        return ((int)pads[0], (int)pads[1]);
    }

    /// <summary>Counts a negative axis from the end.</summary>
    public int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Fault($"names axis {axis} of {rank}");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>A new tensor of numbers whose content the caller fills.</summary>
    public OnnxTensor Output(params int[] shape) => Output(0, shape);

    public OnnxTensor Output(int slot, int[] shape) => OnnxTensor.Of(Run.Buffer(Node, slot, Run.Size(Node, shape)), shape);

    public OnnxFault Fault(string what) => new($"{Node.Operator}{(Node.Name.Length > 0 ? $" \"{Node.Name}\"" : "")} {what}");
}
