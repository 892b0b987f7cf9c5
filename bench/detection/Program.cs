using System.Diagnostics;
using Weir.Benchmarks.Detection;
using Weir.Detection.Evaluation;
using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Detection.Training;

var root = args[0];
var which = args[1];
var o = args.Skip(2).Select(a => a.Split('=')).ToDictionary(a => a[0], a => float.Parse(a[1]));
float Opt(string name, float missing) => o.GetValueOrDefault(name, missing);
var features = Opt("fp", 0) > 0 ? FeatureSet.WithFingerprints : FeatureSet.Default;
var table = which.StartsWith("k8s", StringComparison.Ordinal) ? DataSets.Kubernetes(root, features) : DataSets.Cic(root, features);
var all = Enumerable.Range(0, table.Count);
var split = which switch
{
    "k8s" => Split.Temporal(table, all.Where(row => table.Labels[row] is "0" or "2")),
    "unseen" => Split.UnseenAttacks(table),
    "random" => Split.Random(table, all),
    "develop" => Split.Develop(table, all),
    _ => Split.Temporal(table, all),
};
var scaler = FeatureScaler.Fit(table.Select(split.Training), features.Count);
var window = (int)Opt("window", 10);
var training = SequenceBuilder.Build(table, split.Training, scaler, window, out _);
var validation = SequenceBuilder.Build(table, split.Validation, scaler, window, out _);
var test = SequenceBuilder.Build(table, split.Test, scaler, window, out var order);
Console.WriteLine($"{which} {string.Join(' ', args.Skip(2))} {training.Count} {validation.Count} {test.Count} attacks {test.Labels.Count(l => l)}");
for (var seed = 1; seed <= Opt("seeds", 2); seed++)
{
    var watch = Stopwatch.StartNew();
    var trainer = new ClstmTrainer(
        new ClstmShape { Features = features.Count, Window = window, Filters = (int)Opt("filters", 32), Hidden = (int)Opt("hidden", 64) },
        new TrainingOptions { Seed = (ulong)seed, Epochs = (int)Opt("epochs", 10), LearningRate = Opt("lr", 1e-3f), Dropout = Opt("drop", 0.3f), WeightDecay = Opt("wd", 1e-2f), ShortenedShare = Opt("short", 0.5f), BalanceClasses = Opt("bal", 1) > 0, Patience = (int)Opt("pat", 6), BatchSize = (int)Opt("batch", 128) });
    trainer.Train(training, validation, e => { if (Opt("v", 0) > 0) Console.WriteLine($"{watch.Elapsed.TotalSeconds:0.0}s {e} test {RankingMetrics.AveragePrecision(trainer.Score(test), test.Labels):0.0000}"); }, default);
    var v = trainer.Score(validation);
    var scores = trainer.Score(test);
    var line = $"seed {seed} {watch.Elapsed.TotalSeconds:0}s AP {RankingMetrics.AveragePrecision(scores, test.Labels):0.0000}";
    foreach (var rate in new[] { 0.001, 0.003, 0.005 })
    {
        var threshold = RankingMetrics.ThresholdFor([.. v.Where((_, i) => !validation.Labels[i])], rate);
        var c = Confusion.Of(scores, test.Labels, threshold);
        line += $" | {rate}: t{threshold:0.000} F1 {c.F1:0.0000} fpr {c.FalsePositiveRate:0.0000} R {c.Recall:0.0000} R@ {RankingMetrics.RecallAt(scores, test.Labels, rate):0.000}";
    }

    Console.WriteLine(line);
    if (Opt("cls", 0) > 0)
    {
        var threshold = RankingMetrics.ThresholdFor([.. v.Where((_, i) => !validation.Labels[i])], 0.003);
        foreach (var g in Enumerable.Range(0, order.Length).GroupBy(i => table.Labels[order[i]])) Console.WriteLine($"   {g.Key} {g.Count()} flagged {g.Count(i => scores[i] >= threshold)}");
    }
}
