using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>What deploy/ gives Prometheus and Grafana, with a real Prometheus and promtool.</summary>
public sealed partial class PrometheusTests : IDisposable
{
    private const string Rules = "deploy/prometheus/rules.yaml";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-prometheus-");

    [SkippableFact]
    public async Task The_rules_are_understood_and_fire_when_they_should()
    {
        Skip.IfNot(Child.Exists("promtool"), "needs promtool");
        Assert.Contains("SUCCESS", await Child.Output("promtool", "check", "rules", RepositoryRoot.Combine(Rules)), StringComparison.Ordinal);
        await Child.Output("promtool", "test", "rules", RepositoryRoot.Combine("deploy/prometheus/rules.test.yaml"));
        var tested = await File.ReadAllTextAsync(RepositoryRoot.Combine("deploy/prometheus/rules.test.yaml"));
        Assert.All(Alert().Matches(await File.ReadAllTextAsync(RepositoryRoot.Combine(Rules))), alert =>
            Assert.Contains($"alertname: {alert.Groups[1].Value}\n", tested, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Prometheus_scrapes_weir_up_fires_an_alert_and_answers_every_panel()
    {
        foreach (var program in (string[])["prometheus", "promtool", "setpriv"]) Skip.IfNot(Child.Exists(program), $"needs {program}");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        using var service = new FailingService();
        var (page, scraped, away) = (RunningWeir.FreePort(), RunningWeir.FreePort(), RunningWeir.FreePort());
        // As in the chart: root, with the one capability that the ring needs.
        using var weir = Child.Start(
            "setpriv",
            [
                "--bounding-set", "-all,+net_raw", "--inh-caps", "-all", "--no-new-privs",
                "dotnet", WeirCommand.Assembly, "up", "--listen", $"127.0.0.1:{page}", "--metrics", $"127.0.0.1:{scraped}", "--data", Path.Combine(_folder.FullName, "data"),
                "--source", "ring", "-i", "lo", "-p", service.Port.ToString(CultureInfo.InvariantCulture), "--for", "5m",
            ]);
        await weir.WaitForError("shows the calls", Patience);
        using var stop = new CancellationTokenSource();
        var calls = service.Call(stop.Token);
        using var prometheus = StartPrometheus(scraped, away, out var address);
        using var http = new HttpClient { BaseAddress = new Uri(address) };

        var alerts = await Poll(http, "/api/v1/alerts", data => data.GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing").Select(alert => alert.GetProperty("labels"))
            .ToDictionary(labels => labels.GetProperty("alertname").GetString()!), found => found.ContainsKey("ServiceErrors") && found.ContainsKey("WeirProbeDown"), prometheus);
        Assert.Equal($"127.0.0.1:{service.Port}", alerts["ServiceErrors"].GetProperty("service").GetString());
        Assert.Equal($"127.0.0.1:{away}", alerts["WeirProbeDown"].GetProperty("instance").GetString());

        // Exemplars come in OpenMetrics only: Prometheus understood it.
        var exemplars = await Get(http, $"/api/v1/query_exemplars?query=weir_exchange_duration_seconds_bucket&start={DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds()}&end={DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds()}");
        Assert.Contains(exemplars.EnumerateArray().SelectMany(series => series.GetProperty("exemplars").EnumerateArray()), one => one.GetProperty("labels").GetProperty("trace_id").GetString() == Trace);

        using var scraper = new HttpClient();
        var text = await scraper.GetStringAsync(new Uri($"http://127.0.0.1:{scraped}/metrics"));
        Assert.DoesNotContain(FailingService.Secret, text, StringComparison.Ordinal);
        AssertLinted(text);
        var exposed = Type().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        // Told by weir sniff, which has outputs.
        exposed.UnionWith(["weir_output_delivered_total", "weir_output_waiting"]);
        foreach (var query in Panels())
        {
            await Get(http, $"/api/v1/query?query={Uri.EscapeDataString(query)}");
            Assert.All(Names(query), name => Assert.Contains(name, exposed));
        }

        await stop.CancelAsync();
        await calls;
        prometheus.Signal("TERM");
        weir.Signal("TERM");
        await prometheus.Finish(Patience);
        await weir.Finish(Patience);
    }

    [Fact]
    public void Every_panel_says_what_it_shows_and_where_its_numbers_come_from()
    {
        var queries = 0;
        foreach (var file in Dashboards())
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            Assert.Equal($"weir-{Path.GetFileNameWithoutExtension(file)}", dashboard.RootElement.GetProperty("uid").GetString());
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
            Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
            foreach (var panel in panels.Where(panel => panel.GetProperty("type").GetString() != "row"))
            {
                Assert.NotEmpty(panel.GetProperty("description").GetString()!);
                foreach (var target in panel.GetProperty("targets").EnumerateArray())
                {
                    queries++;
                    Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
                }
            }
        }

        Assert.True(queries > 30);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Child StartPrometheus(int scraped, int away, out string address)
    {
        // The rules as they are, but for how long they look and wait.
        File.WriteAllText(Path.Combine(_folder.FullName, "rules.yaml"), Wait().Replace(Window().Replace(File.ReadAllText(RepositoryRoot.Combine(Rules)), "[10s]"), "for: 1s"));
        File.WriteAllText(Path.Combine(_folder.FullName, "prometheus.yaml"), $"""
            global: {"{"}scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s{"}"}
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: weir
                honor_labels: true
                static_configs: [{"{"}targets: ["127.0.0.1:{scraped}", "127.0.0.1:{away}"]{"}"}]
            """);
        var listen = $"127.0.0.1:{RunningWeir.FreePort()}";
        address = $"http://{listen}";
        return Child.Start(
            "prometheus", $"--config.file={Path.Combine(_folder.FullName, "prometheus.yaml")}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "tsdb")}",
            $"--web.listen-address={listen}", "--enable-feature=exemplar-storage");
    }

    private static async Task<T> Poll<T>(HttpClient http, string path, Func<JsonElement, T> read, Func<T, bool> done, Child server)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (read(await Get(http, path)) is var found && done(found)) return found;
            }
            catch (HttpRequestException) when (patience.Elapsed < Patience)
            {
                // Not up yet.
            }

            Assert.True(patience.Elapsed < Patience, server.Errors);
            await Task.Delay(200);
        }
    }

