using Weir.Detection.Features;
using Weir.Flows;

namespace Weir.Detection.Sequences;

/// <summary>Flows in memory: features as metered, and what orders and groups them but is no input of a model.</summary>
public sealed class FlowTable(FeatureSet features)
{
    private readonly List<float> _values = [];
    private readonly List<FlowTuple> _tuples = [];
    private readonly List<long> _starts = [];
    private readonly List<string> _labels = [];

    public FeatureSet Features { get; } = features;

    public int Count => _labels.Count;

    public IReadOnlyList<FlowTuple> Tuples => _tuples;

    /// <summary>First packet, Unix nanoseconds.</summary>
    public IReadOnlyList<long> Starts => _starts;

    /// <summary>Empty where nobody said.</summary>
    public IReadOnlyList<string> Labels => _labels;

    public ReadOnlySpan<float> this[int row] =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_values).Slice(row * Features.Count, Features.Count);

    /// <param name="flow">By <see cref="FlowFeature"/>.</param>
    /// <param name="tuple">Groups it.</param>
    /// <param name="startNs">Orders it.</param>
    /// <param name="label">What it is known to be; empty where nobody said.</param>
    public void Add(ReadOnlySpan<double> flow, FlowTuple tuple, long startNs, string label)
    {
        Span<float> selected = stackalloc float[Features.Count];
        Features.Select(flow, selected);
        _values.AddRange(selected);
        _tuples.Add(tuple);
        _starts.Add(startNs);
        _labels.Add(label);
    }

    /// <summary>Adds every row of a table; rows without a time keep their order.</summary>
    public void AddAll(FlowCsvReader reader)
    {
        while (reader.TryRead()) Add(reader.Features, reader.Tuple, reader.StartNs ?? 0, reader.Label);
    }

    /// <summary>Adds the flows of another table of the same features.</summary>
    public void Append(FlowTable other)
    {
        if (!other.Features.Features.SequenceEqual(Features.Features)) throw new ArgumentException("the tables have different features", nameof(other));
        _values.AddRange(other._values);
        _tuples.AddRange(other._tuples);
        _starts.AddRange(other._starts);
        _labels.AddRange(other._labels);
    }

    /// <summary>The features of some rows, row after row.</summary>
    public float[] Select(ReadOnlySpan<int> rows)
    {
        var values = new float[rows.Length * Features.Count];
        for (var i = 0; i < rows.Length; i++) this[rows[i]].CopyTo(values.AsSpan(i * Features.Count));
        return values;
    }

    /// <summary>Labels that mean nothing is wrong, whatever the data set: none, benign, normal, 0.</summary>
    public static bool IsBenign(string label) => label is "" or "0"
        || label.Equals("benign", StringComparison.OrdinalIgnoreCase) || label.Equals("normal", StringComparison.OrdinalIgnoreCase)
        || label.Equals("NeedManualLabel", StringComparison.OrdinalIgnoreCase);
}
