namespace Weir.Detection.Onnx;

/// <summary>What a model file may ask for. A file beyond a limit is refused with the limit's name; nothing is taken in part.</summary>
public sealed record OnnxLimits
{
    public static OnnxLimits Default { get; } = new();

    /// <summary>Bytes of the file. The shipped model has 160 KiB; a CLSTM of a thousand features and four times the width has 9 MiB.</summary>
    public int MaxFileBytes { get; init; } = 16 << 20;

    /// <summary>Nodes of the graph. PyTorch writes about 40 for a CLSTM.</summary>
    public int MaxNodes { get; init; } = 1024;

    /// <summary>Tensors stored in the file, and values named in the graph.</summary>
    public int MaxTensors { get; init; } = 4096;

    /// <summary>Numbers in one tensor, stored or computed: 32 MiB of single precision.</summary>
    public int MaxElements { get; init; } = 8 << 20;

    /// <summary>Numbers in all tensors of one run together: bounds the memory of an inference.</summary>
    public long MaxRunElements { get; init; } = 32 << 20;

    /// <summary>Multiplications of one run: a graph of nested products must not keep a core busy. 2³⁴ are a few seconds.</summary>
    public long MaxRunOperations { get; init; } = 1L << 34;

    /// <summary>Dimensions of a tensor.</summary>
    public int MaxRank { get; init; } = 8;

    /// <summary>Characters of one name or of one piece of metadata.</summary>
    public int MaxTextBytes { get; init; } = 1 << 20;
}
