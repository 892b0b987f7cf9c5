using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Support;
using Weir.Export.Apisec;
using Weir.Testing;
using Weir.Testing.Corpus;
using YamlDotNet.RepresentationModel;

namespace Weir.EndToEnd.Tests.Deploy;

/// <summary>deploy/apisec: it takes the old one's place, asks for fewer rights, and the scripts do what they say.</summary>
public sealed partial class ApisecDeployTests : IDisposable
{
    private const string Folder = "deploy/apisec";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-apisec-deploy-");

    private static YamlNode DaemonSet => YamlFile.Read($"{Folder}/daemonset.yaml").OfKind("DaemonSet");

    private static YamlNode Pod => YamlFile.Find(DaemonSet, "spec", "template", "spec")!;

    private static YamlNode Container => YamlFile.Find(Pod, "containers", "0")!;

    private static IEnumerable<YamlNode> Items(params string[] path) => ((YamlSequenceNode)YamlFile.Find(Pod, path)!).Children;

    [Fact]
    public void It_has_the_names_labels_and_variables_of_the_one_that_it_replaces()
    {
        Assert.Equal(("traffic-monitor", "kube-system"), (YamlFile.Text(DaemonSet, "metadata", "name"), YamlFile.Text(DaemonSet, "metadata", "namespace")));
        foreach (var path in (string[][])[["metadata", "labels"], ["spec", "selector", "matchLabels"], ["spec", "template", "metadata", "labels"]])
            Assert.Equal("traffic-monitor", YamlFile.Text(DaemonSet, [.. path, "app"]));
        var variables = Items("containers", "0", "env").ToDictionary(one => YamlFile.Text(one, "name")!, one => YamlFile.Text(one, "value"));
        Assert.All((string[])["NODE_NAME", "OUTPUT_FILE", "ENABLE_APISEC_INTEGRATION", "SERVICE_CONFIG_PATH", "CLEAR_SAVED_MAPPINGS"], name => Assert.Contains(name, variables.Keys));
        Assert.Equal("/etc/traffic-monitor/service_config.json", variables["SERVICE_CONFIG_PATH"]);
        Assert.DoesNotContain("APISEC_TOKEN", variables.Keys);
        var map = YamlFile.Read($"{Folder}/configmap.yaml").OfKind("ConfigMap");
        Assert.Equal("traffic-monitor-config", YamlFile.Text(map, "metadata", "name"));
        Assert.True(ApisecConfiguration.TryParse(System.Text.Encoding.UTF8.GetBytes(YamlFile.Text(map, "data", "service_config.json")!), out var configuration, out _));
        Assert.Null(configuration.ApiKey);
    }

    [Fact]
    public void It_is_not_privileged_reads_the_token_from_a_Secret_and_writes_only_where_something_is_mounted()
    {
        Assert.All(YamlFile.Mappings(DaemonSet), map => Assert.All((string[])["privileged", "hostPID", "hostIPC"], right => Assert.Null(YamlFile.Text(map, right))));
        var security = YamlFile.Find(Container, "securityContext")!;
        Assert.Equal("false", YamlFile.Text(security, "allowPrivilegeEscalation"));
        Assert.Equal("true", YamlFile.Text(security, "readOnlyRootFilesystem"));
        Assert.Equal(["ALL"], YamlFile.Texts(security, "capabilities", "drop"));
        Assert.Equal(["NET_RAW"], YamlFile.Texts(security, "capabilities", "add"));
        var volumes = Items("volumes").ToDictionary(one => YamlFile.Text(one, "name")!, one => one);
        Assert.Equal("traffic-monitor-apisec", YamlFile.Text(volumes["token"], "secret", "secretName"));
        Assert.Equal("true", YamlFile.Text(volumes["token"], "secret", "optional"));
        Assert.NotNull(YamlFile.Text(volumes["tmp"], "emptyDir", "sizeLimit"));
        foreach (var mount in Items("containers", "0", "volumeMounts"))
        {
            Assert.True(volumes.ContainsKey(YamlFile.Text(mount, "name")!));
            if (YamlFile.Text(mount, "name") is "config" or "token") Assert.Equal("true", YamlFile.Text(mount, "readOnly"));
        }
    }

