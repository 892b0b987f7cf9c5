namespace Weir.Detection.Onnx;

/// <summary>A tensor of the two kinds a CLSTM needs: numbers, and the integers of shapes.</summary>
public sealed class OnnxTensor
{
    public required int[] Shape { get; init; }

    /// <summary>Row-major; null when the tensor holds integers.</summary>
    public float[]? Numbers { get; init; }

    public long[]? Integers { get; init; }

    public int Count => Numbers?.Length ?? Integers!.Length;

    public static OnnxTensor Of(float[] numbers, params int[] shape) => new() { Numbers = numbers, Shape = shape };

    public static OnnxTensor Of(params long[] integers) => new() { Integers = integers, Shape = [integers.Length] };
}

/// <summary>An attribute of a node; what its name does not need is empty.</summary>
public sealed class OnnxAttribute
{
    public float Number { get; init; }

    public long Integer { get; init; }

    public string Text { get; init; } = "";

    public OnnxTensor? Tensor { get; init; }

    public long[] Integers { get; init; } = [];

    public string[] Texts { get; init; } = [];
}

public sealed class OnnxNode
{
    public string Name { get; init; } = "";

    /// <summary>Operator of the default domain: <c>Conv</c>, <c>LSTM</c> …</summary>
    public required string Operator { get; init; }

    /// <summary>Empty names are inputs left out.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    public required IReadOnlyList<string> Outputs { get; init; }

    public IReadOnlyDictionary<string, OnnxAttribute> Attributes { get; init; } = new Dictionary<string, OnnxAttribute>();
}

/// <param name="Name">Of the value.</param>
/// <param name="Dimensions">−1 where the size is only known when it runs.</param>
public sealed record OnnxValue(string Name, IReadOnlyList<int> Dimensions);

/// <summary>A model as stored: one graph of operators of the default domain, its tensors, and texts by key.</summary>
public sealed class OnnxModel
{
    public string Producer { get; init; } = "";

    public long OperatorSet { get; init; }

    public required IReadOnlyList<OnnxNode> Nodes { get; init; }

    public required IReadOnlyDictionary<string, OnnxTensor> Tensors { get; init; }

    /// <summary>Without those that are stored tensors.</summary>
    public required IReadOnlyList<OnnxValue> Inputs { get; init; }

    public required IReadOnlyList<OnnxValue> Outputs { get; init; }

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
