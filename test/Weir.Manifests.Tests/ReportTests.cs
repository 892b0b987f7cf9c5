using System.Text.Json;
using Weir.Manifests.Checks;
using Weir.Manifests.Reports;
using Weir.Manifests.Scanning;

namespace Weir.Manifests.Tests;

public class ReportTests
{
    private const string Text = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: a
          namespace: shop
          annotations: { weir.io/ignore: "SEC-009=it watches processes" }
        spec:
          hostPID: true
          hostIPC: true
          containers:
            - name: one
              image: nginx:1.27.3
              securityContext:
                privileged: true
        """;

    private static readonly SmellReport s_report = Scan.Text(Text, Scan.Only("SEC-001", "SEC-009", "SEC-010", "RES-002"));

    [Fact]
    public void The_text_has_the_worst_first_with_place_object_and_remedy()
    {
        using var writer = new StringWriter();
        SmellText.Write(s_report, writer, colour: false, withSuppressed: true);
        Assert.Equal(
            """
            critical SEC-001 Container runs privileged (privileged-container)
              a.yaml:14 Pod shop/a [one]: runs privileged
              -> A privileged container is root on the node. Remove privileged and add the single capabilities that are needed.

            high SEC-010 Pod shares the node's IPC (host-ipc)
              a.yaml:9 Pod shop/a: shares the node's IPC
              -> Shared memory of the node's processes is open to it. Remove hostIPC.

            low RES-002 No CPU limit (cpu-limit-missing)
              a.yaml:11 Pod shop/a [one]: has no cpu limit
              -> It may take all that the node has left. Set resources.limits.cpu, or leave it out on purpose (a limit throttles) and suppress this.

            suppressed SEC-009 a.yaml:8 Pod shop/a: sees the node's processes (because: it watches processes)

            """, writer.ToString());
        Assert.Equal("1 object: 1 critical, 1 high, 1 low; 1 suppressed; score 64", SmellText.Summary(s_report));
    }

    [Fact]
    public void Control_characters_of_names_do_not_reach_the_terminal()
    {
        using var writer = new StringWriter();
        SmellText.Write(Scan.Text("apiVersion: v1\nkind: Pod\nmetadata: { name: \"a\\e[31mb\" }\nspec: { hostPID: true, containers: [] }\n", Scan.Only("SEC-009")), writer, colour: false, withSuppressed: false);
        Assert.DoesNotContain('\u001b', writer.ToString());
        Assert.Contains("a?[31mb", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_JSON_has_summary_findings_and_the_list_of_texts()
    {
        var root = Json(stream => SmellJson.Write(s_report, stream));
        var summary = root.GetProperty("summary");
        Assert.Equal((1, 1, 0, 1, 64), (summary.GetProperty("critical").GetInt32(), summary.GetProperty("high").GetInt32(), summary.GetProperty("medium").GetInt32(), summary.GetProperty("suppressed").GetInt32(), summary.GetProperty("score").GetInt32()));
        var first = root.GetProperty("findings")[0];
        Assert.Equal(
            ("SEC-001", "critical", "Pod", "shop", "a", "one", "/spec/containers/0/securityContext/privileged", 14),
            (first.GetProperty("id").GetString(), first.GetProperty("severity").GetString(), first.GetProperty("kind").GetString(), first.GetProperty("namespace").GetString(),
                first.GetProperty("objectName").GetString(), first.GetProperty("container").GetString(), first.GetProperty("path").GetString(), first.GetProperty("line").GetInt32()));
        Assert.NotEmpty(first.GetProperty("remediation").GetString()!);
        Assert.Equal("it watches processes", root.GetProperty("findings").EnumerateArray().Last().GetProperty("suppressed").GetString());
        Assert.Equal(["[Privilege and isolation] Pod shop/a [one]: runs privileged", "[Privilege and isolation] Pod shop/a: shares the node's IPC", "[Resources and autoscaling] Pod shop/a [one]: has no cpu limit"],
            root.GetProperty("smells").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public void A_severity_leaves_out_what_is_below() => Assert.Equal(["SEC-001", "SEC-010"], s_report.AtLeast(Severity.High).Ids());

    /// <summary>The rules of the published schema of SARIF 2.1.0 that concern what is written.</summary>
    [Fact]
    public void The_SARIF_is_what_its_schema_wants()
    {
        var root = Json(stream => SmellSarif.Write(s_report, "0.1.0", stream));
        Only(root, "$schema", "version", "runs");
        Assert.Equal("2.1.0", root.GetProperty("version").GetString());
        var run = Assert.Single(root.GetProperty("runs").EnumerateArray());
        Only(run, "tool", "columnKind", "results");
        Assert.Contains(run.GetProperty("columnKind").GetString(), (string[])["utf16CodeUnits", "unicodeCodePoints"]);
        var driver = run.GetProperty("tool").GetProperty("driver");
        Only(driver, "name", "semanticVersion", "rules");
        Assert.Matches(@"^\d+\.\d+\.\d+", driver.GetProperty("semanticVersion").GetString());
        var rules = driver.GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal(CheckCatalog.All.Select(check => check.Id), rules.Select(rule => rule.GetProperty("id").GetString()));
        Assert.All(rules, rule =>
        {
            Only(rule, "id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties");
            foreach (var text in (string[])["shortDescription", "fullDescription", "help"]) Assert.NotEmpty(rule.GetProperty(text).GetProperty("text").GetString()!);
            Level(rule.GetProperty("defaultConfiguration").GetProperty("level"));
        });
        var results = run.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(4, results.Count);
        Assert.All(results, result =>
        {
            Only(result, "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "suppressions");
            Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
            Level(result.GetProperty("level"));
            Assert.NotEmpty(result.GetProperty("message").GetProperty("text").GetString()!);
            var location = Assert.Single(result.GetProperty("locations").EnumerateArray());
            Only(location, "physicalLocation", "logicalLocations");
            Assert.Equal("a.yaml", location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
            Assert.True(location.GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32() >= 1);
        });
        var suppression = Assert.Single(results[^1].GetProperty("suppressions").EnumerateArray());
        Assert.Equal(("inSource", "it watches processes"), (suppression.GetProperty("kind").GetString(), suppression.GetProperty("justification").GetString()));
        Assert.Distinct(results.Select(result => result.GetProperty("partialFingerprints").GetProperty("weir/v1").GetString()));
    }

    [Fact]
    public void A_file_without_lines_has_no_region_and_a_name_with_blanks_is_escaped()
    {
        var report = Scan.Bytes("my dir/ä.yaml", new byte[200], Scan.Only("GEN-014"), ManifestLimits.Default with { MaxFileBytes = 100 });
        var location = Json(stream => SmellSarif.Write(report, "0.1.0", stream)).GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0];
        Assert.Equal("my%20dir/%C3%A4.yaml", location.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.False(location.GetProperty("physicalLocation").TryGetProperty("region", out _));
    }

    private static void Only(JsonElement element, params string[] known) => Assert.All(element.EnumerateObject(), property => Assert.Contains(property.Name, known));

    private static void Level(JsonElement level) => Assert.Contains(level.GetString(), (string[])["error", "warning", "note", "none"]);

    private static JsonElement Json(Action<Stream> write)
    {
        using var stream = new MemoryStream();
        write(stream);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }
}
