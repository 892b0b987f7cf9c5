using System.Text;
using Weir.EndToEnd.Tests.Support;
using Weir.StrictReceiver;
using Weir.Testing;
using Weir.Testing.Corpus;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>Command lines and environments of GoReplay and of the network sniffer's container, given to <c>weir sniff</c> as they are.</summary>
public sealed class SnifferCompatibilityTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-compat-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [Fact]
    public async Task The_command_line_of_the_network_sniffer_delivers()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        var (code, _, errors) = await Run(
            null,
            "sniff", "--input-raw", $"{Capture}:8080", "--input-raw-track-response", "--output-resurface", server.Url, "--verbose", "1",
            "--output-resurface-rules", "include debug", "--spool", _folder.FullName);
        Assert.True(code == 0, errors);
        Assert.Equal(["GET", "POST"], Methods(server));
        Assert.Contains("--verbose:", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_of_the_network_sniffer_delivers()
    {
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        var environment = new Dictionary<string, string>
        {
            ["USAGE_LOGGERS_URL"] = server.Url,
            ["USAGE_LOGGERS_RULES"] = "include debug\\n/request_method/ stop_if /GET/",
            ["APP_PORTS"] = "80,8080",
            ["NET_DEVICE"] = "",
            ["SNIFFER_REALIP_HEADER"] = "X-Real-IP",
            ["WEIR_SPOOL"] = _folder.FullName,
        };
        var (code, output, errors) = await Run(environment, "sniff", "-r", Capture);
        Assert.True(code == 0, errors);
        Assert.Empty(output);
        Assert.Equal(["POST"], Methods(server));
        Assert.Contains(server.Journal(), line => line.Contains("[\"request_header:x-real-ip\",\"10.0.0.1\"]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disabled_logger_delivers_nothing_and_says_so()
    {
        var environment = new Dictionary<string, string> { ["USAGE_LOGGERS_DISABLE"] = "true", ["USAGE_LOGGERS_URL"] = "http://127.0.0.1:9/message" };
        var (code, _, errors) = await Run(environment, "sniff", "-r", Capture);
        Assert.Equal(0, code);
        Assert.Contains("USAGE_LOGGERS_DISABLE", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_hold_for_what_is_delivered_and_for_every_other_output()
    {
        var (_, output, _) = await Run(null, "sniff", "-r", Capture, "-o", "jsonl", "--rules", "/response_body|request_body/ remove");
        Assert.DoesNotContain("\"ok\\\":true", output, StringComparison.Ordinal);
        Assert.Equal(2, WeirCommand.Records(output).Count);
    }

    [Fact]
    public async Task A_file_is_written_in_the_format_of_GoReplay_and_read_again()
    {
        var file = Path.Combine(_folder.FullName, "calls.gor.gz");
        Assert.Equal(0, (await Run(null, "sniff", "--input-raw", $"{Capture}:", "--output-file", file)).ExitCode);
        var before = await WeirCommand.Read(Capture);
        var after = await WeirCommand.Read(file);
        Assert.Equal(before.Select(Shape), after.Select(Shape));
        var (_, output, _) = await Run(null, "sniff", "--input-file", file, "--output-stdout");
        Assert.Equal(4, output.Split("🐵🙈🙉").Length - 1);

        static string Shape(System.Text.Json.JsonElement record)
        {
            var facts = WeirCommand.Facts(record);
            return $"{facts} {record.GetProperty("startedAt")} {record.GetProperty("request").GetProperty("body")} {record.GetProperty("response").GetProperty("body")}";
        }
    }

    [Fact]
    public async Task Files_are_cut_as_GoReplay_cuts_them()
    {
        var file = Path.Combine(_folder.FullName, "calls.gor");
        Assert.Equal(0, (await Run(null, "sniff", "-r", Capture, "--output-file", file, "--output-file-queue-limit", "2")).ExitCode);
        Assert.Equal(["calls_0.gor", "calls_1.gor"], Directory.GetFiles(_folder.FullName).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1, "--http-allow-method", "POST")]
    [InlineData(1, "--http-allow-url", "/17")]
    [InlineData(1, "--http-disallow-url", "/17\\?page")]
    [InlineData(1, "--http-allow-header", "Content-Type:json")]
    [InlineData(1, "--http-disallow-header", "content-type: ^application/")]
    [InlineData(0, "--http-header-limiter", "Host:0%")]
    [InlineData(2, "--http-header-limiter", "X-Nobody:0%")]
    [InlineData(1, "--http-param-limiter", "page:0%")]
    [InlineData(0, "--http-basic-auth-filter", "admin")]
    public async Task Requests_are_filtered_with_their_responses(int calls, string option, string value) =>
        Assert.Equal(calls, (await WeirCommand.Read(Capture, option, value)).Count);

    [Theory]
    [InlineData("--input-raw-engine", "libpcap")]
    [InlineData("--input-raw-engine", "af_packet")]
    [InlineData("--input-raw-engine", "raw_socket")]
    [InlineData("--input-raw-engine", "pcap_file")]
    [InlineData("--input-raw-engine", "vxlan")]
    [InlineData("--input-raw-protocol", "http")]
    [InlineData("--input-raw-expire", "5s")]
    [InlineData("--input-raw-vxlan-port", "4789")]
    [InlineData("--input-raw-vxlan-vni", "7")]
    [InlineData("--input-raw-vxlan-vni=-8", "--input-raw-stats")]
    [InlineData("--input-raw-buffer-size", "1MiB")]
    [InlineData("--input-raw-promisc", "--input-raw-override-snaplen")]
    [InlineData("--input-raw-ignore-interface", "lo")]
    [InlineData("--input-raw-allow-incomplete", "--prettify-http")]
    [InlineData("--exit-after", "1m30s")]
    public async Task Options_that_a_capture_takes_are_taken(string option, string value)
    {
        var (code, output, errors) = await Run(null, "sniff", "--input-raw", $"{Capture}:8080", option, value, "-o", "jsonl");
        Assert.True(code == 0, errors);
        Assert.Equal(2, WeirCommand.Records(output).Count);
    }

    [Theory]
    [InlineData("--output-http", "http://x", "weir replay")]
    [InlineData("--output-kafka-host", "x:9092", "jsonl")]
    [InlineData("--middleware", "./x", "jsonl")]
    [InlineData("--http-set-header", "A: b", "weir replay")]
    [InlineData("--input-raw", "k8s://shop/service/web:80", "--kubeconfig")]
    [InlineData("--input-raw", "k8s://shop/gateway/web:80", "labelSelector")]
    [InlineData("--input-raw", "k8s://shop/pod/web:http", "no port")]
    [InlineData("--input-raw", "k8s://shop/pod/", "which pod")]
    [InlineData("--input-raw", "eth0:80|10%", "--header-limiter")]
    [InlineData("--input-raw", "192.0.2.77:80", "no interface")]
    [InlineData("--input-raw-engine", "magic", "af_packet")]
    [InlineData("--input-raw-protocol", "binary", "binary")]
    [InlineData("--input-raw-monitor", "", "radio")]
    [InlineData("--input-raw-k8s-skip-ns", "kube-system", "--kubeconfig")]
    [InlineData("--input-nothing-known", "x", "--input-nothing-known")]
    public async Task What_cannot_be_honoured_is_refused_with_the_reason(string option, string value, string reason)
    {
        var (code, output, errors) = await Run(null, ["sniff", "-r", Capture, option, .. value.Length > 0 ? [value] : Array.Empty<string>()]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SNIFFER_RF_MONITOR_ENABLED", "true")]
    [InlineData("SNIFFER_DEBUG_EXPORT", "s3")]
    [InlineData("SNIFFER_PCAP_BUFFER_SIZE", "much")]
    [InlineData("USAGE_LOGGERS_BUNDLE_SIZE", "much")]
    [InlineData("USAGE_LOGGERS_RULES", "/a/ frobnicate")]
    public async Task A_variable_that_cannot_be_honoured_is_refused(string name, string value)
    {
        var environment = new Dictionary<string, string> { [name] = value, ["USAGE_LOGGERS_URL"] = "https://127.0.0.1:9/message", ["WEIR_SPOOL"] = _folder.FullName };
        var arguments = name == "SNIFFER_PCAP_BUFFER_SIZE" ? new[] { "sniff" } : ["sniff", "-r", Capture];
        var (code, _, errors) = await Run(environment, arguments);
        Assert.Equal(2, code);
        Assert.Contains(name == "USAGE_LOGGERS_RULES" ? "rules" : name, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipelined_requests_and_bodies_without_length_are_delivered()
    {
        // What the network sniffer loses: requests without waiting, and a body that only the end of the connection ends.
        var talk = new TcpConversation().Handshake()
            .FromClient(Get("/one") + Get("/two") + Get("/three"))
            .FromServer(Ok("/one") + Ok("/two") + "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end").Close();
        var capture = Path.Combine(_folder.FullName, "pipelined.pcap");
        talk.Frames.WritePcap(capture);
        using var server = new StrictServer(Path.Combine(_folder.FullName, "journal"));
        await server.Start();
        var (code, _, errors) = await Run(null, "sniff", "-r", capture, "-o", $"resurface:{server.Url}", "--rules", "include debug", "--spool", _folder.FullName);
        Assert.True(code == 0, errors);
        Assert.Equal(3, Methods(server).Count);
        Assert.Contains(server.Journal(), line => line.Contains("until the end", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static List<string> Methods(StrictServer server) => [.. server.Journal().Where(line => line[0] == '[').Select(line =>
    {
        Assert.Null(MessageRules.Check(Encoding.UTF8.GetBytes(line), out var details));
        return details.Single(detail => detail.Key == "request_method").Value;
    })];

    private static async Task<(int ExitCode, string Output, string Errors)> Run(IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        using var child = WeirCommand.Start(environment ?? new Dictionary<string, string>(), arguments);
        return await child.Finish(Limit);
    }
}
