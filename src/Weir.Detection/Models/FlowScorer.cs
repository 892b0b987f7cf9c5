using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Detection.Sequences;
using Weir.Flows;

namespace Weir.Detection.Models;

/// <summary>
/// Scores flows one after the other, each with those of the same source to the same service before it. Bounded: a sequence takes window ×
/// features numbers (3 KiB in the shipped model), and the longest silent one is forgotten. Not thread-safe.
/// </summary>
public sealed class FlowScorer(DetectorModel model, int maxSequences = 8192)
{
    private readonly RecentMap<SequenceKey, float[]> _sequences = new(maxSequences);
    private readonly float[] _score = new float[1];
    private readonly int _features = model.Description.Features.Count;
    private float[] _last = [];

    public DetectorModel Model => model;

    /// <summary>0 to 1; not a number when the model cannot be run, which loading it has ruled out.</summary>
    public float Score(ReadOnlySpan<double> flow, in FlowTuple tuple)
    {
        Span<float> scaled = stackalloc float[_features];
        model.Description.Features.Select(flow, scaled);
        model.Description.Scaler.Apply(scaled);
        var key = SequenceKey.Of(tuple);
        if (_sequences.TryGet(key, out var sequence)) sequence.AsSpan(_features).CopyTo(sequence);
        else _sequences.Add(key, sequence = First(scaled));
        scaled.CopyTo(sequence.AsSpan(sequence.Length - _features));
        _last = sequence;
        return Run(sequence);
    }

    /// <summary>
    /// The features of the flow just scored that matter most: how much the score falls when one is made usual in the whole sequence.
    /// Costs one run of the model for each feature.
    /// </summary>
    public IReadOnlyList<FindingReason> Explain(ReadOnlySpan<double> flow, int most)
    {
        var score = Run(_last);
        var changed = new float[_last.Length];
        var falls = new (float Fall, int Feature)[_features];
        for (var f = 0; f < _features; f++)
        {
            _last.CopyTo(changed, 0);
            for (var at = f; at < changed.Length; at += _features) changed[at] = 0;
            falls[f] = (score - Run(changed), f);
        }

        Array.Sort(falls, static (a, b) => b.Fall != a.Fall ? b.Fall.CompareTo(a.Fall) : a.Feature.CompareTo(b.Feature));
        var reasons = new List<FindingReason>();
        foreach (var (_, f) in falls.Take(most))
        {
            var feature = model.Description.Features.Features[f];
            reasons.Add(new FindingReason(FlowFeatures.ColumnOf(feature), model.Description.Scaler.Usual(f), flow[(int)feature]));
        }

        return reasons;
    }

    private float[] First(ReadOnlySpan<float> flow)
    {
        var sequence = new float[model.Window * _features];
        for (var at = 0; at < sequence.Length; at += _features) flow.CopyTo(sequence.AsSpan(at));
        return sequence;
    }

    private float Run(float[] sequence) => model.Program.TryRun(sequence, _score, out _) ? _score[0] : float.NaN;
}
