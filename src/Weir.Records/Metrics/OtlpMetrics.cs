using System.Collections.Immutable;

namespace Weir.Records.Metrics;

/// <summary>What a push is about, beside the samples.</summary>
/// <param name="Resource">Attributes of whoever is measured, <c>service.name</c> among them.</param>
/// <param name="Version">Of Weir.</param>
/// <param name="StartNs">Since when counters count, Unix nanoseconds.</param>
/// <param name="NowNs">The time of the samples, Unix nanoseconds.</param>
public sealed record OtlpScrape(ImmutableArray<KeyValuePair<string, string>> Resource, string Version, long StartNs, long NowNs);

/// <summary>
/// Writes samples as an ExportMetricsServiceRequest in protocol buffers (opentelemetry-proto 1.x, metrics/v1/metrics.proto). The same samples as
/// <see cref="Exposition"/>: names are those of the families, units those of UCUM, counters are cumulative sums that only grow.
/// </summary>
public static class OtlpMetrics
{
    private const int Cumulative = 2;

    private const string TraceLabel = "trace_id";

    public static byte[] Write(MetricSet metrics, OtlpScrape scrape)
    {
        var request = new ProtobufWriter();
        request.Message(1, scrape, (resourceMetrics, about) =>
        {
            resourceMetrics.Message(1, about.Resource, static (resource, attributes) =>
            {
                foreach (var (key, value) in attributes) Attribute(resource, 1, key, value);
            });
            resourceMetrics.Message(2, (metrics, about), static (scope, all) =>
            {
                scope.Message(1, all.about.Version, static (name, version) =>
                {
                    name.Text(1, "weir");
                    name.Text(2, version);
                });
                foreach (var family in all.metrics.Families) scope.Message(2, (family, all.about), static (metric, one) => Family(metric, one.family, one.about));
            });
        });
        return request.ToArray();
    }

    private static void Family(ProtobufWriter metric, MetricSet.Family family, OtlpScrape about)
    {
        metric.Text(1, family.Metric.FamilyName);
        metric.Text(2, family.Metric.Help);
        metric.Text(3, family.Metric.Unit switch { "seconds" => "s", "bytes" => "By", "ratio" => "1", var other => other });
        // A gauge has neither a beginning nor a kind of sum.
        var field = family.Metric.Kind switch { MetricKind.Counter => 7, MetricKind.Histogram => 9, _ => 5 };
        metric.Message(field, (family, about), static (data, one) =>
        {
            foreach (var (labels, value) in one.family.Samples.OrderBy(sample => sample.Key, StringComparer.Ordinal))
                data.Message(1, (labels, value, one.about, one.family.Metric.Kind), static (point, sample) => Number(point, sample.labels, sample.value, sample.about, sample.Kind));
            foreach (var (labels, value) in one.family.Histograms.OrderBy(sample => sample.Key, StringComparer.Ordinal))
                data.Message(1, (labels, value, one.about), static (point, sample) => Histogram(point, sample.labels, sample.value, sample.about));
            if (one.family.Metric.Kind == MetricKind.Gauge) return;
            data.Varint(2, Cumulative);
            if (one.family.Metric.Kind == MetricKind.Counter) data.Varint(3, 1);
        });
    }

    private static void Number(ProtobufWriter point, string labels, double value, OtlpScrape about, MetricKind kind)
    {
        if (kind == MetricKind.Counter) point.Fixed(2, about.StartNs);
        point.Fixed(3, about.NowNs);
        if (value == Math.Floor(value) && Math.Abs(value) < 1L << 53) point.Fixed(6, (long)value);
        else point.Double(4, value);
        foreach (var (name, text) in Exposition.ReadLabels(labels)) Attribute(point, 7, name, text);
    }

    private static void Histogram(ProtobufWriter point, string labels, HistogramValue value, OtlpScrape about)
    {
        point.Fixed(2, about.StartNs);
        point.Fixed(3, about.NowNs);
        point.Fixed(4, value.Counts.Sum());
        point.Double(5, value.Sum);
        point.Message(6, value.Counts, static (packed, counts) =>
        {
            foreach (var count in counts) packed.RawFixed(count);
        });
        point.Message(7, ExchangeMetrics.DurationBounds, static (packed, bounds) =>
        {
            foreach (var bound in bounds) packed.RawFixed(BitConverter.DoubleToInt64Bits(bound));
        });
        foreach (var example in value.Examples)
            if (example is { } one) point.Message(8, one, static (exemplar, about) => Example(exemplar, about));
        foreach (var (name, text) in Exposition.ReadLabels(labels)) Attribute(point, 9, name, text);
    }

    /// <summary>The trace has a field of its own; what else is known of the call is an attribute.</summary>
    private static void Example(ProtobufWriter exemplar, Exemplar about)
    {
        exemplar.Fixed(2, about.AtNs);
        exemplar.Double(3, about.Value);
        foreach (var (name, text) in Exposition.ReadLabels(about.Labels))
        {
            if (name == TraceLabel) exemplar.Bytes(5, Convert.FromHexString(text));
            else Attribute(exemplar, 7, name, text);
        }
    }

    private static void Attribute(ProtobufWriter holder, int field, string key, string value) => holder.Message(field, (key, value), static (pair, one) =>
    {
        pair.Text(1, one.key);
        pair.Message(2, one.value, static (any, text) => any.Text(1, text));
    });
}
