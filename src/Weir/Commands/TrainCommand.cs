using System.CommandLine;
using System.Globalization;
using Weir.Cli.Detection;
using Weir.Detection.Evaluation;
using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Detection.Training;

namespace Weir.Cli.Commands;

/// <summary><c>weir train</c>: a model out of labelled flow tables, with an evaluation on flows it never saw.</summary>
internal sealed class TrainCommand
{
    private const string Help = """
        Train a CLSTM on labelled flow tables and say how it does on flows that it never saw: inside each label and day
        the first 60 % in time are learned from, the next 10 % decide, the last 30 % test.

        Example:
          weir train --csv monday.csv tuesday.csv.gz -o model.onnx
        """;

    private readonly Option<string[]> _tables = new("--csv")
    {
        Description = "Labelled flow tables (CICFlowMeter's columns in any published spelling), gzipped or not",
        HelpName = "FILE",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> _output = new("--output", "-o") { Description = "Where the model goes", HelpName = "FILE.onnx", Required = true };

    private readonly Option<double> _rate = new("--false-positive-rate")
    {
        Description = "Share of benign flows that the threshold may flag",
        HelpName = "RATE",
        DefaultValueFactory = _ => 0.001,
    };

    private readonly Option<int> _window = new("--window") { Description = "Flows per sequence", DefaultValueFactory = _ => 10 };

    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the data at most", DefaultValueFactory = _ => new TrainingOptions().Epochs };

    private readonly Option<int> _seed = new("--seed") { Description = "The same seed and data give the same model", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var options = new TrainCommand();
        var command = new Command("train", Help) { options._tables, options._output, options._rate, options._window, options._epochs, options._seed };
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (window, rate) = (parsed.GetValue(_window), parsed.GetValue(_rate));
        if (window is < 8 or > 256) throw new UsageException("--window is 8 to 256 flows");
        if (rate is not (> 0 and < 0.5)) throw new UsageException("--false-positive-rate is above 0 and below 0.5");
        var files = parsed.GetValue(_tables)!;
        var table = Load(files);
        var split = Split.Temporal(table, Enumerable.Range(0, table.Count));
        if (!HasBoth(table, split.Training) || !HasBoth(table, split.Validation))
            throw new UsageException("the tables must hold benign flows and attacks, some ten of each at least: what is learned is the difference");
        using var interruption = new Interruption(null);
        var training = new ModelTraining(
            table, split, window, new TrainingOptions { Seed = (ulong)parsed.GetValue(_seed), Epochs = Math.Max(1, parsed.GetValue(_epochs)) });
        Console.Error.WriteLine($"weir: {Summary.Number(split.Training.Length)} flows to learn from, {Summary.Number(split.Validation.Length)} to decide, {Summary.Number(split.Test.Length)} to test");
        training.Run(Report, interruption.Token);
        File.WriteAllBytes(parsed.GetValue(_output)!, training.Save(rate, string.Join(", ", files.Select(Path.GetFileName))));
        Print(training, rate);
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static FlowTable Load(string[] files)
    {
        var table = new FlowTable(FeatureSet.Default);
        foreach (var file in files)
        {
            using var reader = FlowFiles.Open(file);
            var missing = FeatureSet.Default.Features.Where(feature => !reader.Has(feature)).Select(Weir.Flows.FlowFeatures.ColumnOf).ToList();
            if (missing.Count > 0) Console.Error.WriteLine($"weir: {file} lacks {string.Join(", ", missing)}: taken for unknown");
            table.AddAll(reader);
            if (reader.MalformedRows > 0) Console.Error.WriteLine($"weir: {Summary.Number(reader.MalformedRows)} rows of {file} could not be read");
        }

        return table;
    }

    private static bool HasBoth(FlowTable table, int[] rows) => rows.Select(row => FlowTable.IsBenign(table.Labels[row])).Distinct().Count() == 2;

    private static void Report(EpochResult epoch) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"weir: epoch {epoch.Epoch}: loss {epoch.Loss:0.0000}, held out {epoch.Validation:0.0000}{(epoch.IsBest ? " *" : "")}"));

    private static void Print(ModelTraining training, double rate)
    {
        var threshold = RankingMetrics.ThresholdFor(training.BenignScores, rate);
        var test = training.Test(rate);
        var (scores, labels) = (training.TestScores, training.TestLabels);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            threshold {threshold:0.0000} (at most {rate} of {training.BenignScores.Length} benign flows held out)
            F1 {test.F1:0.0000}  macro-F1 {test.MacroF1:0.0000}  precision {test.Precision:0.0000}  recall {test.Recall:0.0000}  false positive rate {test.FalsePositiveRate:0.00000}
            PR-AUC {RankingMetrics.AveragePrecision(scores, labels):0.0000}  ROC-AUC {RankingMetrics.AreaUnderRoc(scores, labels):0.0000}  precision at 1 % attacks {test.PrecisionAt(0.01):0.000}
            """));
        Console.WriteLine($"{"label",-28} {"flows",8} {"flagged",8}");
        foreach (var (label, flows, flagged) in training.ByLabel(threshold)) Console.WriteLine($"{label,-28} {flows,8} {flagged,8}");
    }
}
