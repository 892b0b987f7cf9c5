using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Kubernetes.TestServer;
using Weir.Testing;

namespace Weir.Kubernetes.Tests.Client;

/// <summary>
/// The test server before a client that it was not written for: a real kubectl gets, watches, applies and compares. What Weir's client
/// is tested against is then what other clients take for an API server.
/// </summary>
public sealed class KubectlTests : IDisposable
{
    /// <summary>On the path, or where <c>./dev test</c> puts it.</summary>
    private static readonly string? s_kubectl = new[] { RepositoryRoot.Combine("artifacts/tools/kubectl") }
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(static folder => Path.Combine(folder, "kubectl"))).FirstOrDefault(File.Exists);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-kubectl-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task Get_lists_rows_and_describes_objects_and_watches_changes()
    {
        await using var server = await Start();
        server.Put("pods", Manifests.Pod("shop", "web-1", "10.0.0.7", DateTimeOffset.UtcNow));
        var rows = (await Run("get", "pods")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["NAME", "READY", "STATUS", "RESTARTS", "AGE"], rows[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["web-1", "1/1", "Running"], rows[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..3]);
        Assert.Equal("10.0.0.7", await Run("get", "pod", "web-1", "-o", "jsonpath={.status.podIP}"));
        Assert.Contains("NotFound", await Fail("get", "pod", "nobody"), StringComparison.Ordinal);

        using var watch = Begin(null, "get", "pods", "-w", "--no-headers");
        Assert.StartsWith("web-1", await Line(watch), StringComparison.Ordinal);
        server.Put("pods", Manifests.Pod("shop", "web-2", "10.0.0.8", DateTimeOffset.UtcNow));
        Assert.StartsWith("web-2", await Line(watch), StringComparison.Ordinal);
        watch.Kill();
    }

    [SkippableFact]
    public async Task Apply_makes_changes_and_takes_away_what_a_manifest_no_longer_has()
    {
        await using var server = await Start();
        Assert.Contains("deployment.apps/web created", await Give(Deployment("app:1", "A", "B"), "apply", "-f", "-"), StringComparison.Ordinal);
        Assert.Contains("unchanged", await Give(Deployment("app:1", "A", "B"), "apply", "-f", "-"), StringComparison.Ordinal);
        // Somebody else's field, which kubectl does not know, stays.
        await Run("patch", "deployment", "web", "--type=merge", "-p", """{"spec":{"replicas":5}}""");
        Assert.Contains("configured", await Give(Deployment("app:2", "C", "A"), "apply", "-f", "-"), StringComparison.Ordinal);
        var stored = server.Store.Get(server.Type("deployments"), "shop", "web")!;
        var container = stored["spec"]!["template"]!["spec"]!["containers"]![0]!;
        Assert.Equal((5, "app:2"), ((int)stored["spec"]!["replicas"]!, (string?)container["image"]));
        Assert.Equal(["C", "A"], container["env"]!.AsArray().Select(static one => (string?)one!["name"]));
        Assert.Contains("deleted", await Run("delete", "deployment", "web", "--wait=false"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Server_side_apply_conflicts_with_whoever_owns_a_field_until_it_is_forced()
    {
        await using var server = await Start();
        await Give(Map("1"), "apply", "--server-side", "--field-manager=one", "-f", "-");
        await Give(Map("1"), "apply", "--server-side", "--field-manager=two", "-f", "-");
        Assert.Contains("conflict with \"one\": .data.rate", await Refuse(Map("2"), "apply", "--server-side", "--field-manager=two", "-f", "-"), StringComparison.Ordinal);
        await Give(Map("2"), "apply", "--server-side", "--force-conflicts", "--field-manager=two", "-f", "-");
        Assert.Equal("2", await Run("get", "configmap", "limits", "-o", "jsonpath={.data.rate}"));
    }

    [SkippableFact]
    public async Task Diff_shows_what_would_change_and_changes_nothing()
    {
        await using var server = await Start();
        await Give(Map("1"), "apply", "-f", "-");
        var (code, output, errors) = await Execute(Map("7"), "diff", "-f", "-");
        Assert.True(code == 1, errors);
        Assert.Contains("+  rate: \"7\"", output, StringComparison.Ordinal);
        Assert.Equal("1", await Run("get", "configmap", "limits", "-o", "jsonpath={.data.rate}"));
        Assert.Equal(0, (await Execute(Map("1"), "diff", "-f", "-")).Code);
    }

    private static string Map(string rate) => new JsonObject
    {
        ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = "limits", ["namespace"] = "shop" }, ["data"] = new JsonObject { ["rate"] = rate },
    }.ToJsonString();

    private static string Deployment(string image, params string[] variables) => new JsonObject
    {
        ["apiVersion"] = "apps/v1", ["kind"] = "Deployment", ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "shop" },
        ["spec"] = new JsonObject
        {
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "web" } },
                ["spec"] = new JsonObject
                {
                    ["containers"] = new JsonArray(new JsonObject
                    {
                        ["name"] = "main", ["image"] = image, ["env"] = new JsonArray([.. variables.Select(static name => (JsonNode)new JsonObject { ["name"] = name, ["value"] = "1" })]),
                    }),
                },
            },
        },
    }.ToJsonString();

    private string Config => Path.Combine(_folder.FullName, "config");

    private async Task<ApiServer> Start()
    {
        Skip.If(s_kubectl is null, "needs kubectl: ./dev test puts one into artifacts/tools");
        // Over plain HTTP kubectl sends no token.
        var server = await ApiServer.StartAsync(new ApiServerOptions { Tls = true });
        await File.WriteAllTextAsync(Config, server.Kubeconfig());
        return server;
    }

    private Task<string> Run(params string[] arguments) => Give(null, arguments);

    private async Task<string> Give(string? input, params string[] arguments)
    {
        var (code, output, errors) = await Execute(input, arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    private Task<string> Fail(params string[] arguments) => Refuse(null, arguments);

    private async Task<string> Refuse(string? input, params string[] arguments)
    {
        var (code, _, errors) = await Execute(input, arguments);
        Assert.NotEqual(0, code);
        return errors;
    }

    private async Task<(int Code, string Output, string Errors)> Execute(string? input, params string[] arguments)
    {
        using var process = Begin(input, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Lab.Patience);
        await process.WaitForExitAsync().WaitAsync(Lab.Patience);
        return (process.ExitCode, output, await errors);
    }

    private Process Begin(string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(s_kubectl!, ["--kubeconfig", Config, "--cache-dir", Path.Combine(_folder.FullName, "cache"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false),
        };
        start.Environment["HOME"] = _folder.FullName;
        var process = Process.Start(start)!;
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        return process;
    }

    private static async Task<string> Line(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Lab.Patience) ?? $"the watch ended: {await process.StandardError.ReadToEndAsync()}";
}
