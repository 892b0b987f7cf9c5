using Weir.Detection.Features;
using Weir.Detection.Sequences;

namespace Weir.Benchmarks.Detection;

/// <summary>The tables of docs/detection.md: every split, every learner, the same features.</summary>
internal sealed class Evaluation(string data, int seeds, TextWriter output)
{
    private const double CicBenignPerHour = 39_000, KubernetesBenignPerHour = 5_297;
    private const double Rate = 0.001;
    private const int Window = 10;

    /// <summary>Without seeds only the baseline is evaluated, in a minute.</summary>
    private readonly bool _hasLearners = seeds > 0 && Learners.IsThere();

    public void Run()
    {
        if (seeds > 0 && !_hasLearners) output.WriteLine("python3-sklearn is not installed: tables without logistic regression, random forest and gradient boosting");
        WithinCic(FeatureSet.Default, "CICIDS2017, temporal");
        Unseen();
        WithinKubernetes(byPort: false, "Kubernetes, temporal, labels 0 and 2, every flow of the attack capture an attack");
        WithinKubernetes(byPort: true, "Kubernetes, temporal, labels 0 and 2, only flows to the attacked service attacks");
        Across();
        Back();
        WithinCic(FeatureSet.WithFingerprints, "CICIDS2017, temporal, with host fingerprints (for comparison only)");
    }

    private void WithinCic(FeatureSet features, string title)
    {
        var table = DataSets.Cic(data, features);
        var split = Split.Temporal(table, Enumerable.Range(0, table.Count));
        Evaluate(title, new PreparedSplit(table, split, Attack(table), Window), Benign(table, split), CicBenignPerHour);
    }

    private void Unseen()
    {
        var table = DataSets.Cic(data, FeatureSet.Default);
        var split = Split.UnseenAttacks(table);
        Evaluate(
            "CICIDS2017, Monday to Wednesday → Thursday and Friday: no attack of the test was seen",
            new PreparedSplit(table, split, Attack(table), Window), Benign(table, split), CicBenignPerHour, perLabel: true);
    }

    private void WithinKubernetes(bool byPort, string title)
    {
        var table = DataSets.Kubernetes(data, FeatureSet.Default);
        var split = Split.Temporal(table, Reconnaissance(table));
        var prepared = new PreparedSplit(table, split, byPort ? AttackedService(table) : Attack(table), Window);
        Evaluate(title, prepared, Benign(table, split), KubernetesBenignPerHour);
    }

    /// <summary>Learned on CIC; of the cluster only 20 minutes of benign flows are known, for the threshold and the baseline.</summary>
    private void Across()
    {
        var (cic, cluster) = (DataSets.Cic(data, FeatureSet.Default), DataSets.Kubernetes(data, FeatureSet.Default));
        var (joined, second) = Join(cic, cluster);
        var parts = Split.Temporal(cic, Enumerable.Range(0, cic.Count));
        var rows = Reconnaissance(cluster).ToList();
        var first = rows.Where(row => FlowTable.IsBenign(cluster.Labels[row])).Min(row => cluster.Starts[row]);
        var quiet = rows.Where(row => FlowTable.IsBenign(cluster.Labels[row]) && cluster.Starts[row] < first + 1_200_000_000_000).Select(row => row + second).ToArray();
        var test = rows.Select(row => row + second).Except(quiet).ToArray();
        Evaluate(
            "CICIDS2017 → Kubernetes labels 0 and 2, threshold and baseline from 20 minutes of the cluster's benign traffic",
            new PreparedSplit(joined, new Split("across", [.. parts.Training, .. parts.Test], parts.Validation, test), Attack(joined), Window), quiet,
            KubernetesBenignPerHour, quiet);
    }

    /// <summary>The other way round: the threshold and the baseline from Monday's benign flows.</summary>
    private void Back()
    {
        var (cic, cluster) = (DataSets.Cic(data, FeatureSet.Default), DataSets.Kubernetes(data, FeatureSet.Default));
        var (joined, second) = Join(cluster, cic);
        var parts = Split.Temporal(cluster, Reconnaissance(cluster));
        var days = Enumerable.Range(0, cic.Count).ToLookup(row => DateTime.UnixEpoch.AddTicks(cic.Starts[row] / 100).DayOfWeek == DayOfWeek.Monday, row => row + second);
        Evaluate(
            "Kubernetes labels 0 and 2 → CICIDS2017 Tuesday to Friday, threshold and baseline from Monday's benign traffic",
            new PreparedSplit(joined, new Split("back", [.. parts.Training, .. parts.Test], parts.Validation, [.. days[false]]), Attack(joined), Window),
            [.. days[true]], CicBenignPerHour, [.. days[true]]);
    }

