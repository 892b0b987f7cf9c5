using System.Collections;
using System.Reflection;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Delivery;

/// <summary>
/// Every option of GoReplay 2.0 and of the Resurface fork, given to <c>weir sniff</c> as it is: taken without a word, taken with a
/// note, or refused with the reason.
/// </summary>
public sealed class EveryOptionTests : IDisposable
{
    private const string Taken = "taken";
    private const string Noted = "noted";
    private const string Refused = "refused";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-options-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    /// <summary>Name, value (null for a switch), and what becomes of it beside the input, or as the input itself.</summary>
    private static readonly (string Name, string? Value, string Outcome)[] s_options =
    [
        ("input-raw", "CAPTURE:8080", Taken), ("input-raw", "CAPTURE:", Taken), ("input-raw", "CAPTURE:0", Taken), ("input-raw", "k8s://ns/pod/name:80", Refused),
        ("input-raw-track-response", null, Taken), ("input-raw-engine", "libpcap", Taken), ("input-raw-engine", "nothing", Refused),
        ("input-raw-protocol", "http", Taken), ("input-raw-protocol", "binary", Refused),
        ("input-raw-bpf-filter", "tcp", Refused), // on a file: its packets passed a filter already
        ("input-raw-expire", "2s", Noted), ("input-raw-allow-incomplete", null, Noted), ("input-raw-realip-header", "X-Real-IP", Taken),
        ("input-raw-vxlan-port", "4789", Taken), ("input-raw-vxlan-vni", "7", Taken), ("input-raw-vxlan-vni", "-7", Taken),
        ("input-raw-vlan", null, Taken), ("input-raw-vlan-vid", "7", Refused), ("input-raw-timestamp-type", "go", Noted),
        ("input-raw-override-snaplen", null, Taken), ("input-raw-buffer-size", "2MiB", Taken), ("input-raw-buffer-timeout", "1s", Noted),
        ("input-raw-promisc", null, Taken), ("input-raw-monitor", null, Refused), ("input-raw-stats", null, Noted),
        ("input-raw-ignore-interface", "lo", Taken), ("input-raw-k8s-nomatch-nocap", null, Noted), ("input-raw-k8s-skip-ns", "kube-system", Refused),
        ("input-raw-k8s-skip-svc", "kubernetes", Refused),
        ("output-resurface", "https://127.0.0.1:9/message", Taken), ("output-resurface-rules", "include debug", Noted),
        ("output-file", "FOLDER/calls.gor", Noted), ("output-file-append", null, Taken), ("output-file-size-limit", "32mb", Taken),
        ("output-file-queue-limit", "256", Taken), ("output-file-max-size-limit", "1tb", Taken), ("output-file-flush-interval", "1s", Noted),
        ("output-file-buffer", "FOLDER", Noted), ("output-stdout", null, Taken), ("output-null", null, Taken), ("exit-after", "1h1m1.5s", Taken),
        ("copy-buffer-size", "5mb", Taken), ("copy-buffer-size", "0x1000", Taken), ("copy-buffer-size", "0o7", Taken), ("copy-buffer-size", "0b2", Refused), ("split-output", null, Noted), ("http-pprof", ":8181", Noted), ("verbose", "3", Noted), ("debug", null, Noted),
        ("prettify-http", null, Taken), ("recognize-tcp-sessions", null, Noted),
        ("http-allow-url", "^/", Taken), ("http-disallow-url", "^/none", Taken), ("http-allow-header", "Host:.*", Taken), ("http-disallow-header", "X-None:.*", Taken),
        ("http-allow-method", "GET", Taken), ("http-basic-auth-filter", "^nobody", Taken), ("http-header-limiter", "Host:100%", Taken),
        ("http-param-limiter", "page:100%", Taken),
        ("http-set-header", "A: b", Refused), ("http-set-param", "a=b", Refused), ("http-rewrite-url", "/a:/b", Refused), ("http-rewrite-header", "A: a,b", Refused),
        ("http-original-host", null, Refused),
        ("input-file", "CAPTURE|200%", Refused), ("input-file-loop", null, Refused), ("input-file-dry-run", null, Refused), ("input-file-max-wait", "1s", Refused),
        ("input-tcp", ":1", Refused), ("input-http", ":1", Refused), ("input-kafka-host", "x:1", Refused), ("input-dummy", "", Refused),
        ("output-http", "http://x", Refused), ("output-tcp", "x:1", Refused), ("output-ws", "ws://x", Refused), ("output-binary", "x", Refused),
        ("output-kafka-host", "x:1", Refused), ("middleware", "./x", Refused),
    ];

    public static TheoryData<string, string?, string> Options
    {
        get
        {
            var data = new TheoryData<string, string?, string>();
            foreach (var (name, value, outcome) in s_options) data.Add(name, value, outcome);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public async Task An_option_is_taken_noted_or_refused(string name, string? value, string outcome)
    {
        value = value?.Replace("CAPTURE", Capture, StringComparison.Ordinal).Replace("FOLDER", _folder.FullName, StringComparison.Ordinal);
        string[] input = name == "input-raw" ? [] : ["--input-raw", $"{Capture}:8080"];
        string[] option = value is null ? [$"--{name}"] : [$"--{name}={value}"];
        using var child = WeirCommand.Start(
            new Dictionary<string, string> { ["WEIR_SPOOL"] = _folder.FullName }, ["sniff", .. input, .. option, "-o", "none", "--drain", "100ms"]);
        var (code, _, errors) = await child.Finish(TimeSpan.FromMinutes(1));
        Assert.Equal(outcome == Refused ? 2 : 0, code);
        var said = errors.Split('\n').Where(line => line.StartsWith($"weir: --{name}", StringComparison.Ordinal)).ToList();
        if (outcome == Noted && name != "output-resurface-rules") Assert.NotEmpty(said);
        if (outcome == Taken) Assert.Empty(said);
        if (outcome == Refused) Assert.True(errors.Length > name.Length + 20, $"no reason: {errors}");
    }

    [Fact]
    public void Every_option_that_is_translated_is_in_the_table()
    {
        var known = Assembly.LoadFrom(WeirCommand.Assembly).GetType("Weir.Cli.Compatibility.GorOptions")!
            .GetProperty("All", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
        var names = ((IEnumerable)known).Cast<object>().Select(pair => (string)pair.GetType().GetProperty("Key")!.GetValue(pair)!).ToList();
        Assert.True(names.Count > 50);
        Assert.Empty(names.Except(s_options.Select(one => one.Name)));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
