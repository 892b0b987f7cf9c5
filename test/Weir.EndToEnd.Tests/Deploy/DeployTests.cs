using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Weir.Testing.Corpus;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>The examples below deploy/: what they say to weir is understood, and they ask for no more rights than it needs.</summary>
public sealed partial class DeployTests : IDisposable
{
    private const string DaemonSetFile = "deploy/sniffer/daemonset.yaml";
    private const string PlainFile = "deploy/ebpf/daemonset.yaml";
    private const string ComposeFile = "deploy/compose/docker-compose.yaml";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-deploy-");

    private static YamlNode Pod => YamlFile.Find(YamlFile.Read(DaemonSetFile).OfKind("DaemonSet"), "spec", "template", "spec")!;

    private static YamlNode Container => YamlFile.Find(Pod, "containers", "0")!;

    private static Dictionary<string, string> Variables => YamlFile.Map(YamlFile.Read(DaemonSetFile).OfKind("ConfigMap"), "data");

    private static IEnumerable<YamlMappingNode> Services =>
        ((YamlMappingNode)YamlFile.Find(YamlFile.Read(ComposeFile).Documents[0], "services")!).Children.Values.Cast<YamlMappingNode>();

    [Fact]
    public void The_daemon_set_is_not_privileged_and_names_its_only_capability()
    {
        Assert.Equal("true", YamlFile.Text(Pod, "hostNetwork"));
        Assert.Equal("weir-sniffer", YamlFile.Text(Pod, "serviceAccountName"));
        foreach (var container in ((YamlSequenceNode)YamlFile.Find(Pod, "containers")!).Children)
        {
            var security = YamlFile.Find(container, "securityContext")!;
            Assert.Equal("false", YamlFile.Text(security, "allowPrivilegeEscalation"));
            Assert.Equal("true", YamlFile.Text(security, "readOnlyRootFilesystem"));
            Assert.Equal("RuntimeDefault", YamlFile.Text(security, "seccompProfile", "type"));
            Assert.Equal(["ALL"], YamlFile.Texts(security, "capabilities", "drop"));
            Assert.Equal(["NET_RAW"], YamlFile.Texts(security, "capabilities", "add"));
            Assert.NotNull(YamlFile.Text(container, "resources", "limits", "memory"));
        }

        Assert.Null(YamlFile.Find(Pod, "initContainers"));
        AssertWithoutMoreRights(YamlFile.Read(DaemonSetFile));
    }

    [Fact]
    public async Task The_plain_daemon_set_of_the_kernel_plane_is_found_by_its_label_and_has_two_capabilities()
    {
        var document = YamlFile.Read(PlainFile).OfKind("DaemonSet");
        Assert.Equal("ebpf-httpebpf", YamlFile.Text(document, "spec", "template", "metadata", "labels", "name"));
        var pod = YamlFile.Find(document, "spec", "template", "spec")!;
        Assert.Equal("true", YamlFile.Text(pod, "hostPID"));
        Assert.Null(YamlFile.Text(pod, "hostNetwork"));
        var container = YamlFile.Find(pod, "containers", "0")!;
        Assert.Equal(["BPF", "PERFMON"], YamlFile.Texts(container, "securityContext", "capabilities", "add"));
        Assert.Equal(["ALL"], YamlFile.Texts(container, "securityContext", "capabilities", "drop"));
        Assert.Equal("true", YamlFile.Text(container, "securityContext", "readOnlyRootFilesystem"));
        Assert.Equal("false", YamlFile.Text(container, "securityContext", "allowPrivilegeEscalation"));
        var arguments = YamlFile.Texts(container, "args");
        var known = Option().Matches(await WeirCommand.Output(arguments[0], "--help")).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(arguments.Where(argument => argument.StartsWith('-')), argument => Assert.Contains(argument, known));
    }

