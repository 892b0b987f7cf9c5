using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.EndToEnd.Tests.Support;
using Weir.Kubernetes.TestServer;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir smells</c> and <c>weir scan</c> as a build meets them.</summary>
public sealed class SmellsCommandTests : IDisposable
{
    private const string Privileged = "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\nspec:\n  containers:\n    - { name: a, image: 'nginx:1.27.3', securityContext: { privileged: true } }\n";
    private const string Report = """{"SchemaVersion":2,"ArtifactName":"nginx:1.27.3","ArtifactType":"container_image","Results":[{"Target":"os","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-0001","PkgName":"zlib","InstalledVersion":"1","Severity":"HIGH"}]}]}""";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-smells-");

    [Fact]
    public async Task A_folder_is_read_through_and_charts_are_named()
    {
        Write("a.yaml", Privileged);
        Write("below/b.yml", Privileged.Replace("name: a,", "name: b,", StringComparison.Ordinal));
        Write("values.yaml", "replicas: 1\n");
        Write("notes.txt", "not: read");
        Write("chart/Chart.yaml", "name: shop\n");
        Write("chart/templates/c.yaml", "{{ .Values.broken }}");
        var (code, output, errors) = await Run("smells", _folder.FullName);
        Assert.Equal(0, code);
        Assert.Contains("critical SEC-001", output, StringComparison.Ordinal);
        Assert.Contains("a.yaml:6 Pod shop/a [a]: runs privileged", output, StringComparison.Ordinal);
        Assert.Contains("below/b.yml:6 Pod shop/b [b]: runs privileged", output, StringComparison.Ordinal);
        Assert.Contains("is a Helm chart", errors, StringComparison.Ordinal);
        Assert.Contains("2 objects: 2 critical", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1, "--fail-on", "critical")]
    [InlineData(1, "--min-severity", "high")]
    [InlineData(0, "--fail-on", "high", "--disable", "SEC-001,SEC-002,SEC-003,RES-004")]
    public async Task The_exit_code_tells_whether_something_is_bad_enough(int expected, params string[] arguments)
    {
        Write("a.yaml", Privileged);
        var (code, _, errors) = await Run(["smells", Path.Combine(_folder.FullName, "a.yaml"), .. arguments]);
        Assert.True(code == expected, errors);
    }

    [Fact]
    public async Task Json_and_sarif_are_whole_documents()
    {
        Write("a.yaml", Privileged);
        var file = Path.Combine(_folder.FullName, "a.yaml");
        using var json = JsonDocument.Parse((await Run("smells", file, "--json")).Output);
        Assert.Equal(1, json.RootElement.GetProperty("summary").GetProperty("critical").GetInt32());
        using var sarif = JsonDocument.Parse((await Run("smells", file, "--sarif", "--min-severity", "critical")).Output);
        Assert.Equal("SEC-001", Assert.Single(sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()).GetProperty("ruleId").GetString());
    }

