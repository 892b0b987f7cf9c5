using Weir.Records.Metrics;
using Weir.Records.Status;
using Xunit;

namespace Weir.Records.Tests.Metrics;

public class ExpositionTests
{
    private static readonly Metric s_plain = new("weir_test_things", MetricKind.Gauge, "", "Things,\nwith \"quotes\" and \\.", "what");
    private static readonly Metric s_bytes = new("weir_test_read_bytes_total", MetricKind.Counter, "bytes", "Bytes read.");

    [Fact]
    public void Labels_and_help_are_escaped_as_each_format_wants_it()
    {
        var metrics = new MetricSet();
        metrics.Add(s_plain, 1.5, "a \"b\"\\\nc\r\0");
        metrics.Add(s_bytes, 12);
        Assert.Equal(
            """
            # HELP weir_test_read_bytes_total Bytes read.
            # TYPE weir_test_read_bytes_total counter
            weir_test_read_bytes_total 12
            # HELP weir_test_things Things,\nwith "quotes" and \\.
            # TYPE weir_test_things gauge
            weir_test_things{what="a \"b\"\\\nc??"} 1.5

            """.Replace('?', '\uFFFD'),
            Exposition.Write(metrics, openMetrics: false));
        Assert.Equal(
            """
            # HELP weir_test_read_bytes Bytes read.
            # TYPE weir_test_read_bytes counter
            # UNIT weir_test_read_bytes bytes
            weir_test_read_bytes_total 12
            # HELP weir_test_things Things,\nwith \"quotes\" and \\.
            # TYPE weir_test_things gauge
            weir_test_things{what="a \"b\"\\\nc??"} 1.5
            # EOF

            """.Replace('?', '\uFFFD'),
            Exposition.Write(metrics, openMetrics: true));
    }

    [Fact]
    public void A_histogram_is_cumulative_and_its_exemplars_are_for_OpenMetrics_alone()
    {
        var bounds = ExchangeMetrics.DurationBounds.Length;
        var counts = new long[bounds + 1];
        var examples = new Exemplar?[bounds + 1];
        (counts[0], counts[2], counts[bounds]) = (3, 1, 2);
        examples[2] = new Exemplar("exchange_id=\"x\"", 0.004, 1_769_860_800_123_456_789);
        var metrics = new MetricSet();
        metrics.Add(MetricCatalog.Durations, "service=\"s\"", new HistogramValue(counts, 61.5, examples));
        var text = Exposition.Write(metrics, openMetrics: false);
        Assert.Contains("weir_exchange_duration_seconds_bucket{service=\"s\",le=\"0.001\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_exchange_duration_seconds_bucket{service=\"s\",le=\"0.005\"} 4\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_exchange_duration_seconds_bucket{service=\"s\",le=\"1.0\"} 4\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_exchange_duration_seconds_bucket{service=\"s\",le=\"+Inf\"} 6\n", text, StringComparison.Ordinal);
        Assert.EndsWith("weir_exchange_duration_seconds_sum{service=\"s\"} 61.5\nweir_exchange_duration_seconds_count{service=\"s\"} 6\n", text, StringComparison.Ordinal);
        Assert.Contains(
            "le=\"0.005\"} 4 # {exchange_id=\"x\"} 0.004 1769860800.123\n", Exposition.Write(metrics, openMetrics: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(9_007_199_254_740_992, "9007199254740992")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NaN, "NaN")]
    public void Numbers_are_written_as_scrapers_read_them(double value, string text) => Assert.Equal(text, Exposition.Number(value));

    [Fact]
    public void A_name_that_is_none_becomes_one() => Assert.Equal("_0odd_name_", Exposition.Name("00odd-name!"));

    [Fact]
    public void What_is_not_in_the_catalogue_is_told_all_the_same()
    {
        var metrics = MetricSet.From([new Source()]);
        Assert.Equal(["weir_test_new_total", "weir_test_sorts_total", "weir_test_waits"], metrics.Names);
        Assert.True(metrics.TryGet("weir_test_sorts_total", "sort=\"b\"", out var value));
        Assert.Equal(2, value);
    }

    [Fact]
    public void Every_metric_is_named_as_the_others()
    {
        Assert.All(MetricCatalog.All, metric =>
        {
            Assert.Matches("^weir_[a-z]+(_[a-z0-9]+)+$", metric.Name);
            Assert.Equal(metric.Kind == MetricKind.Counter, metric.Name.EndsWith("_total", StringComparison.Ordinal));
            Assert.EndsWith(metric.Unit, metric.FamilyName, StringComparison.Ordinal);
            Assert.EndsWith(".", metric.Help, StringComparison.Ordinal);
        });
        // A gauge x and a counter x_total are one family in OpenMetrics.
        Assert.Equal(MetricCatalog.All.Count, MetricCatalog.All.Select(metric => metric.FamilyName).Distinct().Count());
    }

    private sealed class Source : IStatusSource
    {
        public string Name => "test";

        public void Report(IStatusReport report)
        {
            report.Counter("new", 1);
            report.Counter("sorts", "sort", "a", 1);
            report.Counter("sorts", "sort", "b", 2);
            report.Gauge("waits", "what", "c", 3);
        }
    }
}
