using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Kubernetes.TestServer;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary>Names on records, of a cluster and of a file, as the built command writes them.</summary>
public sealed class IdentityTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Before the capture, which is of 14 November 2023, 22:13:20.</summary>
    private static readonly DateTimeOffset s_before = new(2023, 11, 14, 22, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-identity-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [Fact]
    public async Task A_capture_is_named_by_the_cluster_of_a_kubeconfig()
    {
        await using var server = await Shop();
        var records = await WeirCommand.Read(Capture, "--kubeconfig", await Kubeconfig(server), "-w", "dst.workload.name == \"orders\" && src.unknown == \"\"");
        Assert.Equal(2, records.Count);
        var to = records[0].GetProperty("server");
        Assert.Equal(
            ("shop", "orders-7d-b", "orders", "Deployment", "orders", "node-1", "pod_ip"),
            (Text(to, "namespace"), Text(to, "pod"), Text(to, "workload"), Text(to, "workloadKind"), Text(to, "service"), Text(to, "node"), Text(to, "resolution")));
        Assert.Equal("{\"app\":\"web\"}", records[0].GetProperty("client").GetProperty("labels").GetRawText());
    }

    [Theory]
    [InlineData(2, "--input-raw", "k8s://shop/pod/orders-7d-b:8080")]
    [InlineData(0, "--input-raw", "k8s://shop/pod/orders-7d-b:80,443")]
    [InlineData(2, "--input-raw", "k8s://shop/service/orders:")]
    [InlineData(0, "--input-raw", "k8s://shop/service/web:")]
    [InlineData(2, "--input-raw", "k8s://shop/service")]
    [InlineData(0, "--input-raw", "k8s://other/service")]
    [InlineData(2, "--input-raw", "k8s://deployment/orders:8080")]
    [InlineData(0, "--input-raw", "k8s://daemonset/orders:8080")]
    [InlineData(2, "--input-raw", "k8s://shop/labelSelector/app=orders:8080,9090")]
    [InlineData(0, "--input-raw", "k8s://labelSelector/app=orders,tier=front:8080")]
    [InlineData(2, "--input-raw", "k8s://shop/pod/nobody:80", "--input-raw", "k8s://shop/pod/orders-7d-b:8080")]
    [InlineData(2, "--input-raw", "k8s://service:", "--input-raw-k8s-skip-ns", "kube-system", "--input-raw-k8s-skip-svc", "kubernetes")]
    [InlineData(0, "--input-raw", "k8s://service:", "--input-raw-k8s-skip-ns", "kube-system", "--input-raw-k8s-skip-ns", "shop")]
    [InlineData(0, "--input-raw", "k8s://service:", "--input-raw-k8s-skip-svc", "orders")]
    [InlineData(1, "--input-raw", "k8s://shop/service/orders:", "--where", "path.contains(\"/\") && method == \"POST\"")]
    public async Task Pods_are_selected_as_GoReplay_selects_them(int calls, params string[] selection)
    {
        await using var server = await Shop();
        Assert.Equal(calls, (await WeirCommand.Read(Capture, ["--kubeconfig", await Kubeconfig(server), .. selection])).Count);
    }

    [Fact]
    public async Task A_cluster_that_cannot_say_who_was_there_fails_the_command_with_the_missing_rule()
    {
        await using var server = await Shop();
        server.Access.Forbid("list", "pods");
        using var child = WeirCommand.Start("sniff", "-r", Capture, "--kubeconfig", await Kubeconfig(server));
        var (code, output, errors) = await child.Finish(Limit);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("test-user may not list pods in the whole cluster. Missing is a rule {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\", \"watch\"]}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_a_file_are_written_and_a_wrong_line_is_named()
    {
        var names = Path.Combine(_folder.FullName, "names");
        await File.WriteAllTextAsync(names, "10.0.0.2:8080 shop/orders\n");
        var records = await WeirCommand.Read(Capture, "--names", names);
        Assert.Equal("orders configured", $"{Text(records[0].GetProperty("server"), "workload")} {Text(records[0].GetProperty("server"), "resolution")}");
        Assert.False(records[0].GetProperty("client").TryGetProperty("resolution", out _));
        await File.WriteAllTextAsync(names, "10.0.0 orders\n");
        using var child = WeirCommand.Start("sniff", "-r", Capture, "--names", names);
        var (code, _, errors) = await child.Finish(Limit);
        Assert.Equal(2, code);
        Assert.Contains("line 1: '10.0.0' is no address", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_asks_the_server_and_names_missing_rights()
    {
        await using var server = await Shop();
        server.Access.Forbid("watch", "replicasets");
        var (_, report, _) = await DoctorCommandTests.Ask("dotnet", WeirCommand.Assembly, "doctor", "--json", "--data", _folder.FullName, "--kubeconfig", await Kubeconfig(server));
        var checks = DoctorCommandTests.Checks(report);
        Assert.Contains("v1.32.0-test at http://127.0.0.1:", checks["kubernetes"].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("may not watch replicasets.apps", checks["kubernetes-rights"].GetProperty("detail").GetString());
        Assert.Contains("weir-identity", checks["kubernetes-rights"].GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string> Kubeconfig(ApiServer server)
    {
        var file = Path.Combine(_folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(file, server.Kubeconfig());
        return file;
    }

    private static async Task<ApiServer> Shop()
    {
        var server = await ApiServer.StartAsync();
        server.Put("nodes", Manifests.Node("node-1", "192.0.2.1", "10.0.0.0/24"));
        server.Put("replicasets", Manifests.Owner("shop", "orders-7d", "Deployment/orders"));
        server.Put("pods", Manifests.Pod("shop", "web-5c-a", "10.0.0.1", s_before, "ReplicaSet/web-5c", labels: "app=web"));
        server.Put("pods", Manifests.Pod("shop", "orders-7d-b", "10.0.0.2", s_before, "ReplicaSet/orders-7d", labels: "app=orders"));
        server.Put("services", Manifests.Service("shop", "orders", "10.96.0.10", 8080));
        server.Put("endpointslices", Manifests.Slice("shop", "orders", 8080, "orders-7d-b=10.0.0.2"));
        return server;
    }

    private static string? Text(JsonElement peer, string name) => peer.TryGetProperty(name, out var value) ? value.GetString() : null;
}
