namespace Weir.Detection.Onnx;

/// <summary>Why a graph cannot be run, thrown inside of it and turned into a text by <see cref="OnnxProgram"/>; nobody else sees it.</summary>
internal sealed class OnnxFault(string message) : Exception(message);

/// <summary>
/// What one run may use, and the buffers it writes to. A buffer belongs to one output of one node and is used again by the next
/// run, so that a run of the same batch size allocates no numbers.
/// </summary>
internal sealed class OnnxRun(OnnxLimits limits)
{
    private readonly Dictionary<(OnnxNode, int), float[]> _buffers = [];
    private readonly Dictionary<(OnnxNode, int), float[]> _prepared = [];
    private long _elements, _operations;

    public void Begin() => (_elements, _operations) = (0, 0);

    /// <summary>Numbers of an output, of any content.</summary>
    public float[] Buffer(OnnxNode node, int slot, long length)
    {
        Claim(node, length);
        if (_buffers.TryGetValue((node, slot), out var buffer) && buffer.Length == length) return buffer;
        return _buffers[(node, slot)] = new float[length];
    }

    /// <summary>A weight brought into the order that multiplying wants; done once when the weight is stored in the model.</summary>
    public float[] Prepared(OnnxNode node, int slot, bool isStored, long length, Action<float[]> fill)
    {
        if (isStored && _prepared.TryGetValue((node, slot), out var ready)) return ready;
        Claim(node, length);
        var values = new float[length];
        fill(values);
        if (isStored) _prepared[(node, slot)] = values;
        return values;
    }

    /// <summary>Called before multiplying.</summary>
    public void Work(OnnxNode node, long operations)
    {
        _operations += operations;
        if (operations < 0 || _operations > limits.MaxRunOperations)
            throw new OnnxFault($"running {node.Operator} would take more than {limits.MaxRunOperations} operations");
    }

    /// <summary>The number of elements of a shape, refused beyond the limit.</summary>
    public int Size(OnnxNode node, ReadOnlySpan<int> shape)
    {
        if (shape.Length > limits.MaxRank) throw new OnnxFault($"{node.Operator} makes a tensor of {shape.Length} dimensions");
        var size = 1L;
        foreach (var dimension in shape)
        {
            if (dimension < 0) throw new OnnxFault($"{node.Operator} makes a tensor of negative size");
            size *= dimension;
            if (size > limits.MaxElements) throw new OnnxFault($"{node.Operator} makes a tensor of more than {limits.MaxElements} numbers");
        }

        return (int)size;
    }

    private void Claim(OnnxNode node, long length)
    {
        _elements += length;
        if (length < 0 || length > limits.MaxElements || _elements > limits.MaxRunElements)
            throw new OnnxFault($"running {node.Operator} would need more memory than {limits.MaxRunElements} numbers");
    }
}
