using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>
/// Every variable of the network sniffer's container. What is captured live shows in the line "capturing on …", in the counters and
/// in the kernel's list of packet sockets; the rest in what is delivered.
/// </summary>
public sealed class SnifferEnvironmentTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-environment-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [Theory]
    [InlineData("1", true)]
    [InlineData("t", true)]
    [InlineData("T", true)]
    [InlineData("TRUE", true)]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("yes", false)]
    [InlineData("", false)]
    public async Task Usage_loggers_disable_is_a_boolean_of_Go(string value, bool disables)
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        var (code, _, errors) = await Run(["sniff", "-r", Capture], ("USAGE_LOGGERS_DISABLE", value), ("USAGE_LOGGERS_URL", server.Url), ("USAGE_LOGGERS_RULES", "include debug"));
        Assert.Equal(0, code);
        Assert.Equal(disables ? 0 : 2, server.Journal().Count(line => line[0] == '['));
        Assert.Equal(disables, errors.Contains("USAGE_LOGGERS_DISABLE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("APP_PORTS", "8080", 2)]
    [InlineData("APP_PORTS", "80,8080", 2)]
    [InlineData("APP_PORTS", "80", 0)]
    [InlineData("APP_PORTS", "", 2)]
    [InlineData("APP_PORT", "8080", 2)]
    [InlineData("APP_PORT", "80", 0)]
    public async Task Ports_choose_the_calls(string name, string value, int calls)
    {
        var (code, output, _) = await Run(["sniff", "-r", Capture, "-o", "jsonl"], (name, value));
        Assert.Equal(0, code);
        Assert.Equal(calls, WeirCommand.Records(output).Count);
    }

    [Fact]
    public async Task App_ports_wins_over_app_port() =>
        Assert.Equal(2, WeirCommand.Records((await Run(["sniff", "-r", Capture, "-o", "jsonl"], ("APP_PORTS", "8080"), ("APP_PORT", "80"))).Output).Count);

    [SkippableTheory]
    [InlineData("NET_DEVICE", "lo")]
    [InlineData("VPC_MIRROR_DEVICE", "lo")]
    public async Task A_device_is_captured_on(string name, string value) => await Captures("capturing on lo\n", (name, value));

    [SkippableFact]
    public async Task Net_device_wins_over_vpc_mirror_device() =>
        await Captures("capturing on lo\n", ("NET_DEVICE", "lo"), ("VPC_MIRROR_DEVICE", "nothing0"));

    [SkippableTheory]
    [InlineData("NET_DEVICE", "nothing0")]
    [InlineData("VPC_MIRROR_DEVICE", "nothing0")]
    public async Task A_device_that_is_not_there_is_told(string name, string value)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        var (code, _, errors) = await Run(["sniff", "-o", "none", "--for", "1s"], (name, value));
        Assert.Equal(1, code);
        Assert.Contains("no interface \"nothing0\"", errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("mirror")]
    [InlineData("vxlan")]
    public async Task A_mirror_is_received_on_its_port(string engine)
    {
        var port = FreeUdpPort();
        await Captures($"{port}", ("SNIFFER_ENGINE", engine), ("SNIFFER_MIRROR_VXLANPORT", port), ("SNIFFER_MIRROR_VNIS", "7,-9"));
        var (code, _, errors) = await Run(["sniff", "-o", "none"], ("SNIFFER_ENGINE", engine), ("SNIFFER_MIRROR_VNIS", "seven"));
        Assert.Equal(2, code);
        Assert.Contains("seven", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Networks_of_a_mirror_are_chosen_in_captures_too()
    {
        var capture = CorpusFolder.Input("tunnels/vxlan");
        foreach (var (vnis, calls) in ((string, int)[])[("", 1), ("42", 1), ("7", 0), ("-42", 0), ("-7", 1)])
            Assert.Equal(calls, WeirCommand.Records((await Run(["sniff", "-r", capture, "-o", "jsonl"], ("SNIFFER_MIRROR_VNIS", vnis))).Output).Count);
    }

    [SkippableTheory]
    [InlineData("--input-raw k8s://service:")]
    [InlineData("  --input-raw  k8s://service:  --input-raw-k8s-nomatch-nocap --input-raw-ignore-interface cbr0 ")]
    public async Task K8s_captures_the_whole_node_whatever_the_other_variables_say(string input)
    {
        var errors = await Captures("capturing on", ("SNIFFER_ENGINE", "k8s"), ("K8S_INPUT", input), ("NET_DEVICE", "nothing0"), ("APP_PORTS", "no port"));
        Assert.Contains("lo", errors.Split("capturing on")[1].Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("captures every interface of the node", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--input-raw k8s://shop/service/web:80", "dst.service.name == \"web\" && dst.port in [80]")]
    [InlineData("--input-raw k8s://service: --input-raw-k8s-skip-ns kube-system", "dst.namespace != \"kube-system\"")]
    [InlineData("--input-raw k8s://service: --input-raw-k8s-skip-svc kubernetes", "--kubeconfig")]
    [InlineData("", "K8S_INPUT")]
    public async Task K8s_selections_without_a_cluster_are_refused_with_what_they_ask(string input, string reason)
    {
        var (code, _, errors) = await Run(["sniff", "-o", "none"], ("SNIFFER_ENGINE", "k8s"), ("K8S_INPUT", input));
        Assert.Equal(2, code);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_engine_is_told_and_means_plain_capture()
    {
        var (code, _, errors) = await Run(["sniff", "-r", Capture, "-o", "none"], ("SNIFFER_ENGINE", "turbo"));
        Assert.Equal(0, code);
        Assert.Contains("SNIFFER_ENGINE=turbo", errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("SNIFFER_PCAP_BUFFER_SIZE", "8388608")]
    [InlineData("SNIFFER_PCAP_BUFFER_SIZE", "0")]
    [InlineData("SNIFFER_PROMISC_ENABLED", "true")]
    [InlineData("SNIFFER_PROMISC_ENABLED", "no")]
    [InlineData("SNIFFER_RF_MONITOR_ENABLED", "false")]
    [InlineData("SNIFFER_NOFILTER", "false")]
    [InlineData("COMPOSE_PROFILES", "default")]
    [InlineData("SNIFFER_DEBUG_ENABLED", "true")]
    [InlineData("SNIFFER_DEBUG_EXPORT", "none")]
    [InlineData("SNIFFER_DEBUG_VERBOSITY", "0")]
    [InlineData("SNIFFER_DEBUG_DEAL_ID", "17")]
    [InlineData("SNIFFER_DEBUG_HTTP_ENDPOINT", "http://x")]
    public async Task A_live_capture_runs_with(string name, string value) => await Captures("capturing on lo\n", ("NET_DEVICE", "lo"), (name, value));

    [SkippableFact]
    public async Task Promiscuous_mode_is_asked_of_the_kernel()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root");
        Skip.IfNot(NetworkLab.MissingTool is null, $"needs {NetworkLab.MissingTool}");
        await using var lab = await NetworkLab.Create();
        foreach (var (value, expected) in ((string, int)[])[("true", 1), ("yes", 0)])
        {
            using var weir = NetworkLab.In(lab.Server, "env", $"SNIFFER_PROMISC_ENABLED={value}", $"NET_DEVICE={NetworkLab.ServerDevice}", "dotnet", WeirCommand.Assembly, "sniff", "-o", "none");
            await weir.WaitForError("capturing on", Limit);
            using var link = NetworkLab.In(lab.Server, "ip", "-details", "link", "show", NetworkLab.ServerDevice);
            Assert.Contains($"promiscuity {expected}", (await link.Finish(Limit)).Output, StringComparison.Ordinal);
            weir.Signal("TERM");
            await weir.Finish(Limit);
        }
    }

    [Fact]
    public async Task The_real_address_goes_into_the_named_header()
    {
        var (_, output, _) = await Run(["sniff", "-r", Capture, "-o", "jsonl"], ("SNIFFER_REALIP_HEADER", "X-Client"));
        Assert.All(WeirCommand.Records(output), record => Assert.Contains("[\"X-Client\",\"10.0.0.1\"]", record.GetProperty("request").GetProperty("headers").GetRawText(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SNIFFER_NOFILTER", "true")]
    [InlineData("SNIFFER_DEBUG_VERBOSITY", "2")]
    public async Task What_changes_nothing_is_noted(string name, string value)
    {
        var (code, _, errors) = await Run(["sniff", "-r", Capture, "-o", "none"], (name, value), ("APP_PORTS", "8080"));
        Assert.Equal(0, code);
        Assert.Contains($"weir: {name}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundles_are_as_large_as_asked()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        var (code, _, errors) = await Run(
            ["sniff", "-r", Capture], ("USAGE_LOGGERS_URL", server.Url), ("USAGE_LOGGERS_RULES", "include debug"), ("USAGE_LOGGERS_BUNDLE_SIZE", "1"));
        Assert.True(code == 0, errors);
        Assert.Equal(2, server.Journal().Count(line => line[0] == '['));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string FreeUdpPort()
    {
        using var socket = new System.Net.Sockets.UdpClient(0);
        return ((System.Net.IPEndPoint)socket.Client.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Runs until it captures, ends it, and returns what it said.</summary>
    private async Task<string> Captures(string text, params (string Name, string Value)[] variables)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "needs root");
        using var child = Start(["sniff", "-o", "none"], variables);
        await child.WaitForError(text, Limit);
        child.Signal("TERM");
        var (code, _, errors) = await child.Finish(Limit);
        Assert.Equal(130, code);
        return errors;
    }

    private async Task<(int ExitCode, string Output, string Errors)> Run(string[] arguments, params (string Name, string Value)[] variables)
    {
        using var child = Start(arguments, variables);
        return await child.Finish(Limit);
    }

    private Child Start(string[] arguments, (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(one => one.Name, one => one.Value);
        environment["WEIR_SPOOL"] = Path.Combine(_folder.FullName, "spool");
        return WeirCommand.Start(environment, arguments);
    }
}
