using Weir.Detection.Features;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Detection.Sequences;

/// <summary>Who asks which service: flows with the same key make a sequence.</summary>
public readonly record struct SequenceKey(IpAddress Source, IpAddress Destination, ushort Port, byte Protocol)
{
    public static SequenceKey Of(in FlowTuple tuple) => new(tuple.Source, tuple.Destination, tuple.DestinationPort, tuple.Protocol);
}

/// <summary>
/// Makes sequences of flows of one part of the data: for each flow the flows of the same source to the same service that began
/// before it, in time order. Flows outside the part are never looked at, and unrelated flows never stand in one sequence.
/// </summary>
public static class SequenceBuilder
{
    /// <param name="table">Where the rows are.</param>
    /// <param name="rows">The part; any order.</param>
    /// <param name="scaler">Fitted on the training part.</param>
    /// <param name="window">Flows per sequence.</param>
    /// <param name="order">The row that each sequence is about.</param>
    /// <param name="isAttack">What counts as one; null goes by the label.</param>
    public static SequenceSet Build(
        FlowTable table, ReadOnlySpan<int> rows, FeatureScaler scaler, int window, out int[] order, Func<int, bool>? isAttack = null)
    {
        var sorted = rows.ToArray();
        Array.Sort(sorted, (a, b) => table.Starts[a] != table.Starts[b] ? table.Starts[a].CompareTo(table.Starts[b]) : a.CompareTo(b));
        var flows = table.Select(sorted);
        scaler.Apply(flows);
        var sequences = new int[sorted.Length * window];
        var labels = new bool[sorted.Length];
        var latest = new Dictionary<SequenceKey, int>();
        for (var i = 0; i < sorted.Length; i++)
        {
            var sequence = sequences.AsSpan(i * window, window);
            var key = SequenceKey.Of(table.Tuples[sorted[i]]);
            // The sequence of the flow before, moved on by one; the first flow of a key stands in for those it lacks.
            if (latest.TryGetValue(key, out var previous)) sequences.AsSpan((previous * window) + 1, window - 1).CopyTo(sequence);
            else sequence.Fill(i);
            sequence[^1] = i;
            latest[key] = i;
            labels[i] = isAttack?.Invoke(sorted[i]) ?? !FlowTable.IsBenign(table.Labels[sorted[i]]);
        }

        order = sorted;
        return new SequenceSet(flows, table.Features.Count, sequences, window, labels);
    }
}
