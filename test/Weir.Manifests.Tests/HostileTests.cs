using System.Text;
using System.Text.Json;
using Weir.Manifests.Scanning;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Tests;

/// <summary>Files made to hang, crash or mislead: each is one finding with a line.</summary>
public class HostileTests
{
    private const string Object = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: b }\n";

    [Fact]
    public void An_alias_bomb_is_refused_without_being_unfolded()
    {
        var text = new StringBuilder(Object).Append("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 30; i++) text.Append(null, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}, *a{i - 1}]\n");
        var problem = Problem(text.ToString());
        Assert.Contains("aliases stand for", problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Line, 5, 15);
    }

    [Fact]
    public void An_alias_inside_what_it_names_is_refused() => Assert.Contains("inside what it names", Problem(Object + "a: &a [1, *a]\n").Message, StringComparison.Ordinal);

    [Fact]
    public void An_alias_without_anchor_is_refused() => Assert.Contains("no anchor &nobody", Problem(Object + "a: *nobody\n").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("[", "")]
    [InlineData("{a: ", "")]
    [InlineData("[", "]")]
    [InlineData("- ", "")]
    [InlineData("{\"a\":", "1}")]
    public void Deep_nesting_is_refused_at_the_limit(string open, string close)
    {
        const int Depth = 100_000;
        var text = string.Concat(Enumerable.Repeat(open, Depth)) + string.Concat(Enumerable.Repeat(close, close.Length == 0 ? 0 : Depth));
        Assert.Contains("nested deeper than 100", Problem(text).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_within_the_limit_is_fine()
    {
        var text = Object + "a: " + new string('[', 90) + new string(']', 90) + "\n";
        Assert.Empty(Scan.Text(text, Scan.Only("GEN-014")).Findings);
    }

    [Fact]
    public void Too_many_values_are_refused_where_the_limit_is_reached()
    {
        var text = Object + "data:\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => $"  k{i}: v\n"));
        var report = Scan.Text(text, Scan.Only("GEN-014"), ManifestLimits.Default with { MaxNodes = 1000 });
        Assert.InRange(Assert.Single(report.Findings).Line, 900, 1010);
    }

    [Fact]
    public void Too_many_values_in_several_documents_are_refused_too()
    {
        var text = string.Concat(Enumerable.Repeat("---\n" + Object, 1000));
        var report = Scan.Text(text, Scan.Only("GEN-014"), ManifestLimits.Default with { MaxNodes = 1000 });
        Assert.InRange(report.Findings.Length, 1, 2);
    }

    [Fact]
    public void A_file_above_the_limit_is_refused_unread() =>
        Assert.Contains("larger than 100 bytes", Assert.Single(Scan.Text(new string(' ', 101), Scan.Only("GEN-014"), ManifestLimits.Default with { MaxFileBytes = 100 }).Findings).Message, StringComparison.Ordinal);

    [Fact]
    public void Objects_beyond_the_limit_are_told_once()
    {
        var text = string.Concat(Enumerable.Range(0, 10).Select(i => $"---\napiVersion: v1\nkind: Namespace\nmetadata: {{ name: n{i} }}\n"));
        var report = Scan.Text(text, Scan.Only("GEN-014"), ManifestLimits.Default with { MaxObjects = 5 });
        Assert.Equal(5, report.Objects);
        Assert.Contains("more than 5 objects", Assert.Single(report.Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Findings_beyond_the_limit_are_counted()
    {
        var text = string.Concat(Enumerable.Range(0, 10).Select(i => $"---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: n{i} }}\nspec: {{ hostPID: true, containers: [] }}\n"));
        var report = Scan.Text(text, Scan.Only("SEC-009"), ManifestLimits.Default with { MaxFindings = 4 });
        Assert.Equal((4, 6), (report.Findings.Length, report.Omitted));
    }

    [Fact]
    public void A_key_that_stands_twice_is_told_with_both_lines_and_the_rest_is_read()
    {
        var report = Scan.Text("apiVersion: v1\nkind: Pod\nspec: { containers: [], hostPID: true }\nmetadata: { name: a }\nmetadata: { name: b }\n", Scan.Only("GEN-014", "SEC-009"));
        Assert.Equal(["GEN-014", "SEC-009"], report.Ids());
        var problem = report.Findings.Single(finding => finding.Check.Id == "GEN-014");
        Assert.Equal(5, problem.Line);
        Assert.Contains("first on line 4", problem.Message, StringComparison.Ordinal);
        Assert.Equal("b", report.Findings.Single(finding => finding.Check.Id == "SEC-009").Name);
    }

    [Fact]
    public void A_tab_is_named_as_such()
    {
        var problem = Problem("apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n");
        Assert.Equal(4, problem.Line);
        Assert.Contains("tab", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n", 4)]
    [InlineData("{{- if .Values.enabled }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", 1)]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    {{- include \"x\" . | nindent 4 }}\n", 5)]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{name}}\n", 4)]
    public void A_template_that_was_not_rendered_is_named_as_such(string text, int line)
    {
        var problem = Problem(text);
        Assert.Contains("render it first", problem.Message, StringComparison.Ordinal);
        Assert.Equal(line, problem.Line);
    }

    [Fact]
    public void A_document_that_cannot_be_read_takes_no_other_with_it()
    {
        var report = Scan.Text("a: [\n---\napiVersion: v1\nkind: Pod\nmetadata: { name: x }\nspec: { hostPID: true, containers: [] }\n---\n: : :\n  - x\n", Scan.Only("SEC-009", "GEN-014"));
        Assert.Contains("SEC-009", report.Ids());
        Assert.Equal(6, report.Findings.Single(finding => finding.Check.Id == "SEC-009").Line);
        Assert.Contains(report.Findings, finding => finding.Check.Id == "GEN-014" && finding.Line <= 2);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0x61 })]
    [InlineData(new byte[] { 0x61, 0x0A, 0xC3, 0x28 })]
    [InlineData(new byte[] { 0x00, 0x00, 0x00 })]
    public void Bytes_that_are_no_text_are_one_problem(byte[] content) =>
        Assert.All(Scan.Bytes("a", content, Scan.Only("GEN-014")).Findings, finding => Assert.Equal("GEN-014", finding.Check.Id));

    [Fact]
    public void Every_prefix_of_a_manifest_ends()
    {
        var text = File.ReadAllText(Scan.CorpusFiles("GEN-014", "pass")[0]) + "---\n" + File.ReadAllText(Scan.CorpusFiles("AVL-008", "pass")[1]);
        for (var length = 0; length <= text.Length; length++) Scan.Text(text[..length], Scan.All);
    }

    [Fact]
    public void Manifests_with_bytes_changed_at_random_never_throw()
    {
        var random = new Random(20261121);
        var files = Scan.CorpusFiles("GEN-013", "").Concat(Scan.CorpusFiles("NET-013", "")).Concat(Scan.CorpusFiles("GEN-014", "")).Select(File.ReadAllBytes).ToList();
        const string Odd = "{}[]&*!|>'\"%@`#:,-?\t\n \u0000\u0085\u2028\uFEFF<~";
        for (var round = 0; round < 3000; round++)
        {
            var content = (byte[])files[random.Next(files.Count)].Clone();
            for (var change = random.Next(1, 6); change > 0; change--) content[random.Next(content.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : Odd[random.Next(18)]);
            Scan.Bytes("a", content, Scan.All);
        }
    }

    /// <summary>Fields of other types than they should have: checks see what is there, GEN-013 says that it is wrong.</summary>
    [Fact]
    public void Wrong_types_everywhere_never_throw()
    {
        string[] values = ["null", "1", "text", "[]", "{}", "[1, {a: b}]", "{a: {b: c}}", "true", "1.5"];
        foreach (var file in Directory.EnumerateFiles(Testing.RepositoryRoot.Combine(Scan.Corpus), "fail.yaml", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(file);
            for (var i = 0; i < lines.Length; i++)
            {
                var colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
                if (colon < 0) continue;
                var changed = (string[])lines.Clone();
                changed[i] = lines[i][..(colon + 2)] + values[i % values.Length];
                Scan.Text(string.Join('\n', changed), Scan.All);
            }
        }
    }

    [Fact]
    public void Thousands_of_objects_that_refer_to_one_another_are_compared_in_time()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 1500; i++)
        {
            text.Append(null, $"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{i}, namespace: n}}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: a{i}}}}}\n  template:\n    metadata: {{labels: {{app: a{i}}}}}\n    spec: {{containers: [{{name: c, image: 'r.example/c:1.0.0'}}]}}\n");
            text.Append(null, $"---\napiVersion: v1\nkind: Service\nmetadata: {{name: d{i}, namespace: n}}\nspec: {{selector: {{app: a{i}}}, ports: [{{port: 80}}]}}\n");
        }

        Assert.Equal(1500, Scan.Text(text.ToString(), Scan.Only("PRB-001")).Findings.Length);
    }

    /// <summary>Searches that look back or ahead at each of so many beginnings would not end.</summary>
    [Theory]
    [InlineData("password=")]
    [InlineData("a://")]
    [InlineData("http://x")]
    [InlineData("mysql ")]
    [InlineData("--token ")]
    [InlineData("eyJ.")]
    [InlineData("-----BEGIN ")]
    public void Long_texts_that_look_like_secrets_again_and_again_end(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 18) / piece.Length));
        var report = Scan.Text(Object + $"data: {{ a: \"{text}\" }}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{ name: a }}\nspec: {{ containers: [{{ name: a, args: [\"{text}\"] }}] }}\n", Scan.All);
        Assert.Equal(2, report.Objects);
    }

    [Fact]
    public void Many_small_documents_end_at_the_limit()
    {
        var report = Scan.Text(string.Concat(Enumerable.Repeat("---\na: b\n", 60_000)), Scan.Only("GEN-014"));
        Assert.Contains(report.Findings, finding => finding.Message.Contains("what follows was not read", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_without_end_is_cut_in_findings()
    {
        var report = Scan.Text($"apiVersion: v1\nkind: Pod\nmetadata: {{ name: {new string('x', 1 << 20)} }}\nspec: {{ hostPID: true, containers: [] }}\n", Scan.Only("SEC-009"));
        Assert.InRange(Assert.Single(report.Findings).Name!.Length, 1000, 1100);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n---\n")]
    [InlineData("%%%")]
    public void A_file_that_holds_nothing_is_told(string text) => Assert.Contains("holds no document", Problem(text).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Objects_of_a_cluster_are_scanned_without_lines()
    {
        var scanner = new SmellScanner(Scan.Only("SEC-009"));
        await scanner.AddAsync(new Cluster(), CancellationToken.None);
        var finding = Assert.Single(scanner.Scan().Findings);
        Assert.Equal(("cluster", 0, "/spec/hostPID"), (finding.File, finding.Line, finding.Path));
    }

    private static SmellFinding Problem(string text)
    {
        var report = Scan.Text(text, Scan.Only("GEN-014"));
        return Assert.Single(report.Findings);
    }

    private sealed class Cluster : IManifestSource
    {
        public string Name => "cluster";

        public async IAsyncEnumerable<JsonElement> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await Task.Yield();
            using var document = JsonDocument.Parse("""{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"a"},"spec":{"hostPID":true,"containers":[]}}]}""");
            yield return document.RootElement;
        }
    }

    [Fact]
    public void A_text_that_is_no_text_becomes_the_sign_for_that_in_a_manifest()
    {
        var node = NodeJson.Read(System.Text.Json.JsonElement.Parse("{\"a\\ud800\":\"b\\ud800\"}"));
        Assert.Equal("\uFFFD", node.Entries[0].Key);
        Assert.Equal("\uFFFD", node.Entries[0].Value.Text);
    }
}
