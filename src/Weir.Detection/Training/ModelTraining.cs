using Weir.Detection.Evaluation;
using Weir.Detection.Features;
using Weir.Detection.Models;
using Weir.Detection.Sequences;

namespace Weir.Detection.Training;

/// <summary>From a split table to a model with its threshold, and what the model makes of the test part.</summary>
public sealed class ModelTraining
{
    private readonly FlowTable _table;
    private readonly Split _split;
    private readonly ClstmTrainer _trainer;
    private readonly SequenceSet _training, _validation, _test;
    private readonly int[] _testRows;

    /// <param name="table">All flows.</param>
    /// <param name="split">Which of them are learned from, decide, and test.</param>
    /// <param name="window">Flows per sequence.</param>
    /// <param name="options">How to train.</param>
    public ModelTraining(FlowTable table, Split split, int window, TrainingOptions options)
    {
        (_table, _split) = (table, split);
        Scaler = FeatureScaler.Fit(table.Select(split.Training), table.Features.Count);
        _training = SequenceBuilder.Build(table, split.Training, Scaler, window, out _);
        _validation = SequenceBuilder.Build(table, split.Validation, Scaler, window, out _);
        _test = SequenceBuilder.Build(table, split.Test, Scaler, window, out _testRows);
        _trainer = new ClstmTrainer(new ClstmShape { Features = table.Features.Count, Window = window }, options);
    }

    public ClstmTrainer Trainer => _trainer;

    public FeatureScaler Scaler { get; }

    /// <summary>Rows of the table in the order of <see cref="TestScores"/>.</summary>
    public IReadOnlyList<int> TestRows => _testRows;

    public bool[] TestLabels => _test.Labels;

    /// <summary>After <see cref="Run"/>.</summary>
    public float[] TestScores { get; private set; } = [];

    /// <summary>Of benign flows of the validation part: what thresholds are made of.</summary>
    public float[] BenignScores { get; private set; } = [];

    public void Run(Action<EpochResult>? progress, CancellationToken cancellation)
    {
        _trainer.Train(_training, _validation, progress, cancellation);
        var scores = _trainer.Score(_validation);
        BenignScores = [.. scores.Where((_, i) => !_validation.Labels[i])];
        TestScores = _trainer.Score(_test);
    }

    public Confusion Test(double falsePositiveRate) =>
        Confusion.Of(TestScores, TestLabels, RankingMetrics.ThresholdFor(BenignScores, falsePositiveRate));

    /// <summary>By label: how many there are in the test part, and how many are flagged.</summary>
    public IEnumerable<(string Label, int Flows, int Flagged)> ByLabel(float threshold) =>
        from i in Enumerable.Range(0, _testRows.Length)
        group TestScores[i] >= threshold by _table.Labels[_testRows[i]] into same
        orderby same.Key
        select (same.Key, same.Count(), same.Count(static flagged => flagged));

    /// <summary>The model, with everything that using it needs.</summary>
    public byte[] Save(double falsePositiveRate, string training)
    {
        var threshold = RankingMetrics.ThresholdFor(BenignScores, falsePositiveRate);
        var test = Confusion.Of(TestScores, TestLabels, threshold);
        return DetectorModel.Save(_trainer, new ModelDescription
        {
            Features = _table.Features,
            Scaler = Scaler,
            Threshold = Math.Min(1, threshold),
            FalsePositiveRate = falsePositiveRate,
            Training = $"{training}; split {_split.Name}: {_split.Training.Length} flows, {_split.Validation.Length} to decide, {_split.Test.Length} to test",
            Metrics = FormattableString.Invariant(
                $"test part: F1 {test.F1:0.0000}, recall {test.Recall:0.0000}, false positive rate {test.FalsePositiveRate:0.00000}, PR-AUC {RankingMetrics.AveragePrecision(TestScores, TestLabels):0.0000}"),
        });
    }
}
