using System.Globalization;
using Weir.Detection.Evaluation;

namespace Weir.Benchmarks.Detection;

/// <summary>One line of a result, and how lines of several seeds become one.</summary>
internal sealed record Result(Confusion Confusion, double AveragePrecision, double RocArea)
{
    public static Result Of(float[] scores, bool[] labels, float threshold) => new(
        Confusion.Of(scores, labels, threshold), RankingMetrics.AveragePrecision(scores, labels), RankingMetrics.AreaUnderRoc(scores, labels));

    /// <summary>Of yes and no, which rank nothing.</summary>
    public static Result Of(bool[] flags, bool[] labels) =>
        new(Confusion.Of([.. flags.Select(static flag => flag ? 1f : 0f)], labels, 0.5f), double.NaN, double.NaN);
}

internal static class ResultTable
{
    private static readonly (string Name, Func<Result, double> Value, string Format)[] s_columns =
    [
        ("F1", static r => r.Confusion.F1, "0.0000"), ("macro-F1", static r => r.Confusion.MacroF1, "0.0000"),
        ("recall", static r => r.Confusion.Recall, "0.0000"), ("FPR", static r => r.Confusion.FalsePositiveRate, "0.0000"),
        ("PR-AUC", static r => r.AveragePrecision, "0.0000"), ("ROC", static r => r.RocArea, "0.0000"),
        ("P@1%", static r => r.Confusion.PrecisionAt(0.01), "0.000"),
    ];

    public static void Head(TextWriter writer, string title, int flows, int attacks, double benignPerHour)
    {
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"### {title}"));
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{flows:N0} test flows, {attacks:N0} of them attacks; FP/h at {benignPerHour:N0} benign flows an hour."));
        writer.WriteLine();
        writer.WriteLine($"| model | {string.Join(" | ", s_columns.Select(column => column.Name))} | FP/h |");
        writer.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", s_columns.Length + 1))}");
    }

    /// <summary>Mean ± deviation where there are several seeds.</summary>
    public static void Row(TextWriter writer, string name, IReadOnlyList<Result> seeds, double benignPerHour)
    {
        var cells = s_columns.Select(column => Cell([.. seeds.Select(column.Value)], column.Format)).ToList();
        cells.Add(Cell([.. seeds.Select(seed => seed.Confusion.FalsePositiveRate * benignPerHour)], "0"));
        writer.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        writer.Flush();
    }

    private static string Cell(double[] values, string format)
    {
        if (values.Any(double.IsNaN)) return "–";
        var mean = values.Average();
        var text = mean.ToString(format, CultureInfo.InvariantCulture);
        if (values.Length == 1) return text;
        var deviation = Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        return $"{text} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
