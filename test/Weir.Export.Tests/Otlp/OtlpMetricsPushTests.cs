using System.Globalization;
using Weir.Export.Otlp;
using Weir.Export.Spool;
using Weir.Export.Tests.Otlp.Proto;
using Weir.Records;
using Weir.Records.Metrics;
using Weir.Records.Status;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Otlp;

/// <summary>From counters to a collector over a real socket, read there by code that protoc made.</summary>
public sealed class OtlpMetricsPushTests
{
    private static readonly DeliveryRetry s_retry = new() { FirstMs = 5, MaxMs = 20 };

    private readonly List<string> _told = [];

    /// <summary>Every sample of the text that a scraper gets, by name and labels, with its value.</summary>
    [Fact]
    public async Task What_is_pushed_is_what_a_scraper_reads()
    {
        await using var collector = await MetricsCollector.Start();
        var calls = new ExchangeMetrics();
        foreach (var status in (int[])[200, 200, 404, 503])
        {
            var call = TestExchange.GetOk();
            (call.Server.Service, call.Server.Namespace, call.Response.Status) = ("or\"de\\rs", "shop", status);
            calls.Write(call);
        }

        IReadOnlyList<IStatusSource> sources = [new Counted(), calls];
        var text = Samples(Exposition.Write(MetricSet.From(sources), openMetrics: false));
        await using (new OtlpMetricsPush(Options(collector), sources)) { }
        await collector.Came(1);
        var request = Assert.Single(collector.Requests);
        Assert.Equal(text.Order(StringComparer.Ordinal), Samples(request).Order(StringComparer.Ordinal));
        Assert.True(text.Count > 30);
    }

    [Fact]
    public async Task Counters_are_cumulative_sums_with_units_and_the_process_is_the_resource()
    {
        await using var collector = await MetricsCollector.Start();
        var calls = new ExchangeMetrics();
        calls.Write(TestExchange.GetOk());
        await using (new OtlpMetricsPush(Options(collector), [new Counted(), calls])) { }
        await collector.Came(1);
        var all = Assert.Single(Assert.Single(collector.Requests).ResourceMetrics);
        Assert.Equal(["service.name=weir", "service.instance.id=node-1"], all.Resource.Attributes.Select(one => $"{one.Key}={one.Value.StringValue}"));
        var scope = Assert.Single(all.ScopeMetrics);
        Assert.Equal("weir", scope.Scope.Name);
        var metrics = scope.Metrics.ToDictionary(one => one.Name);
        var packets = metrics["weir_capture_packets"];
        Assert.Equal((AggregationTemporality.Cumulative, true), (packets.Sum.AggregationTemporality, packets.Sum.IsMonotonic));
        var point = Assert.Single(packets.Sum.DataPoints);
        Assert.Equal(7, point.AsInt);
        Assert.InRange(point.StartTimeUnixNano, 1UL, point.TimeUnixNano);
        Assert.Equal(3, Assert.Single(metrics["weir_capture_stream_connections_active"].Gauge.DataPoints).AsInt);
        var durations = metrics["weir_exchange_duration_seconds"];
        Assert.Equal(("s", AggregationTemporality.Cumulative), (durations.Unit, durations.Histogram.AggregationTemporality));
        var histogram = Assert.Single(durations.Histogram.DataPoints);
        Assert.Equal(ExchangeMetrics.DurationBounds, histogram.ExplicitBounds);
        Assert.Equal(histogram.ExplicitBounds.Count + 1, histogram.BucketCounts.Count);
        Assert.Equal((1UL, 1UL), (histogram.Count, histogram.BucketCounts.Aggregate(0UL, (sum, one) => sum + one)));
        Assert.Equal("By", metrics["weir_exchange_response_body_bytes"].Unit);
        Assert.All(metrics.Values, one => Assert.NotEqual(Proto.Metric.DataOneofCase.None, one.DataCase));
    }