    private static async Task<JsonElement> Get(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path}: {body}");
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("data").Clone();
    }

    private static void AssertLinted(string text)
    {
        using var lint = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        lint.StandardInput.Write(text);
        lint.StandardInput.Close();
        var said = lint.StandardError.ReadToEnd() + lint.StandardOutput.ReadToEnd();
        lint.WaitForExit();
        Assert.True(lint.ExitCode == 0, said);
    }

    private static string[] Dashboards() => Directory.GetFiles(RepositoryRoot.Combine("deploy/grafana"), "*.json");

    /// <summary>The query of every panel as Grafana sends it.</summary>
    private static IEnumerable<string> Panels() =>
        from file in Dashboards()
        from Match match in Expression().Matches(File.ReadAllText(file))
        let query = JsonSerializer.Deserialize<string>($"\"{match.Groups[1].Value}\"")!
        select Variable().Replace(query.Replace("$__rate_interval", "1m", StringComparison.Ordinal), ".*");

    /// <summary>The families that a query reads.</summary>
    private static IEnumerable<string> Names(string query) => Metric().Matches(query)
        .Select(match => match.Value).Select(name => name.StartsWith("weir_exchange_duration_seconds", StringComparison.Ordinal) ? "weir_exchange_duration_seconds" : name);

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex(@"^# TYPE (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex("\"expr\": \"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Expression();

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(?<![\w""])weir_\w+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\[5m\]")]
    private static partial Regex Window();

    [GeneratedRegex(@"for: \d+m")]
    private static partial Regex Wait();

    /// <summary>Answers every request with 503, and asks itself twenty times a second.</summary>
    private sealed class FailingService : IDisposable
    {
        public const string Secret = "s3cr3t-canary";

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public FailingService()
        {
            _listener.Start();
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
            _ = Serve();
        }

        public int Port { get; }

        public async Task Call(CancellationToken stop)
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
            while (!stop.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/users/{Secret}?token={Secret}");
                Assert.True(request.Headers.TryAddWithoutValidation("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));
                Assert.True(request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {Secret}"));
                using var response = await http.SendAsync(request, CancellationToken.None);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                await Task.Delay(50, CancellationToken.None);
            }
        }

        public void Dispose() => _listener.Dispose();

        private async Task Serve()
        {
            try
            {
                while (true) _ = Answer(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static async Task Answer(TcpClient client)
        {
            using (client)
            {
                var stream = client.GetStream();
                var buffer = new byte[4096];
                // Each request comes in one piece on loopback, and the next only after its answer.
                while (await stream.ReadAsync(buffer) > 0)
                    await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno"));
            }
        }
    }
}