    [Theory]
    [InlineData("name files or folders")]
    [InlineData("no such file", "/nowhere/at/all.yaml")]
    [InlineData("SEC-999 is no check", "--explain", "SEC-999")]
    [InlineData("name one of them", "x", "--json", "--sarif")]
    [InlineData("SEC-999 is no check", "x", "--enable", "SEC-999")]
    public async Task Mistakes_end_with_2_and_say_what(string message, params string[] arguments)
    {
        var (code, output, errors) = await Run(["smells", .. arguments]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checks_are_listed_and_explained()
    {
        Assert.Contains("125 checks", (await Run("smells", "--list")).Errors, StringComparison.Ordinal);
        var (code, output, _) = await Run("smells", "--explain", "host-network");
        Assert.Equal(0, code);
        Assert.Contains("SEC-008 host-network", output, StringComparison.Ordinal);
        Assert.Contains("weir.io/ignore", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_of_images_tell_which_containers_are_vulnerable()
    {
        Write("a.yaml", Privileged);
        Write("report.json", Report);
        var (_, output, _) = await Run("smells", Path.Combine(_folder.FullName, "a.yaml"), "--images", Path.Combine(_folder.FullName, "report.json"));
        Assert.Contains("nginx:1.27.3 has known vulnerabilities: 1 high", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_weir_deploys_passes_its_own_checks()
    {
        var (code, output, errors) = await Run("smells", RepositoryRoot.Combine("deploy/sniffer"), "--fail-on", "info");
        Assert.True(code == 0, output + errors);
    }

    [Fact]
    public async Task A_report_of_Trivy_is_shown_and_decides_the_exit_code()
    {
        Write("report.json", Report);
        var file = Path.Combine(_folder.FullName, "report.json");
        var (code, output, errors) = await Run("scan", "--input", file, "--fail-on", "high");
        Assert.Equal(1, code);
        Assert.Contains("high     CVE-2026-0001 zlib 1", output, StringComparison.Ordinal);
        Assert.Contains("nginx:1.27.3: 1 high", errors, StringComparison.Ordinal);
        Assert.Equal(0, (await Run("scan", "--input", file, "--fail-on", "critical")).Code);
        using var json = JsonDocument.Parse((await Run("scan", "--input", file, "--json")).Output);
        Assert.Equal(1, json.RootElement.GetProperty("summary").GetProperty("high").GetInt32());
    }

    [SkippableFact]
    public async Task An_image_is_scanned_by_the_program_that_is_named()
    {
        Skip.If(OperatingSystem.IsWindows(), "the stand-in for Trivy is a shell script");
        var trivy = Write("trivy", $"#!/bin/sh\ncat <<'END'\n{Report}\nEND\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(trivy, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (code, output, errors) = await Run("scan", "nginx:1.27.3", "--trivy", trivy);
        Assert.True(code == 0, errors);
        Assert.Contains("CVE-2026-0001", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "name an image, or a report", "scan")]
    [InlineData(2, "no name of an image", "scan", "a b")]
    [InlineData(2, "--scanners takes", "scan", "nginx", "--scanners", "everything")]
    [InlineData(1, "install Trivy", "scan", "nginx", "--trivy", "/nowhere/trivy")]
    [InlineData(2, "not a report of Trivy", "scan", "--input", "/dev/null")]
    public async Task A_scan_that_can_not_be_done_says_why(int expected, string message, params string[] arguments)
    {
        var (code, _, errors) = await Run(arguments);
        Assert.Equal(expected, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_in_a_cluster_is_checked_and_secrets_are_not_read()
    {
        await using var cluster = await ApiServer.StartAsync();
        cluster.Put("pods", (JsonObject)JsonNode.Parse("""{"metadata":{"name":"a","namespace":"shop"},"spec":{"containers":[{"name":"main","image":"nginx:1.27.3","securityContext":{"privileged":true}}]}}""")!);
        cluster.Put("secrets", (JsonObject)JsonNode.Parse("""{"metadata":{"name":"s","namespace":"shop"},"data":{"a":"AAAA"}}""")!);
        cluster.Access.Forbid("list", "cronjobs");
        var kubeconfig = Write("kubeconfig", cluster.Kubeconfig());
        var (code, output, errors) = await Run("smells", "--cluster", "--kubeconfig", kubeconfig, "--json", "--fail-on", "critical");
        Assert.True(code == 1, errors);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("cluster", json.RootElement.GetProperty("findings").EnumerateArray().Single(one => one.GetProperty("id").GetString() == "SEC-001").GetProperty("file").GetString());
        Assert.Contains("cronjobs were not looked at", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Faults.Requests.Keys, static key => key.Contains("secrets", StringComparison.Ordinal));
        (code, output, _) = await Run("smells", "--cluster", "--kubeconfig", kubeconfig, "--namespace", "other");
        Assert.Equal((0, ""), (code, output));
        Assert.Equal(2, (await Run("smells", "--cluster", "--kubeconfig", kubeconfig, "--namespace", "../x")).Code);
        Assert.Equal(1, (await Run("smells", "--cluster", "--kubeconfig", Write("other", "apiVersion: v1\n"))).Code);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return await child.Finish(Limit);
    }
}