    /// <summary>Those of the text that a scraper of OpenMetrics gets, each with its call and, where the request said one, its trace.</summary>
    [Fact]
    public async Task Each_bucket_has_an_example_with_its_call_and_its_trace()
    {
        await using var collector = await MetricsCollector.Start();
        var calls = new ExchangeMetrics();
        var (traced, untraced) = (TestExchange.GetOk(), TestExchange.GetOk());
        TestExchange.Header(traced.Request, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        untraced.Response.LastByteNs = untraced.StartedAtNs + 90_000_000_000;
        foreach (var call in (Exchange[])[traced, untraced]) calls.Write(call);
        var text = Exposition.Write(MetricSet.From([calls]), openMetrics: true);
        await using (new OtlpMetricsPush(Options(collector), [calls])) { }
        await collector.Came(1);
        var metrics = Assert.Single(collector.Requests).ResourceMetrics.Single().ScopeMetrics.Single().Metrics;
        var examples = Assert.Single(metrics.Single(one => one.Name == "weir_exchange_duration_seconds").Histogram.DataPoints).Exemplars;
        Assert.Equal(2, examples.Count);
        Assert.Equal(2, text.Split(" # {").Length - 1);
        Assert.Equal(["4BF92F3577B34DA6A3CE929D0E0E4736", ""], examples.Select(one => Convert.ToHexString(one.TraceId.Span)));
        foreach (var (example, call) in examples.Zip((Exchange[])[traced, untraced]))
        {
            var attribute = Assert.Single(example.FilteredAttributes);
            Assert.Equal(("exchange_id", call.Id.ToString()), (attribute.Key, attribute.Value.StringValue));
            Assert.Equal((call.DurationNs / 1e9, (ulong)call.StartedAtNs), (example.AsDouble, example.TimeUnixNano));
            Assert.Contains($"exchange_id=\"{call.Id}\"", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_collector_that_is_busy_is_asked_again_and_both_is_told_once()
    {
        await using var collector = await MetricsCollector.Start(503, 429, 502);
        await using (new OtlpMetricsPush(Options(collector) with { Interval = TimeSpan.FromMinutes(5), LastPush = TimeSpan.FromMinutes(1) }, [new Counted()])) { }
        await collector.Came(4);
        Assert.Single(collector.Requests);
        Assert.Equal([$"{collector.Url} does not take metrics: it answered 503", $"{collector.Url} takes metrics again"], _told);
    }

    [Fact]
    public async Task What_no_repetition_mends_waits_for_the_next_push()
    {
        await using var collector = await MetricsCollector.Start(400);
        await using (new OtlpMetricsPush(Options(collector) with { Interval = TimeSpan.FromMilliseconds(50) }, [new Counted()])) await collector.Came(2);
        Assert.NotEmpty(collector.Requests);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public async Task Headers_go_with_each_push_and_nobody_there_does_not_hold_the_end()
    {
        await using var collector = await MetricsCollector.Start();
        await using (new OtlpMetricsPush(Options(collector) with { Headers = [new("x-key", "made-up")] }, [new Counted()])) { }
        await collector.Came(1);
        Assert.Equal("made-up", Assert.Single(collector.Headers)["x-key"]);
        var nobody = collector.Url;
        await collector.DisposeAsync();
        await using (new OtlpMetricsPush(Options(collector, nobody) with { LastPush = TimeSpan.FromMilliseconds(100) }, [new Counted()])) { }
        Assert.StartsWith($"{nobody} does not take metrics: ", Assert.Single(_told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://collector:4318", "http://collector:4318/v1/metrics")]
    [InlineData("https://collector/otlp/v1/metrics", "https://collector/otlp/v1/metrics")]
    [InlineData("http://user@collector", null)]
    [InlineData("collector:4317", null)]
    public void A_collector_or_the_whole_address_of_its_metrics_is_a_destination(string text, string? expected)
    {
        Assert.Equal(expected is not null, OtlpOptions.TryParseMetricsUrl(text, out var url, out _));
        Assert.Equal(expected, url?.ToString());
    }

    private OtlpMetricsOptions Options(MetricsCollector collector, Uri? url = null) => new()
    {
        Url = url ?? collector.Url, Retry = s_retry, Resource = [new("service.name", "weir"), new("service.instance.id", "node-1")], LastPush = TimeSpan.FromMinutes(1), Tell = _told.Add,
    };

    private static List<string> Samples(string exposition) =>
        [.. exposition.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => line.Replace("_total{", "{", StringComparison.Ordinal).Replace("_total ", " ", StringComparison.Ordinal))];

    /// <summary>As the text format has them.</summary>
    private static IEnumerable<string> Samples(ExportMetricsServiceRequest request)
    {
        foreach (var metric in request.ResourceMetrics.Single().ScopeMetrics.Single().Metrics)
        {
            foreach (var point in (metric.Sum?.DataPoints ?? []).Concat(metric.Gauge?.DataPoints ?? []))
                yield return Line(metric.Name, point.Attributes, point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble);
            foreach (var point in metric.Histogram?.DataPoints ?? [])
            {
                var count = 0UL;
                for (var i = 0; i < point.BucketCounts.Count; i++)
                {
                    count += point.BucketCounts[i];
                    var bound = i < point.ExplicitBounds.Count ? point.ExplicitBounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                    var le = new KeyValue { Key = "le", Value = new AnyValue { StringValue = bound == "+Inf" || bound.Contains('.', StringComparison.Ordinal) ? bound : bound + ".0" } };
                    yield return Line(metric.Name + "_bucket", point.Attributes.Append(le), count);
                }

                yield return Line(metric.Name + "_sum", point.Attributes, point.Sum);
                yield return Line(metric.Name + "_count", point.Attributes, point.Count);
            }
        }
    }

    private static string Line(string name, IEnumerable<KeyValue> attributes, double value)
    {
        var labels = string.Join(',', attributes.Select(one => $"{one.Key}=\"{one.Value.StringValue.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        return $"{name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {value.ToString("R", CultureInfo.InvariantCulture)}";
    }

    private sealed class Counted : IStatusSource
    {
        public string Name => "capture";

        public void Report(IStatusReport report)
        {
            report.Counter("packets", 7);
            report.Gauge("stream_connections_active", 3);
            report.Interface("eth0", 5, 500, 1, 0);
        }
    }
}
