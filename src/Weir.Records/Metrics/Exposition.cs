using System.Globalization;
using System.Text;

namespace Weir.Records.Metrics;

/// <summary>
/// Writes samples in Prometheus' text format 0.0.4 (prometheus.io, "Exposition formats") or in OpenMetrics 1.0, which adds units and
/// exemplars. The same samples have the same names and labels in both, so that a scraper may change its mind.
/// </summary>
public static class Exposition
{
    public const string TextType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public static string Write(MetricSet metrics, bool openMetrics)
    {
        var text = new StringBuilder(64 << 10);
        foreach (var family in metrics.Families)
        {
            Describe(text, family.Metric, openMetrics);
            foreach (var (labels, value) in family.Samples.OrderBy(sample => sample.Key, StringComparer.Ordinal))
                Sample(text, family.Metric.Name, "", labels, value).Append('\n');
            foreach (var (labels, value) in family.Histograms.OrderBy(sample => sample.Key, StringComparer.Ordinal))
                Histogram(text, family.Metric.Name, labels, value, openMetrics);
        }

        if (openMetrics) text.Append("# EOF\n");
        return text.ToString();
    }

    /// <summary>Labels as they stand between braces.</summary>
    /// <param name="names">As many as values; those that a metric has.</param>
    /// <param name="values">Any text.</param>
    public static string Labels(IReadOnlyList<string> names, params ReadOnlySpan<string> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, names.Count, nameof(values));
        var text = new StringBuilder();
        for (var i = 0; i < names.Count; i++)
        {
            if (i > 0) text.Append(',');
            text.Append(Name(names[i])).Append("=\"");
            Escape(text, values[i], quotes: true);
            text.Append('"');
        }

        return text.ToString();
    }

    /// <summary>Names and values of what <see cref="Labels"/> wrote.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> ReadLabels(string labels)
    {
        var at = 0;
        while (at < labels.Length)
        {
            var equals = labels.IndexOf('=', at);
            var name = labels[at..equals];
            var value = new StringBuilder();
            for (at = equals + 2; labels[at] != '"'; at++)
            {
                if (labels[at] == '\\') value.Append(labels[++at] == 'n' ? '\n' : labels[at]);
                else value.Append(labels[at]);
            }

            yield return new(name, value.ToString());
            // The quote, and the comma before another one.
            at += 2;
        }
    }

    /// <summary>What a name may not hold becomes an underscore.</summary>
    public static string Name(string name) => string.Create(name.Length, name, static (span, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            span[i] = char.IsAsciiLetter(from[i]) || (i > 0 && char.IsAsciiDigit(from[i])) ? from[i] : '_';
    });

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static void Describe(StringBuilder text, Metric metric, bool openMetrics)
    {
        var name = openMetrics ? metric.FamilyName : metric.Name;
        if (metric.Help.Length > 0)
        {
            text.Append("# HELP ").Append(name).Append(' ');
            // Version 0.0.4 leaves quotes in help as they are; OpenMetrics escapes them.
            Escape(text, metric.Help, quotes: openMetrics);
            text.Append('\n');
        }

        text.Append("# TYPE ").Append(name).Append(' ').Append(Kind(metric.Kind)).Append('\n');
        if (openMetrics && metric.Unit.Length > 0) text.Append("# UNIT ").Append(name).Append(' ').Append(metric.Unit).Append('\n');
    }

    private static string Kind(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static StringBuilder Sample(StringBuilder text, string name, string ending, string labels, double value)
    {
        text.Append(name).Append(ending);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        return text.Append(' ').Append(Number(value));
    }

    private static void Histogram(StringBuilder text, string name, string labels, HistogramValue value, bool openMetrics)
    {
        var count = 0L;
        for (var i = 0; i < value.Counts.Count; i++)
        {
            count += value.Counts[i];
            var bound = i < ExchangeMetrics.DurationBounds.Length ? Bound(ExchangeMetrics.DurationBounds[i]) : "+Inf";
            var comma = labels.Length > 0 ? "," : "";
            Sample(text, name, "_bucket", $"{labels}{comma}le=\"{bound}\"", count);
            if (openMetrics && value.Examples[i] is { } example) Example(text, example);
            text.Append('\n');
        }

        Sample(text, name, "_sum", labels, value.Sum).Append('\n');
        Sample(text, name, "_count", labels, count).Append('\n');
    }

    /// <summary>With a fraction always, as OpenMetrics wants it (§4.3): <c>1</c> and <c>1.0</c> would be two series.</summary>
    private static string Bound(double bound)
    {
        var text = Number(bound);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static void Example(StringBuilder text, Exemplar example) => text
        .Append(" # {").Append(example.Labels).Append("} ").Append(Number(example.Value))
        .Append(' ').Append((example.AtNs / 1e9).ToString("0.000", CultureInfo.InvariantCulture));

    /// <summary>Control characters other than a line feed have no escape, and a scraper may stop at them: they are replaced.</summary>
    private static void Escape(StringBuilder text, string value, bool quotes)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when quotes => text.Append("\\\""),
                _ when char.IsControl(c) => text.Append('\uFFFD'),
                _ => text.Append(c),
            };
        }
    }
}
