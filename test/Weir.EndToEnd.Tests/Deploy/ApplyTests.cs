using Weir.EndToEnd.Tests.Support;
using Weir.Kubernetes.TestServer;
using Weir.Testing;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>A real kubectl applies what helm renders, and the plain manifests, to the API server of the tests.</summary>
public sealed class ApplyTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-apply-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The golden files are what helm renders: HelmTests compares them.</summary>
    [SkippableTheory]
    [InlineData("test/Weir.EndToEnd.Tests/Deploy/Golden/node.yaml")]
    [InlineData("test/Weir.EndToEnd.Tests/Deploy/Golden/ebpf.yaml")]
    [InlineData("test/Weir.EndToEnd.Tests/Deploy/Golden/split.yaml")]
    [InlineData("test/Weir.EndToEnd.Tests/Deploy/Golden/kernel.yaml")]
    [InlineData("test/Weir.EndToEnd.Tests/Deploy/Golden/clickhouse.yaml")]
    [InlineData("deploy/apisec/daemonset.yaml")]
    [InlineData("deploy/apisec/configmap.yaml")]
    [InlineData("deploy/ebpf/daemonset.yaml")]
    [InlineData("deploy/sniffer/daemonset.yaml")]
    [InlineData("deploy/rbac/center.yaml")]
    [InlineData("deploy/tetragon/tools-in-pods.yaml")]
    [InlineData("deploy/tetragon/stop-tools-in-namespace.yaml")]
    public async Task An_api_server_takes_every_object_and_finds_nothing_changed_the_second_time(string file)
    {
        Skip.IfNot(Child.Exists("kubectl"), "needs kubectl");
        await using var server = await ApiServer.StartAsync(new ApiServerOptions { Tls = true });
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "config"), server.Kubeconfig());
        var objects = YamlFile.Read(file).Documents.Count(static one => one is YamlMappingNode);
        Assert.True(objects > 0);
        foreach (var outcome in (string[])["created", "unchanged"])
        {
            var lines = await Apply(file);
            Assert.Equal(objects, lines.Length);
            // The selector of a disruption budget is patched as a whole, so kubectl sends it each time.
            Assert.All(lines.Where(static line => !line.StartsWith("poddisruptionbudget", StringComparison.Ordinal)), line => Assert.EndsWith($" {outcome}", line, StringComparison.Ordinal));
        }
    }

    private async Task<string[]> Apply(string file)
    {
        using var child = Child.Start(
            "kubectl", "--kubeconfig", Path.Combine(_folder.FullName, "config"), "--cache-dir", Path.Combine(_folder.FullName, "cache"), "apply", "-f", RepositoryRoot.Combine(file));
        var (code, output, errors) = await child.Finish(s_patience);
        Assert.True(code == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
