using Weir.Detection.Evaluation;
using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Detection.Training;

namespace Weir.Benchmarks.Detection;

/// <summary>A split ready for any learner: scaled by its training part, sequences inside each part.</summary>
internal sealed class PreparedSplit
{
    private readonly Func<int, bool> _isAttack;
    private readonly int[] _validationRows, _testRows;

    /// <param name="table">All flows.</param>
    /// <param name="split">Its parts; the validation part may hold benign flows alone when it only serves a threshold.</param>
    /// <param name="isAttack">What counts as an attack.</param>
    /// <param name="window">Flows per sequence.</param>
    public PreparedSplit(FlowTable table, Split split, Func<int, bool> isAttack, int window)
    {
        (Table, Split, _isAttack) = (table, split, isAttack);
        Scaler = FeatureScaler.Fit(table.Select(split.Training), table.Features.Count);
        Training = Build(split.Training, window, out _);
        Validation = Build(split.Validation, window, out _validationRows);
        Test = Build(split.Test, window, out _testRows);
    }

    public FlowTable Table { get; }

    public Split Split { get; }

    public FeatureScaler Scaler { get; }

    public SequenceSet Training { get; }

    public SequenceSet Validation { get; }

    public SequenceSet Test { get; }

    /// <summary>In the order of <see cref="Test"/>: in time.</summary>
    public int[] TestRows => _testRows;

    public int[] ValidationRows => _validationRows;

    public bool IsAttack(int row) => _isAttack(row);

    public float[] Flows(int[] rows)
    {
        var flows = Table.Select(rows);
        Scaler.Apply(flows);
        return flows;
    }

    public ClstmTrainer Train(ulong seed)
    {
        var trainer = new ClstmTrainer(
            new ClstmShape { Features = Table.Features.Count, Window = Training.Window }, new TrainingOptions { Seed = seed });
        trainer.Train(Training, Validation, null, CancellationToken.None);
        return trainer;
    }

    public float Threshold(float[] validationScores, double rate) =>
        RankingMetrics.ThresholdFor([.. validationScores.Where((_, i) => !Validation.Labels[i])], rate);

    private SequenceSet Build(int[] rows, int window, out int[] order) => SequenceBuilder.Build(Table, rows, Scaler, window, out order, _isAttack);
}
