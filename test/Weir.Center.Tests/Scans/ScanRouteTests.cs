using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using Weir.Center.Auth;
using Weir.Center.Hosting;
using Weir.Center.Scans;
using Weir.Center.Tests.Auth;
using Weir.Testing;

namespace Weir.Center.Tests.Scans;

[UnsupportedOSPlatform("windows")]
public sealed class ScanRouteTests
{
    [SkippableTheory]
    [InlineData("alpine-39.json.golden")]
    [InlineData("debian-buster.json.golden")]
    [InlineData("centos-7.json.golden")]
    public async Task A_scan_is_begun_listed_and_shown_with_what_the_real_report_has(string file)
    {
        var report = SharedData.Require($"trivy/{file}");
        using var trivy = new TrivyStandIn($"cat '{report}'");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options });
        using var visitor = Visitor.Of(center, Role.Operator);
        var begun = await visitor.Json(HttpStatusCode.Accepted, "POST", "/api/v1/scans", new { image = "registry.example/app:1.2" });
        Assert.Equal("registry.example/app:1.2", begun.GetProperty("image").GetString());
        var id = begun.GetProperty("id").GetString()!;
        await TestCenter.Until(async () => State(await center.Json($"/api/v1/scans/{id}")) != ImageScans.Running);
        var scan = await center.Json($"/api/v1/scans/{id}");
        Assert.Empty(new Described(await center.Json("/openapi/v1.json"), "ScanReport", "VulnerabilityFacts").Compare("/api/v1/scans/{id}", scan));
        Assert.Equal((ImageScans.Done, JsonValueKind.Null), (State(scan), scan.GetProperty("error").ValueKind));
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(report));
        var severities = document.RootElement.GetProperty("Results").EnumerateArray()
            .SelectMany(one => one.TryGetProperty("Vulnerabilities", out var found) ? found.EnumerateArray() : []).Select(one => one.GetProperty("Severity").GetString()!.ToLowerInvariant()).ToList();
        foreach (var severity in new[] { "critical", "high", "medium", "low", "unknown" })
            Assert.Equal(severities.Count(one => one == severity), scan.GetProperty("counts").GetProperty(severity).GetInt32());
        var shown = scan.GetProperty("vulnerabilities").EnumerateArray().Select(one => one.GetProperty("severity").GetString()!).ToList();
        Assert.Equal(severities.Count, shown.Count);
        Assert.NotEmpty(shown);
        Assert.Equal(shown.OrderBy(one => Array.IndexOf(["critical", "high", "medium", "low", "unknown"], one)), shown);
        var list = await center.Json("/api/v1/scans");
        var scanner = list.GetProperty("scanner");
        Assert.Equal((true, "0.70.0", "2026-11-20T12:00:00Z"), (scanner.GetProperty("available").GetBoolean(), scanner.GetProperty("version").GetString(), scanner.GetProperty("databaseUpdatedAt").GetString()));
        Assert.Equal(scan.GetProperty("counts").GetRawText(), list.GetProperty("scans")[0].GetProperty("counts").GetRawText());
        Assert.False(list.GetProperty("scans")[0].TryGetProperty("vulnerabilities", out _));
        var line = (await center.Json("/api/v1/audit?kind=change")).GetProperty("items").EnumerateArray().First(one => one.GetProperty("action").GetString() == "beginScan");
        Assert.Equal(("registry.example/app:1.2", 202), (line.GetProperty("target").GetString(), line.GetProperty("status").GetInt32()));
    }

    [SkippableFact]
    public async Task The_older_path_waits_and_answers_with_the_report_of_Trivy()
    {
        using var trivy = new TrivyStandIn($"cat '{SharedData.Require("trivy/alpine-39.json.golden")}'");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options });
        using var visitor = Visitor.Of(center, Role.Operator);
        using var form = new FormUrlEncodedContent([new("image_name", "alpine:3.9")]);
        foreach (var body in new object[] { new { image_name = "alpine:3.9" }, form })
        {
            var answer = await visitor.Json(HttpStatusCode.OK, "POST", "/api/scan-image", body);
            Assert.Equal(JsonValueKind.Null, answer.GetProperty("error").ValueKind);
            Assert.NotEmpty(answer.GetProperty("message").GetString()!);
            Assert.Equal(2, answer.GetProperty("data").GetProperty("SchemaVersion").GetInt32());
            Assert.NotEqual(0, answer.GetProperty("data").GetProperty("Results").GetArrayLength());
        }

        Assert.Equal(2, (await center.Json("/api/v1/scans")).GetProperty("scans").GetArrayLength());
    }

    [Theory]
    [InlineData("echo 'unable to find the specified image: MANIFEST_UNKNOWN' >&2; exit 1", 404, "image_not_found")]
    [InlineData("echo 'UNAUTHORIZED: authentication required' >&2; exit 1", 502, "access_denied")]
    [InlineData("echo 'image scan error: context deadline exceeded' >&2; exit 1", 408, "timeout")]
    [InlineData("sleep 600", 408, "timeout")]
    [InlineData("echo '--skip-db-update cannot be specified on the first run' >&2; exit 1", 503, "database_missing")]
    [InlineData("echo 'failed to download vulnerability DB' >&2; exit 1", 502, "database_download")]
    [InlineData("echo no json", 500, "bad_report")]
    [InlineData("exit 9", 500, "other")]
    public async Task What_goes_wrong_is_told_and_kept(string script, int status, string failure)
    {
        using var trivy = new TrivyStandIn(script);
        var options = trivy.Options;
        // Only what never ends needs a short time.
        if (script.StartsWith("sleep", StringComparison.Ordinal))
            options = options with { Scanner = options.Scanner with { Limits = options.Scanner.Limits with { Timeout = TimeSpan.FromSeconds(1), Grace = TimeSpan.Zero } } };
        await using var center = await TestCenter.Start(o => o with { Scans = options });
        using var visitor = Visitor.Of(center, Role.Operator);
        var answer = await visitor.Json((HttpStatusCode)status, "POST", "/api/scan-image", new { image_name = "nginx:1.27.3" });
        Assert.Equal((failure, JsonValueKind.Null), (answer.GetProperty("failure").GetString(), answer.GetProperty("data").ValueKind));
        Assert.Equal(answer.GetProperty("detail").GetString(), answer.GetProperty("error").GetString());
        var scan = (await center.Json("/api/v1/scans")).GetProperty("scans")[0];
        Assert.Equal((ImageScans.Failed, answer.GetProperty("error").GetString(), JsonValueKind.Null), (State(scan), scan.GetProperty("error").GetString(), scan.GetProperty("counts").ValueKind));
        Assert.Equal(0, (await center.Json($"/api/v1/scans/{scan.GetProperty("id").GetString()}")).GetProperty("vulnerabilities").GetArrayLength());
    }

    [Fact]
    public async Task Without_Trivy_or_its_database_the_state_says_so_and_the_list_stays()
    {
        await using var without = await TestCenter.Start(o => o with { Scans = new ScanOptions { Scanner = new() { Program = "/nowhere/trivy" } } });
        var scanner = (await without.Json("/api/v1/scans")).GetProperty("scanner");
        Assert.False(scanner.GetProperty("available").GetBoolean());
        Assert.Contains("install Trivy", scanner.GetProperty("reason").GetString(), StringComparison.Ordinal);
        using var visitor = Visitor.Of(without, Role.Operator);
        Assert.Equal("scanner_missing", (await visitor.Json(HttpStatusCode.ServiceUnavailable, "POST", "/api/scan-image", new { image_name = "nginx" })).GetProperty("failure").GetString());
        using var trivy = new TrivyStandIn("true", "echo '{\"Version\":\"0.70.0\"}'");
        await using var empty = await TestCenter.Start(o => o with { Scans = trivy.Options });
        scanner = (await empty.Json("/api/v1/scans")).GetProperty("scanner");
        Assert.Equal((true, JsonValueKind.Null), (scanner.GetProperty("available").GetBoolean(), scanner.GetProperty("databaseUpdatedAt").ValueKind));
        Assert.Contains("no vulnerability database", scanner.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--server=http://evil.example")]
    [InlineData("-x")]
    [InlineData("a;rm -rf /")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("../../etc/passwd")]
    [InlineData("a b")]
    [InlineData("a\n--insecure")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Hostile_names_never_reach_Trivy(string? name)
    {
        using var trivy = new TrivyStandIn("true");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options });
        using var visitor = Visitor.Of(center, Role.Operator);
        Assert.Equal("image", (await visitor.Json(HttpStatusCode.BadRequest, "POST", "/api/v1/scans", new { image = name })).GetProperty("parameter").GetString());
        Assert.Equal("image_name", (await visitor.Json(HttpStatusCode.BadRequest, "POST", "/api/scan-image", new { image_name = name })).GetProperty("parameter").GetString());
        Assert.Equal(0, trivy.Called("image"));
    }

    [SkippableFact]
    public async Task One_scan_at_a_time_and_so_many_wait()
    {
        using var trivy = new TrivyStandIn($"while [ ! -e \"$(dirname \"$0\")/go\" ]; do sleep 0.05; done\ncat '{SharedData.Require("trivy/alpine-39.json.golden")}'");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options with { Limits = new ScanLimits { MaxWaiting = 3 } } });
        using var visitor = Visitor.Of(center, Role.Operator);
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Accepted, await visitor.Status("POST", "/api/v1/scans", new { image = $"app:{i}" }));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await visitor.Status("POST", "/api/v1/scans", new { image = "app:4" }));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await visitor.Status("POST", "/api/scan-image", new { image_name = "app:4" }));
        await TestCenter.Until(() => trivy.Called("image") == 1);
        var scans = (await center.Json("/api/v1/scans")).GetProperty("scans").EnumerateArray().ToList();
        Assert.Equal([("app:2", 2), ("app:1", 1), ("app:0", 0)], scans.Select(one => (one.GetProperty("image").GetString()!, one.GetProperty("ahead").GetInt32())));
        await File.WriteAllTextAsync(trivy.Beside("go"), "");
        await TestCenter.Until(async () => (await center.Json("/api/v1/scans")).GetProperty("scans").EnumerateArray().All(one => State(one) == ImageScans.Done));
        Assert.Equal(3, trivy.Called("image"));
    }

    [SkippableFact]
    public async Task Scans_are_kept_over_a_restart_and_the_oldest_make_room()
    {
        using var trivy = new TrivyStandIn($"case \"$*\" in *slow*) sleep 600;; esac\ncat '{SharedData.Require("trivy/alpine-39.json.golden")}'");
        var directory = Directory.CreateTempSubdirectory("weir-scans-");
        try
        {
            var options = trivy.Options with { Limits = new ScanLimits { MaxScans = 3 } };
            using (var scans = Open(options, directory.FullName))
            {
                for (var i = 0; i < 4; i++) await scans.Begin($"app:{i}", "eve")!.Value.End;
                Assert.Equal(["app:3", "app:2", "app:1"], scans.All.Select(one => one.Image));
                _ = scans.Begin("slow:1", "eve");
                await TestCenter.Until(() => trivy.Called("image") == 5);
                await scans.Stop();
                Assert.Null(scans.Begin("late:1", "eve"));
            }

            using var again = Open(options, directory.FullName);
            Assert.Equal([("slow:1", "stopped"), ("app:3", null), ("app:2", null)], again.All.Select(one => (one.Image, one.Failure)));
            Assert.NotNull(again.Report(again.All[1].Id));
            Assert.Equal("eve", again.All[1].By);
            await again.Begin("app:5", "eve")!.Value.End;
            Assert.Equal("app:5", again.All[0].Image);
            await again.Stop();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public async Task An_answer_has_so_many_vulnerabilities_and_counts_the_others()
    {
        using var trivy = new TrivyStandIn($"cat '{SharedData.Require("trivy/alpine-39.json.golden")}'");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options with { Limits = new ScanLimits { MaxVulnerabilities = 1 } } });
        using var visitor = Visitor.Of(center, Role.Operator);
        var id = (await visitor.Json(HttpStatusCode.OK, "POST", "/api/scan-image", new { image_name = "alpine:3.9" })).GetProperty("id").GetString();
        var scan = await center.Json($"/api/v1/scans/{id}");
        Assert.Equal(1, scan.GetProperty("vulnerabilities").GetArrayLength());
        Assert.Equal(scan.GetProperty("counts").EnumerateObject().Sum(one => one.Value.GetInt32()) - 1, scan.GetProperty("omitted").GetInt32());
    }

    [Fact]
    public async Task The_state_of_the_scanner_is_asked_for_once_in_a_while()
    {
        using var trivy = new TrivyStandIn("true");
        await using var center = await TestCenter.Start(o => o with { Scans = trivy.Options with { Limits = new ScanLimits { StatusAge = TimeSpan.FromHours(1) } } });
        for (var i = 0; i < 3; i++) await center.Json("/api/v1/scans");
        Assert.Equal(1, trivy.Called("version"));
        await using var eager = await TestCenter.Start(o => o with { Scans = trivy.Options with { Limits = new ScanLimits { StatusAge = TimeSpan.Zero } } });
        for (var i = 0; i < 2; i++) await eager.Json("/api/v1/scans");
        Assert.Equal(3, trivy.Called("version"));
    }

    private static ImageScans Open(ScanOptions options, string directory)
    {
        var scans = new ImageScans(options, directory, TimeProvider.System, static text => Assert.Fail(text));
        scans.Start();
        return scans;
    }

    private static string State(JsonElement scan) => scan.GetProperty("state").GetString()!;
}
