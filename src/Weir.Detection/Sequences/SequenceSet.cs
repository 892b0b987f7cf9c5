namespace Weir.Detection.Sequences;

/// <summary>
/// Sequences of flows. Each flow is stored once; a sequence names the flow it ends with and those before it, oldest first. Where
/// there were fewer, the oldest one stands in for what is missing.
/// </summary>
public sealed class SequenceSet
{
    private readonly float[] _flows;
    private readonly int[] _rows;

    /// <param name="flows">Scaled features, flow after flow.</param>
    /// <param name="features">Numbers per flow.</param>
    /// <param name="rows">Sequence after sequence, <paramref name="window"/> indexes of flows each.</param>
    /// <param name="window">Flows per sequence.</param>
    /// <param name="labels">True where the last flow is an attack.</param>
    public SequenceSet(float[] flows, int features, int[] rows, int window, bool[] labels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, labels.Length * window);
        (_flows, Features, _rows, Window, Labels) = (flows, features, rows, window, labels);
    }

    public int Features { get; }

    public int Window { get; }

    public int Count => Labels.Length;

    public bool[] Labels { get; }

    /// <summary>Index of the flow that a sequence is about.</summary>
    public int LastFlow(int sequence) => _rows[((sequence + 1) * Window) - 1];

    /// <summary>Writes a sequence as [window, features], made of its last <paramref name="flows"/> flows only.</summary>
    public void Copy(int sequence, Span<float> target, int flows)
    {
        var rows = _rows.AsSpan(sequence * Window, Window);
        var first = Window - flows;
        for (var t = 0; t < Window; t++)
            _flows.AsSpan(rows[Math.Max(t, first)] * Features, Features).CopyTo(target[(t * Features)..]);
    }
}
