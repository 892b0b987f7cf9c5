using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.EndToEnd.Tests.Support;
using Weir.Kubernetes.TestServer;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Documentation;

/// <summary>
/// What a reader of the documentation has: captures, a store, keys, a configuration or two, a cluster. Made once; each page works on a copy, on a
/// machine (network, mounts, processes) of its own, so that nothing of it is seen outside and pages run beside one another.
/// </summary>
public sealed class ReaderMachine : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-docs-");
    private ApiServer? _cluster;

    /// <summary>Why no page can be run here; null when it can.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() ? "Linux"
        : !Environment.IsPrivilegedProcess ? "root, for namespaces"
        : new[] { "unshare", "ip", "mount", "bash", "curl", "python3", "openssl", "jq" }.FirstOrDefault(tool => !Child.Exists(tool));

    /// <summary>Socket planes can be loaded into this kernel.</summary>
    public bool HasEbpf { get; private set; }

    private static string Scripts => RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Documentation");

    private string Base => Path.Combine(_folder.FullName, "base");

    public async Task InitializeAsync()
    {
        if (Missing is not null) return;
        foreach (var name in new[] { "etc", "etc-weir/tls", "secrets", "home/.kube", "home/.config/weir", "work", "bin" }) Directory.CreateDirectory(Path.Combine(Base, name));
        await WriteSecrets();
        await WriteFiles();
        _cluster = await ApiServer.StartAsync(new ApiServerOptions { Tls = true, Socket = Path.Combine(_folder.FullName, "cluster.sock"), Advertised = new Uri("https://127.0.0.1:6443") });
        Furnish(_cluster);
        File.CreateSymbolicLink(Path.Combine(Base, "cluster"), Path.Combine(_folder.FullName, "cluster.sock"));
        // As a person has it: the context of the examples is the current one.
        var kubeconfig = _cluster.Kubeconfig().Replace("current-context: test", "current-context: prod", StringComparison.Ordinal).Replace("- name: test\n  context", "- name: prod\n  context", StringComparison.Ordinal);
        foreach (var path in new[] { "home/.kube/config", "etc-weir/kubeconfig" }) await File.WriteAllTextAsync(Path.Combine(Base, path), kubeconfig);
        var (code, output, errors) = await Run(Base, Path.Combine(Scripts, "prepare.sh"));
        Assert.True(code == 0, $"the files of the documentation could not be made: {output}\n{errors}");
        File.Delete(Path.Combine(Base, "world.ready"));
        Directory.Delete(Path.Combine(Base, "etc"), recursive: true);
        Directory.CreateDirectory(Path.Combine(Base, "etc"));
        using var doctor = JsonDocument.Parse((await Outcome(WeirCommand.Start("doctor", "--json"))).Output);
        HasEbpf = doctor.RootElement.GetProperty("checks").EnumerateArray().Any(one => one.GetProperty("title").GetString()!.Contains("--source ebpf", StringComparison.Ordinal) && one.GetProperty("verdict").GetString() == "yes");
    }

    /// <summary>A copy of everything, for one page.</summary>
    public async Task<string> Copy(string name)
    {
        var folder = Path.Combine(_folder.FullName, name);
        await Child.Output("cp", "-a", Base, folder);
        var work = Path.Combine(folder, "work");
        // A checkout, in which ./dev finds the program that it would have built.
        foreach (var entry in new[] { "dev", "deploy", "examples", "models", "docs" }) File.CreateSymbolicLink(Path.Combine(work, entry), RepositoryRoot.Combine(entry));
        await Child.Output("cp", "-rL", RepositoryRoot.Combine("deploy/helm/weir"), Path.Combine(work, "charts/shop"));
        Directory.CreateDirectory(Path.Combine(work, "src/Weir/bin/Release/net10.0"));
        Script(Path.Combine(work, "src/Weir/bin/Release/net10.0/weir"), "#!/bin/sh\nexec weir \"$@\"\n");
        foreach (var program in new[] { "weir", "tcpdump" }) File.CreateSymbolicLink(Path.Combine(folder, "bin", program), Path.Combine(Scripts, "until-it-works.sh"));
        Script(Path.Combine(folder, "bin/trivy"), $$$"""
            #!/bin/sh
            if [ "$1" = version ]; then echo '{"Version":"0.70.0","VulnerabilityDB":{"Version":2,"UpdatedAt":"2026-11-20T12:00:00Z"}}'; else cat '{{{work}}}/report.json'; fi

            """);
        var helm = RepositoryRoot.Combine("artifacts/tools/helm");
        if (File.Exists(helm)) File.CreateSymbolicLink(Path.Combine(folder, "bin/helm"), helm);
        return folder;
    }

    /// <summary>Runs a script on a machine that has a folder's files.</summary>
    public async Task<(int Code, string Output, string Errors)> Run(string folder, string script) => await Outcome(Child.Start(
        "unshare",
        ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", Path.Combine(Scripts, "machine.sh"), folder, script],
        new Dictionary<string, string>(Login.Environment)
        {
            ["WEIR_ASSEMBLY"] = WeirCommand.Assembly, ["WEIR_MODEL"] = RepositoryRoot.Combine("models/clstm.onnx"), ["WEIR_EXAMPLES"] = RepositoryRoot.Combine("examples"),
            ["APISEC_TOKEN"] = "made-up-for-this-test",
        }));

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<(int Code, string Output, string Errors)> Outcome(Child child)
    {
        using (child) return await child.Finish(s_patience);
    }

    private static void Script(string path, string text)
    {
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task WriteSecrets()
    {
        var tls = Path.Combine(Base, "etc-weir/tls");
        var names = string.Join(',', new[] { "usage.example", "staging", "weir.example", "host", "center", "center.weir", "receiver.example" }.Select(name => $"DNS:{name}"));
        await Child.Output("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", $"{tls}/center.key", "-out", $"{tls}/center.pem", "-days", "2", "-subj", "/CN=weir.example", "-addext", $"subjectAltName={names}");
        foreach (var copy in new[] { "ca.pem", "probe.pem" }) File.Copy($"{tls}/center.pem", $"{tls}/{copy}");
        File.Copy($"{tls}/center.key", $"{tls}/probe.key");
        foreach (var name in new[] { "token", "tokens", "influx", "clickhouse-password" }) await File.WriteAllTextAsync(Path.Combine(Base, "etc-weir", name), "made-up-for-this-test\n");
        await File.WriteAllTextAsync(Path.Combine(Base, "etc-weir/rules.txt"), "include weir\n");
        await File.WriteAllTextAsync(Path.Combine(Base, "home/.config/weir/token"), "made-up-for-this-test\n");
        var secrets = Path.Combine(Base, "secrets");
        await File.WriteAllTextAsync(Path.Combine(secrets, "oidc"), "made-up-for-this-test\n");
        await File.WriteAllTextAsync(Path.Combine(secrets, "slack-webhook"), "https://receiver.example/services/made-up\n");
        await File.WriteAllTextAsync(Path.Combine(secrets, "webhook"), Convert.ToBase64String(new byte[32]) + "\n");
        var account = new JsonObject
        {
            ["type"] = "service_account", ["project_id"] = "made-up", ["private_key_id"] = "1", ["private_key"] = await Child.Output("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
            ["client_email"] = "weir@made-up.example", ["token_uri"] = "https://receiver.example/token",
        };
        await File.WriteAllTextAsync(Path.Combine(secrets, "firebase.json"), account.ToJsonString());
    }

    private async Task WriteFiles()
    {
        var work = Path.Combine(Base, "work");
        foreach (var (name, source) in new[] { ("ca.pem", "center.pem"), ("client.pem", "center.pem"), ("client.key", "center.key") }) File.Copy(Path.Combine(Base, "etc-weir/tls", source), Path.Combine(work, name));
        File.Copy(RepositoryRoot.Combine("deploy/tetragon/tools-in-pods.yaml"), Path.Combine(work, "policy.yaml"));
        await File.WriteAllTextAsync(Path.Combine(work, "service_config.json"), """{"apiUrl":"https://usage.example","serviceMappings":{"orders":{"appId":"1","instanceId":"2"}}}""");
        await File.WriteAllTextAsync(Path.Combine(work, "report.json"), """
            {"SchemaVersion":2,"ArtifactName":"nginx:1.27.3","ArtifactType":"container_image","Results":[{"Target":"debian","Class":"os-pkgs","Type":"debian","Vulnerabilities":[
            {"VulnerabilityID":"CVE-2024-0001","PkgName":"openssl","InstalledVersion":"3.0.1","FixedVersion":"3.0.2","Severity":"HIGH","Title":"made up"}]}]}
            """);
    }

    private static void Furnish(ApiServer cluster)
    {
        JsonObject Named(string? space, string name) => new() { ["metadata"] = space is null ? new JsonObject { ["name"] = name } : new JsonObject { ["name"] = name, ["namespace"] = space } };
        cluster.Put("namespaces", Named(null, "shop"));
        cluster.Put("nodes", Kubernetes.TestServer.Manifests.Node("node-1", "192.0.2.1", "10.0.0.0/24"));
        cluster.Put("pods", Kubernetes.TestServer.Manifests.Pod("shop", "orders-5c9f", "10.0.0.9", DateTimeOffset.UtcNow.AddHours(-3)));
        cluster.Put("services", Kubernetes.TestServer.Manifests.Service("shop", "orders", "10.96.0.10", 8080));
        cluster.Put("ingressclasses", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "edge" }, ["spec"] = new JsonObject { ["controller"] = "k8s.io/ingress-nginx" } });
        var ingress = Named("shop", "web");
        ingress["spec"] = JsonNode.Parse("""{"ingressClassName":"edge","rules":[{"http":{"paths":[{"path":"/","backend":{"service":{"name":"orders"}}}]}}]}""");
        cluster.Put("ingresses", ingress);
        var policy = Named(null, "weir-tools-in-pods");
        policy["spec"] = new JsonObject();
        cluster.Put("tracingpolicies", policy);
    }
}
