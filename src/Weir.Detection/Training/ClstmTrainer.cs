using Weir.Detection.Numerics;
using Weir.Detection.Sequences;

namespace Weir.Detection.Training;

/// <summary>Trains a network on one part of the data and keeps the weights of the epoch that was best on another.</summary>
public sealed class ClstmTrainer
{
    private readonly ClstmNetwork _network;
    private readonly TrainingOptions _options;
    private readonly SeededRandom _random;
    private readonly float[] _batch;
    private readonly float[] _gradient;

    public ClstmTrainer(ClstmShape shape, TrainingOptions options)
    {
        _options = options;
        _network = new ClstmNetwork(shape, options.Dropout, options.Seed);
        _random = new SeededRandom(options.Seed ^ 0xA5A5_5A5A_0F0F_F0F0);
        _batch = new float[options.BatchSize * shape.Window * shape.Features];
        _gradient = new float[options.BatchSize];
    }

    internal ClstmNetwork Network => _network;

    /// <param name="training">What is learned from.</param>
    /// <param name="validation">What decides when to stop; holds both classes.</param>
    /// <param name="progress">Told after each epoch.</param>
    /// <param name="cancellation">Ends after the batch at hand; the best weights so far are kept.</param>
    public void Train(SequenceSet training, SequenceSet validation, Action<EpochResult>? progress, CancellationToken cancellation)
    {
        var adam = new Adam(_network.Parameters, _options.WeightDecay);
        var order = Enumerable.Range(0, training.Count).ToArray();
        var (attack, benign) = ClassWeights(training);
        var rate = _options.LearningRate;
        var (best, waited) = (double.MaxValue, 0);
        float[][]? kept = null;
        for (var epoch = 1; epoch <= _options.Epochs && waited < _options.Patience && !cancellation.IsCancellationRequested; epoch++)
        {
            _random.Shuffle(order);
            var loss = 0.0;
            for (var at = 0; at < order.Length && !cancellation.IsCancellationRequested; at += _options.BatchSize)
            {
                loss += Step(training, order.AsSpan(at, Math.Min(_options.BatchSize, order.Length - at)), attack, benign);
                adam.Step(rate);
            }

            var held = Loss(validation);
            var isBest = held < best;
            if (isBest) (best, waited, kept) = (held, 0, Snapshot());
            else if (++waited % _options.PlateauEpochs == 0) rate /= 2;
            progress?.Invoke(new EpochResult(epoch, loss / Math.Max(1, order.Length), held, rate, isBest));
        }

        if (kept is not null) Restore(kept);
    }

    /// <summary>Probability of an attack for each sequence.</summary>
    public float[] Score(SequenceSet set)
    {
        var scores = new float[set.Count];
        for (var at = 0; at < set.Count; at += _options.BatchSize)
        {
            var count = Math.Min(_options.BatchSize, set.Count - at);
            for (var i = 0; i < count; i++) set.Copy(at + i, Sequence(i), set.Window);
            var logits = _network.Forward(_batch, count, training: false);
            for (var i = 0; i < count; i++) scores[at + i] = Elements.Sigmoid(logits[i]);
        }

        return scores;
    }

    /// <summary>Mean cross-entropy with both classes weighed alike. (Ranking metrics of an easy part are all 1 and choose nothing.)</summary>
    private double Loss(SequenceSet set)
    {
        const float Least = 1e-6f;
        var scores = Score(set);
        var (attack, benign) = ClassWeights(set);
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
            sum -= set.Labels[i] ? attack * Math.Log(Math.Max(Least, scores[i])) : benign * Math.Log(Math.Max(Least, 1 - scores[i]));
        return sum / Math.Max(1, set.Count);
    }

    private Span<float> Sequence(int index)
    {
        var length = _network.Shape.Window * _network.Shape.Features;
        return _batch.AsSpan(index * length, length);
    }

    /// <summary>The summed weighted cross-entropy of a batch, with its gradients.</summary>
    private double Step(SequenceSet set, ReadOnlySpan<int> rows, float attack, float benign)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            var flows = _random.NextSingle() < _options.ShortenedShare ? 1 + _random.Next(set.Window) : set.Window;
            set.Copy(rows[i], Sequence(i), flows);
        }

        var logits = _network.Forward(_batch, rows.Length, training: true);
        var loss = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            var isAttack = set.Labels[rows[i]];
            var weight = isAttack ? attack : benign;
            var signed = isAttack ? logits[i] : -logits[i];
            loss += weight * (Math.Log(1 + Math.Exp(-Math.Abs(signed))) + Math.Max(0, -signed));
            _gradient[i] = weight * (Elements.Sigmoid(logits[i]) - (isAttack ? 1 : 0)) / rows.Length;
        }

        _network.Backward(_gradient, rows.Length);
        return loss;
    }

    private (float Attack, float Benign) ClassWeights(SequenceSet set)
    {
        var attacks = set.Labels.Count(static label => label);
        if (!_options.BalanceClasses || attacks == 0 || attacks == set.Count) return (1, 1);
        return (0.5f * set.Count / attacks, 0.5f * set.Count / (set.Count - attacks));
    }

    private float[][] Snapshot() =>
    [
        .. _network.Parameters.Select(parameter => (float[])parameter.Value.Clone()),
        .. _network.Norms.SelectMany(norm => new[] { (float[])norm.RunningMean.Clone(), (float[])norm.RunningVariance.Clone() }),
    ];

    private void Restore(float[][] kept)
    {
        var next = 0;
        foreach (var parameter in _network.Parameters) kept[next++].CopyTo(parameter.Value, 0);
        foreach (var norm in _network.Norms)
        {
            kept[next++].CopyTo(norm.RunningMean, 0);
            kept[next++].CopyTo(norm.RunningVariance, 0);
        }
    }
}