    [Fact]
    public async Task Its_arguments_and_variables_are_ones_that_weir_reads()
    {
        var arguments = YamlFile.Texts(Container, "args");
        var help = await WeirCommand.Output(arguments[0], "--help");
        Assert.All(arguments.Where(argument => argument.StartsWith("--", StringComparison.Ordinal)), argument => Assert.Contains(argument, help, StringComparison.Ordinal));
        var read = Directory.EnumerateFiles(RepositoryRoot.Combine("src/Weir"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.All(Items("containers", "0", "env").Select(one => YamlFile.Text(one, "name")!), name => Assert.Contains(read, text => text.Contains($"\"{name}\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Extract_endpoints_and_setup_config_call_weir()
    {
        var events = Path.Combine(_folder.FullName, "endpoints.json");
        await WeirCommand.Output("sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", $"captured:{events}");
        var file = Path.Combine(_folder.FullName, "captured-endpoints.json");
        await Script("extract-endpoints.sh", "-r", events, "-o", file, "--new-only");
        await Script("extract-endpoints.sh", "-r", events, "-o", file, "--new-only", "--clear");
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal(File.ReadLines(events).Count(), document.RootElement.GetProperty("endpoints").GetArrayLength());
        await Script("setup-config.sh", "--non-interactive", "-d", _folder.FullName, "--map", "orders=a/b");
        Assert.Contains("orders", await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "configmap.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_endpoints_fetches_the_file_of_a_monitors_pod()
    {
        var events = Path.Combine(_folder.FullName, "in-the-pod.json");
        await WeirCommand.Output("sniff", "-r", CorpusFolder.Input("http1/keep-alive-json"), "-o", $"captured:{events}");
        // A kubectl that knows one namespace with one pod, and writes down what it was asked.
        var asked = Path.Combine(_folder.FullName, "asked");
        Program("kubectl", $"""
            echo "$*" >> '{asked}'
            case "$*" in
                "-n monitoring get pods -l app=traffic-monitor "*) printf traffic-monitor-x1 ;;
                *" get pods "*) ;;
                "-n monitoring exec traffic-monitor-x1 -- cat /tmp/endpoints.json") cat '{events}' ;;
                *) exit 9 ;;
            esac
            """);
        var file = Path.Combine(_folder.FullName, "captured-endpoints.json");
        await Script("extract-endpoints.sh", "-n", "monitoring", "-o", file, "--include-health-checks");
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        Assert.Equal(File.ReadLines(events).Count(), document.RootElement.GetProperty("endpoints").GetArrayLength());
        Assert.Equal(2, File.ReadLines(asked).Count());
        var (code, errors) = await TryScript("extract-endpoints.sh", "-n", "elsewhere", "-o", file);
        Assert.Equal(1, code);
        Assert.Contains("no pod with label app=traffic-monitor in elsewhere", errors, StringComparison.Ordinal);
        Assert.Equal(2, (await TryScript("extract-endpoints.sh", "--nonsense")).Code);
    }

    [Fact]
    public async Task Manual_calls_make_one_call_to_every_route_of_the_example_services()
    {
        using var listener = new System.Net.HttpListener();
        var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        var port = ((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var address = $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
        listener.Prefixes.Add(address + "/");
        listener.Start();
        var seen = new List<string>();
        var server = Task.Run(async () =>
        {
            while (seen.Count < 25)
            {
                var context = await listener.GetContextAsync();
                seen.Add($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}");
                context.Response.Close();
            }
        });
        await Script("manual-calls.sh", address, address);
        await server.WaitAsync(Limit);
        foreach (var route in (string[])["GET /api/v1/users/1", "PATCH /api/v1/users/1", "GET /api/v1/inventory/summary", "POST /api/v2/orders", "GET /api/v2/reports/sales"]) Assert.Contains(route, seen);
    }

    [Fact]
    public void Each_script_has_a_twin_for_PowerShell_that_calls_the_same_command()
    {
        foreach (var script in Directory.GetFiles(RepositoryRoot.Combine(Folder), "*.sh"))
        {
            var twin = File.ReadAllText(Path.ChangeExtension(script, ".ps1"));
            var commands = Command().Matches(File.ReadAllText(script)).Select(match => match.Groups[1].Value).ToHashSet();
            Assert.NotEmpty(commands);
            Assert.All(commands, command => Assert.Matches($@"\$weir {command}\b|'{command}'", twin));
            // No PowerShell is at hand where these tests run: that strings and brackets are closed is what can be told without one.
            var bare = Quoted().Replace(string.Join('\n', twin.Split('\n').Select(static line => line.TrimStart().StartsWith('#') ? "" : line)), "");
            Assert.DoesNotMatch("['\"]", bare);
            foreach (var pair in (string[])["()", "[]", "{}"]) Assert.Equal(bare.Count(c => c == pair[0]), bare.Count(c => c == pair[1]));
            Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute));
        }
    }

    [SkippableFact]
    public async Task The_scripts_are_clean_for_shellcheck()
    {
        Skip.IfNot(Child.Exists("shellcheck"), "needs shellcheck");
        await Child.Output("shellcheck", Directory.GetFiles(RepositoryRoot.Combine(Folder), "*.sh"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task Script(string name, params string[] arguments)
    {
        var (code, errors) = await TryScript(name, arguments);
        Assert.True(code == 0, $"{name}: {errors}");
    }

    private async Task<(int Code, string Errors)> TryScript(string name, params string[] arguments)
    {
        // weir as a program of its own, as it is where it was installed; programs of the test before all others.
        var weir = Program("weir", $"exec dotnet '{WeirCommand.Assembly}' \"$@\"");
        var environment = new Dictionary<string, string> { ["WEIR"] = weir, ["PATH"] = $"{_folder.FullName}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}" };
        using var child = Child.Start("sh", [RepositoryRoot.Combine($"{Folder}/{name}"), .. arguments], environment);
        var (code, output, errors) = await child.Finish(Limit);
        return (code, output + errors);
    }

    private string Program(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    [GeneratedRegex(@"'[^'\n]*'|""[^""\n]*""")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"""\$weir"" ([a-z]+)")]
    private static partial Regex Command();
}