    /// <param name="title">Heading.</param>
    /// <param name="split">What is learned and tested.</param>
    /// <param name="learned">Benign rows that the baseline learns from.</param>
    /// <param name="benignPerHour">For false positives per hour.</param>
    /// <param name="quiet">Benign rows of the place that is tested, which set the threshold; null takes those of the validation part.</param>
    /// <param name="perLabel">Also says how many of each label are found.</param>
    private void Evaluate(
        string title, PreparedSplit split, IReadOnlyList<int> learned, double benignPerHour, int[]? quiet = null, bool perLabel = false)
    {
        var labels = split.Test.Labels;
        ResultTable.Head(output, title, labels.Length, labels.Count(static label => label), benignPerHour);
        var baseline = BaselineFlags.Of(split, learned);
        if (_hasLearners && quiet is null)
        {
            foreach (var (name, (validation, test)) in Learners.Run(split, 1))
            {
                ResultTable.Row(output, $"{name}, at 0.5", [Result.Of(test, labels, 0.5f)], benignPerHour);
                ResultTable.Row(output, $"{name}, calibrated", [Result.Of(test, labels, split.Threshold(validation, Rate))], benignPerHour);
            }
        }
        else if (_hasLearners)
        {
            var calibrated = new PreparedSplit(split.Table, split.Split with { Validation = quiet! }, split.IsAttack, Window);
            foreach (var (name, (validation, test)) in Learners.Run(calibrated, 1))
            {
                ResultTable.Row(output, $"{name}, at 0.5", [Result.Of(test, labels, 0.5f)], benignPerHour);
                ResultTable.Row(output, $"{name}, calibrated", [Result.Of(test, labels, calibrated.Threshold(validation, Rate))], benignPerHour);
            }
        }

        var (alone, half, together) = (new List<Result>(), new List<Result>(), new List<Result>());
        bool[] last = [];
        for (var seed = 1; seed <= seeds; seed++)
        {
            var trainer = split.Train((ulong)seed);
            var scores = trainer.Score(split.Test);
            var threshold = quiet is null
                ? split.Threshold(trainer.Score(split.Validation), Rate)
                : Weir.Detection.Evaluation.RankingMetrics.ThresholdFor(
                    trainer.Score(SequenceBuilder.Build(split.Table, quiet, split.Scaler, Window, out _)), Rate);
            half.Add(Result.Of(scores, labels, 0.5f));
            alone.Add(Result.Of(scores, labels, threshold));
            last = [.. scores.Select((score, i) => score >= threshold || baseline[i])];
            together.Add(Result.Of(last, labels));
        }

        ResultTable.Row(output, "baseline (no labels)", [Result.Of(baseline, labels)], benignPerHour);
        if (seeds == 0) return;
        ResultTable.Row(output, "CLSTM, at 0.5", half, benignPerHour);
        ResultTable.Row(output, "CLSTM, calibrated", alone, benignPerHour);
        ResultTable.Row(output, "**CLSTM and baseline**", together, benignPerHour);
        if (perLabel) Labels(split, baseline, last);
    }

    private void Labels(PreparedSplit split, bool[] baseline, bool[] together)
    {
        output.WriteLine();
        output.WriteLine("| label | flows | baseline | CLSTM and baseline (last seed) |");
        output.WriteLine("|---|---|---|---|");
        foreach (var same in Enumerable.Range(0, baseline.Length).GroupBy(i => split.Table.Labels[split.TestRows[i]]).OrderBy(same => same.Key))
            output.WriteLine($"| {same.Key} | {same.Count()} | {same.Count(i => baseline[i])} | {same.Count(i => together[i])} |");
    }

    private static Func<int, bool> Attack(FlowTable table) => row => !FlowTable.IsBenign(table.Labels[row]);

    /// <summary>The reconnaissance of label 2 is aimed at Node-RED, port 1880; what else was captured meanwhile is the cluster's own chatter.</summary>
    private static Func<int, bool> AttackedService(FlowTable table) =>
        row => table.Labels[row] == "2" && table.Tuples[row].DestinationPort == 1880;

    private static IEnumerable<int> Reconnaissance(FlowTable table) => Enumerable.Range(0, table.Count).Where(row => table.Labels[row] is "0" or "2");

    private static List<int> Benign(FlowTable table, Split split) =>
        [.. split.Training.Concat(split.Validation).Where(row => FlowTable.IsBenign(table.Labels[row]))];

    private static (FlowTable Joined, int Second) Join(FlowTable first, FlowTable second)
    {
        var joined = new FlowTable(first.Features);
        joined.Append(first);
        joined.Append(second);
        return (joined, first.Count);
    }
}