    /// <summary>With the rights of the manifest and no others; the log holds what its readers look for, and not what nobody may read.</summary>
    [SkippableFact]
    public async Task The_plain_daemon_set_s_command_tells_calls_under_its_capabilities()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        foreach (var program in (string[])["setpriv", "curl"]) Skip.IfNot(Child.Exists(program), $"needs {program}");
        var container = YamlFile.Find(YamlFile.Read(PlainFile).OfKind("DaemonSet"), "spec", "template", "spec", "containers", "0")!;
        var rights = string.Concat(YamlFile.Texts(container, "securityContext", "capabilities", "add").Select(one => $",+{one.ToLowerInvariant()}"));
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var weir = Child.Start(
            "setpriv",
            ["--bounding-set", $"-all{rights}", "--inh-caps", "-all", "--no-new-privs", "dotnet", WeirCommand.Assembly, .. YamlFile.Texts(container, "args"), "-p", port, "-n", "1", "--for", "60s"]);
        var calls = Call(listener, port, weir);
        var (code, output, errors) = await weir.Finish(TimeSpan.FromMinutes(2));
        await calls;
        Skip.If(code == 1 && errors.Contains("kernel", StringComparison.OrdinalIgnoreCase) && output.Length == 0, $"the kernel plane cannot be loaded here: {errors.Split('\n')[0]}");
        Assert.True(output.Length > 0, $"{code}: {errors}");
        Assert.Contains("\"name\":\"curl\"", output, StringComparison.Ordinal);
        Assert.Contains("username", output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t-canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_service_account_may_list_and_watch_what_names_are_made_of_and_nothing_else()
    {
        var rules = ((YamlSequenceNode)YamlFile.Find(YamlFile.Read(DaemonSetFile).OfKind("ClusterRole"), "rules")!).Children;
        Assert.All(rules, rule => Assert.Equal(["list", "watch"], YamlFile.Texts(rule, "verbs")));
        Assert.Equal(
            ["endpoints", "endpointslices", "jobs", "nodes", "pods", "replicasets", "services"],
            rules.SelectMany(rule => YamlFile.Texts(rule, "resources")).Order(StringComparer.Ordinal));
        Assert.All(rules, rule => Assert.Null(YamlFile.Find(rule, "nonResourceURLs")));
        Assert.Equal("weir-sniffer", YamlFile.Text(YamlFile.Read(DaemonSetFile).OfKind("ClusterRoleBinding"), "subjects", "0", "name"));
    }

    [Fact]
    public void The_compose_services_are_not_privileged_and_publish_to_this_machine_only()
    {
        AssertWithoutMoreRights(YamlFile.Read(ComposeFile));
        foreach (var service in Services)
        {
            Assert.Subset(new HashSet<string> { "NET_RAW" }, YamlFile.Texts(service, "cap_add").ToHashSet());
            Assert.All(YamlFile.Texts(service, "ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
            Assert.True(File.Exists(RepositoryRoot.Combine(YamlFile.Text(service, "build", "dockerfile")!)));
        }
    }

    [Fact]
    public async Task Every_argument_is_one_that_the_command_has()
    {
        var lines = Services.Select(service => YamlFile.Texts(service, "command")).Append(YamlFile.Texts(Container, "args")).Where(line => line.Count > 0).ToList();
        Assert.Equal(3, lines.Count);
        foreach (var line in lines)
        {
            var help = await WeirCommand.Output(line[0], "--help");
            var known = Option().Matches(help).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
            Assert.Contains("--help", known);
            Assert.All(line.Skip(1).Where(argument => argument.StartsWith('-')), argument => Assert.Contains(argument, known));
        }
    }

    [Fact]
    public void Every_variable_is_one_that_weir_reads()
    {
        var read = Directory.EnumerateFiles(RepositoryRoot.Combine("src/Weir"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Literal().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);
        var named = Variables.Keys
            .Concat(((YamlSequenceNode)YamlFile.Find(Container, "env")!).Children.Select(one => YamlFile.Text(one, "name")!))
            .Concat(Services.SelectMany(service => YamlFile.Map(service, "environment").Keys))
            .ToList();
        Assert.True(named.Count >= 7);
        Assert.All(named, name => Assert.Contains(name, read));
    }

    [Fact]
    public async Task The_daemon_set_s_variables_deliver()
    {
        using var server = new Delivery.StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        // Its address stands for one's own server; rules, ports and command are taken as they are.
        var environment = Variables;
        environment["USAGE_LOGGERS_URL"] = server.Url;
        environment["USAGE_LOGGERS_RULES"] += "\nallow_http_url";
        environment["WEIR_SPOOL"] = Path.Combine(_folder.FullName, "spool");
        using var child = WeirCommand.Start(environment, [.. YamlFile.Texts(Container, "args"), "-r", CorpusFolder.Input("http1/keep-alive-json")]);
        var (code, _, errors) = await child.Finish(Limit);
        Assert.True(code == 0, errors);
        Assert.Equal(2, server.Journal().Count(line => line[0] == '['));
    }

    [Fact]
    public async Task The_rules_of_both_examples_are_understood()
    {
        foreach (var rules in Services.Select(service => YamlFile.Text(service, "environment", "USAGE_LOGGERS_RULES")).Append(Variables["USAGE_LOGGERS_RULES"]).Where(rules => rules is not null))
        {
            using var child = WeirCommand.Start(new Dictionary<string, string> { ["USAGE_LOGGERS_RULES"] = rules! }, "rules", "check");
            var (code, _, errors) = await child.Finish(Limit);
            Assert.True(code == 0, $"{rules}: {errors}");
        }
    }

    [Fact]
    public void What_is_mounted_is_there()
    {
        var volumes = ((YamlSequenceNode)YamlFile.Find(Pod, "volumes")!).Children.Select(one => YamlFile.Text(one, "name")).ToHashSet();
        var mounts = ((YamlSequenceNode)YamlFile.Find(Container, "volumeMounts")!).Children;
        Assert.All(mounts, mount => Assert.Contains(YamlFile.Text(mount, "name"), volumes));
        // Where the spool of a privileged process is unless WEIR_SPOOL says otherwise: the root file system cannot be written to.
        Assert.Contains("/var/lib/weir/spool", mounts.Select(mount => YamlFile.Text(mount, "mountPath")));
    }

    [SkippableFact]
    public async Task Kubectl_reads_the_manifests()
    {
        Skip.IfNot(Child.Exists("kubectl"), "needs kubectl");
        File.Copy(RepositoryRoot.Combine(DaemonSetFile), Path.Combine(_folder.FullName, "daemonset.yaml"));
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "kustomization.yaml"), "resources: [daemonset.yaml]\n");
        var output = await Child.Output("kubectl", "kustomize", _folder.FullName);
        foreach (var kind in (string[])["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ConfigMap", "DaemonSet"]) Assert.Contains($"kind: {kind}\n", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_api_server_takes_the_manifests()
    {
        Skip.IfNot(Child.Exists("kubectl"), "needs kubectl");
        using var version = Child.Start("kubectl", "version", "--request-timeout=5s");
        var (reachable, _, why) = await version.Finish(Limit);
        Skip.IfNot(reachable == 0, $"needs a Kubernetes API server, whose schemas also a client-side dry run asks for: {why.Split('\n')[0]}");
        using var apply = Child.Start("kubectl", "apply", "--dry-run=client", "-f", RepositoryRoot.Combine(DaemonSetFile));
        var (code, _, errors) = await apply.Finish(Limit);
        Assert.True(code == 0, errors);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Logs in again and again, until weir has seen it and ended.</summary>
    private static async Task Call(System.Net.Sockets.TcpListener listener, string port, Child weir)
    {
        while (!weir.HasExited)
        {
            using var curl = Child.Start("curl", "-s", "-m", "5", "-H", "Content-Type: application/json", "-d", """{"username":"ada","password":"s3cr3t-canary"}""", $"http://127.0.0.1:{port}/login?q=123");
            using (var client = await listener.AcceptTcpClientAsync())
            {
                Assert.True(await client.GetStream().ReadAsync(new byte[4096]) > 0);
                await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
            }

            await curl.Finish(Limit);
            await Task.Delay(200);
        }
    }

    private static void AssertWithoutMoreRights(YamlFile file)
    {
        foreach (var map in file.Documents.SelectMany(YamlFile.Mappings))
        {
            foreach (var right in (string[])["privileged", "hostPID", "hostIPC", "pid", "ipc", "userns_mode", "procMount"])
                Assert.True(YamlFile.Text(map, right) is null or "false", $"{right}: {YamlFile.Text(map, right)}");
        }
    }

    [GeneratedRegex(@"(?<![\w-])--?[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"""([A-Z][A-Z0-9_]{5,})""")]
    private static partial Regex Literal();
}
