using System.Diagnostics;
using Weir.Benchmarks.Detection;
using Weir.Detection.Evaluation;
using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Detection.Training;

var root = args[0];
var which = args[1];
var features = FeatureSet.Default;
var table = which.StartsWith("k8s", StringComparison.Ordinal) ? DataSets.Kubernetes(root, features) : DataSets.Cic(root, features);
Console.WriteLine($"{table.Count} rows, {features.Count} features, NaN {Enumerable.Range(0, features.Count).Count(f => float.IsNaN(table[0][f]))}");
var all = Enumerable.Range(0, table.Count);
var split = which switch
{
    "k8s" => Split.Temporal(table, all.Where(row => table.Labels[row] is "0" or "2")),
    "unseen" => Split.UnseenAttacks(table),
    "random" => Split.Random(table, all),
    _ => Split.Temporal(table, all),
};
var scaler = FeatureScaler.Fit(table.Select(split.Training), features.Count);
var window = args.Length > 2 ? int.Parse(args[2]) : 10;
var training = SequenceBuilder.Build(table, split.Training, scaler, window, out _);
var validation = SequenceBuilder.Build(table, split.Validation, scaler, window, out _);
var test = SequenceBuilder.Build(table, split.Test, scaler, window, out var order);
Console.WriteLine($"{training.Count} {validation.Count} {test.Count} attacks {test.Labels.Count(l => l)}");
var watch = Stopwatch.StartNew();
var trainer = new ClstmTrainer(new ClstmShape { Features = features.Count, Window = window }, new TrainingOptions { Epochs = args.Length > 3 ? int.Parse(args[3]) : 10 });
trainer.Train(training, validation, e => Console.WriteLine($"{watch.Elapsed.TotalSeconds:0.0}s {e} test {RankingMetrics.AveragePrecision(trainer.Score(test), test.Labels):0.0000}"), default);
var v = trainer.Score(validation);
var scores = trainer.Score(test);
foreach (var rate in new[] { 0.001, 0.003, 0.005, 0.01 })
{
    var threshold = RankingMetrics.ThresholdFor([.. v.Where((_, i) => !validation.Labels[i])], rate);
    var c = Confusion.Of(scores, test.Labels, threshold);
    Console.WriteLine($"{rate} thr {threshold:0.00000} F1 {c.F1:0.0000} fpr {c.FalsePositiveRate:0.0000} recall {c.Recall:0.0000} R@ {RankingMetrics.RecallAt(scores, test.Labels, rate):0.0000}");
}
Console.WriteLine($"AP {RankingMetrics.AveragePrecision(scores, test.Labels):0.0000} ROC {RankingMetrics.AreaUnderRoc(scores, test.Labels):0.0000}");
