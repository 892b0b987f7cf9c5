using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Center.Api;
using Weir.Center.Hosting;
using Weir.Records.Metrics;
using Weir.Records.Status;

namespace Weir.Center.Tests;

public partial class StatusTests
{
    [Fact]
    public async Task Status_counts_what_came_in_and_what_is_held()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 30);
        center.Ingest(0, 5);
        await TestCenter.Until(() => center.IngestCounters().GetProperty("duplicates").GetInt64() == 5);
        var status = await center.Json("/api/v1/status");
        Assert.Matches(@"^\d+\.\d+", status.GetProperty("version").GetString());
        Assert.True(status.GetProperty("uptimeSeconds").GetDouble() >= 0);
        Assert.Equal(DateTimeKind.Utc, status.GetProperty("startedAt").GetDateTime().Kind);
        var ingest = status.GetProperty("ingest");
        Assert.Equal(35, ingest.GetProperty("received").GetInt64());
        Assert.Equal(30, ingest.GetProperty("stored").GetInt64());
        Assert.Equal(0, ingest.GetProperty("dropped").GetProperty("ingest_queue_full").GetInt64());
        Assert.Equal(0, ingest.GetProperty("dropped").GetProperty("store_refused").GetInt64());
        var storage = status.GetProperty("storage");
        Assert.Equal(30, storage.GetProperty("exchanges").GetInt64());
        Assert.True(storage.GetProperty("bytes").GetInt64() > 0);
        Assert.Equal("2026-01-31T12:00:00.000000Z", storage.GetProperty("oldest").GetString());
        Assert.Equal("2026-01-31T12:00:00.029000Z", storage.GetProperty("newest").GetString());
        Assert.Equal(JsonValueKind.Null, storage.GetProperty("lastError").ValueKind);
        Assert.Equal(0, status.GetProperty("live").GetProperty("subscribers").GetInt64());
    }

    [Fact]
    public async Task An_empty_store_has_no_oldest_call()
    {
        await using var center = await TestCenter.Start();
        var storage = (await center.Json("/api/v1/status")).GetProperty("storage");
        Assert.Equal(JsonValueKind.Null, storage.GetProperty("oldest").ValueKind);
        Assert.DoesNotContain("weir_storage_oldest_timestamp_seconds", await (await center.Get("/metrics")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_added_shows_in_status_and_metrics()
    {
        await using var center = await TestCenter.Start();
        center.Host.Add(new Capture());
        var capture = (await center.Json("/api/v1/status")).GetProperty("capture");
        Assert.Equal(7, capture.GetProperty("packets").GetInt64());
        Assert.Equal(3, capture.GetProperty("openConnections").GetInt64());
        Assert.Equal(3, capture.GetProperty("dropped").GetProperty("kernel \"full\"").GetInt64());
        Assert.Equal(0, capture.GetProperty("dropped").GetProperty("stream_gaps").GetInt64());
        var ledger = capture.GetProperty("ledger");
        Assert.Equal(["eth0", "eth1"], ledger.EnumerateArray().Select(one => one.GetProperty("interface").GetString()));
        Assert.Equal("kernel \"full\"", ledger[0].GetProperty("reason").GetString());
        Assert.Equal("kernel \"full\".", ledger[0].GetProperty("meaning").GetString());
        Assert.Equal(("ring", "capture", 2), (ledger[0].GetProperty("plane").GetString(), ledger[0].GetProperty("stage").GetString(), ledger[0].GetProperty("count").GetInt64()));
        Assert.Equal("eth\"0\\\n", capture.GetProperty("interfaces")[0].GetProperty("name").GetString());
        var metrics = await (await center.Get("/metrics")).Content.ReadAsStringAsync();
        Assert.Contains("\nweir_capture_packets_total 7\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nweir_capture_open_connections 3\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nweir_capture_odd_name_ 4\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nweir_loss_units_total{plane=\"ring\",interface=\"eth0\",stage=\"capture\",unit=\"\",reason=\"kernel \\\"full\\\"\"} 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nweir_loss_units_total{plane=\"ring\",interface=\"-\",stage=\"stream\",unit=\"gaps\",reason=\"stream_gaps\"} 0\n", metrics, StringComparison.Ordinal);
        // The same device twice (two namespaces) is one sample.
        Assert.Contains("\nweir_capture_interface_frames_total{interface=\"eth\\\"0\\\\\\n\"} 11\n", metrics, StringComparison.Ordinal);
        AssertPrometheus(metrics);
    }

    [Fact]
    public async Task Every_reason_of_the_center_has_words()
    {
        await using var center = await TestCenter.Start();
        var known = LossReasons.All.Select(reason => reason.Name).ToHashSet();
        var sections = (await center.Json("/api/v1/status")).EnumerateObject().Select(section => section.Value)
            .Where(section => section.ValueKind == JsonValueKind.Object && section.TryGetProperty("dropped", out var dropped) && dropped.ValueKind == JsonValueKind.Object);
        var reasons = sections.SelectMany(section => section.GetProperty("dropped").EnumerateObject()).Select(reason => reason.Name).ToList();
        Assert.Contains("ingest_queue_full", reasons);
        Assert.All(reasons, reason => Assert.Contains(reason, known));
    }

    [Fact]
    public async Task Metrics_are_in_the_text_format_of_Prometheus()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 3);
        using var response = await center.Get("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        AssertPrometheus(text);
        Assert.Contains("weir_ingest_received_total 3\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_storage_newest_timestamp_seconds 1769860800.002\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_are_counted_by_service_and_never_by_what_a_client_wrote()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 3);
        var text = await (await center.Get("/metrics")).Content.ReadAsStringAsync();
        Assert.Contains("weir_exchange_calls_total{namespace=\"\",service=\"10.0.0.9:8080\",endpoint=\"\",protocol=\"http1\",method=\"GET\",status_class=\"2xx\"} 3\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("/orders", text, StringComparison.Ordinal);
        Assert.DoesNotContain("orders:8080", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    [InlineData("application/openmetrics-text;q=0.2, text/plain", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("text/plain", false)]
    [InlineData("*/*", false)]
    public async Task OpenMetrics_is_for_those_who_ask_for_it(string accept, bool open)
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 1);
        using var response = await center.Get("/metrics", ("Accept", accept));
        Assert.Equal(open ? Exposition.OpenMetricsType : Exposition.TextType, response.Content.Headers.ContentType!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(open, text.EndsWith("# EOF\n", StringComparison.Ordinal));
        Assert.Equal(open, text.Contains(" # {exchange_id=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_of_its_own_serves_metrics_and_nothing_else()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 2);
        await using var metrics = new MetricsHost(new IPEndPoint(IPAddress.Loopback, 0), center.Host.StatusSources);
        await metrics.StartAsync(CancellationToken.None);
        using var http = new HttpClient { BaseAddress = new Uri(metrics.Address) };
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        AssertPrometheus(text);
        Assert.Contains("weir_ingest_received_total 2\n", text, StringComparison.Ordinal);
        Assert.Matches("\nweir_build_info\\{version=\"[^\"]+\"\\} 1\n", text);
        Assert.Equal("ok", await http.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        foreach (var path in (string[])["/", "/api/v1/exchanges", "/api/v1/status", "/openapi/v1.json"])
            Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Health_is_ok_while_all_is_well(string path)
    {
        await using var center = await TestCenter.Start();
        Assert.Equal("ok", await center.Http.GetStringAsync(new Uri(path, UriKind.Relative)));
        using var head = await center.Send(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task The_API_describes_every_route_with_its_parameters()
    {
        await using var center = await TestCenter.Start();
        var paths = (await center.Json("/openapi/v1.json")).GetProperty("paths");
        Assert.Equal(
            [
                "/api/delete-policy", "/api/detect-smells", "/api/enforce-policy", "/api/events", "/api/get-policies", "/api/login",
                "/api/scan-image", "/api/service-map", "/api/v1/alerts", "/api/v1/alerts/silences", "/api/v1/alerts/silences/{id}",
                "/api/v1/alerts/test", "/api/v1/audit", "/api/v1/drift", "/api/v1/endpoints", "/api/v1/endpoints/{id}",
                "/api/v1/endpoints/{id}/accept", "/api/v1/endpoints/{id}/undo", "/api/v1/exchanges", "/api/v1/exchanges/har",
                "/api/v1/exchanges/overview", "/api/v1/exchanges/pcap", "/api/v1/exchanges/stream", "/api/v1/exchanges/{id}", "/api/v1/fields",
                "/api/v1/incidents", "/api/v1/incidents/{id}", "/api/v1/incidents/{id}/deliveries", "/api/v1/map", "/api/v1/oidc",
                "/api/v1/oidc/callback", "/api/v1/oidc/login", "/api/v1/openapi", "/api/v1/packets", "/api/v1/packets/nodes", "/api/v1/password", "/api/v1/policies", "/api/v1/policies/curated",
                "/api/v1/policies/{name}", "/api/v1/probes", "/api/v1/process-events", "/api/v1/ratelimits", "/api/v1/ratelimits/auto",
                "/api/v1/ratelimits/changes", "/api/v1/ratelimits/preview", "/api/v1/ratelimits/targets", "/api/v1/ratelimits/{id}",
                "/api/v1/ratelimits/{id}/check", "/api/v1/scans", "/api/v1/scans/{id}", "/api/v1/session", "/api/v1/signing-keys", "/api/v1/smells",
                "/api/v1/status", "/api/v1/tokens", "/api/v1/tokens/{id}", "/api/v1/traffic", "/api/v1/users", "/api/v1/users/{name}",
                "/api/v1/visitor", "/apply_rate_limit", "/check_rate_limit", "/cluster-info", "/get-alerts", "/health", "/healthz", "/mcp",
                "/message", "/metrics", "/protected", "/readyz", "/revert_rate_limit", "/saturated",
            ],
            paths.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["cursor", "detail", "from", "limit", "to", "where"], Parameters(paths, "/api/v1/exchanges"));
        Assert.Equal(["where"], Parameters(paths, "/api/v1/exchanges/stream"));
        Assert.Equal(["from", "id", "limit", "to", "where"], Parameters(paths, "/api/v1/exchanges/har"));
        Assert.Equal(["from", "id", "limit", "to", "where"], Parameters(paths, "/api/v1/exchanges/pcap"));
        Assert.Equal(["from", "namespace", "to", "where"], Parameters(paths, "/api/v1/map"));
        Assert.Equal(["buckets", "fields", "from", "to", "top", "where"], Parameters(paths, "/api/v1/exchanges/overview"));
        Assert.Equal(["id"], Parameters(paths, "/api/v1/exchanges/{id}"));
        var list = paths.GetProperty("/api/v1/exchanges").GetProperty("get");
        Assert.Equal(["200", "400", "401", "403", "503"], list.GetProperty("responses").EnumerateObject().Select(r => r.Name).Order(StringComparer.Ordinal));
        var limit = list.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("name").GetString() == "limit").GetProperty("schema");
        Assert.Equal("integer", limit.GetProperty("type").GetString());
        Assert.Equal(1000, limit.GetProperty("maximum").GetInt32());
    }

    private static IEnumerable<string> Parameters(JsonElement paths, string path)
    {
        var parameters = paths.GetProperty(path).GetProperty("get").GetProperty("parameters").EnumerateArray().ToList();
        Assert.All(parameters, p => Assert.NotEmpty(p.GetProperty("description").GetString()!));
        return parameters.Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal);
    }

    private static void AssertPrometheus(string text)
    {
        var families = new HashSet<string>();
        var samples = new HashSet<string>();
        var family = "";
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        var help = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line.Split(' ')[2];
                continue;
            }

            if (TypeLine().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                Assert.True(families.Add(family), line);
                Assert.True(help == family || !MetricCatalog.TryGet(family, out _), $"{family} has no help");
                Assert.Equal(type.Groups["type"].Value == "counter", family.EndsWith("_total", StringComparison.Ordinal));
                continue;
            }

            var sample = SampleLine().Match(line);
            Assert.True(sample.Success, line);
            Assert.Contains(sample.Groups["name"].Value, (string[])[family, family + "_bucket", family + "_sum", family + "_count"]);
            Assert.True(samples.Add(sample.Groups["name"].Value + sample.Groups["labels"].Value), line);
        }

        Assert.NotEmpty(samples);
    }

    [GeneratedRegex(@"^# TYPE (?<name>weir_[a-z0-9_]+) (?<type>counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^(?<name>weir_[a-z0-9_]+)(?<labels>\{([a-z_]+="([^"\\]|\\[\\n"])*",?)+\})? (-?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?|\+Inf)$""")]
    private static partial Regex SampleLine();

    private sealed class Capture : IStatusSource
    {
        public string Name => "capture";

        public void Report(IStatusReport report)
        {
            report.Counter("packets", 7);
            report.Gauge("open_connections", 3);
            report.Gauge("odd-name!", 4);
            report.Dropped(new Loss("ring", "eth0", "kernel \"full\"", 2));
            report.Dropped(new Loss("ring", "eth1", "kernel \"full\"", 1));
            report.Dropped(new Loss("ring", "-", "stream_gaps", 0));
            report.Interface("eth\"0\\\n", 5, 1, 0, 0);
            report.Interface("eth\"0\\\n", 6, 1, 0, 0);
        }
    }
}
