using System.Text.RegularExpressions;

namespace Weir.Cli.Compatibility;

/// <summary>What becomes of an option of GoReplay.</summary>
/// <param name="TakesValue">False for switches.</param>
/// <param name="Apply">Gets the value, or "" for a switch.</param>
internal sealed record GorOption(bool TakesValue, Action<RewrittenLine, string> Apply);

/// <summary>Every option of GoReplay 2.0 and of the Resurface fork that is not one of Weir's under the same name.</summary>
internal static partial class GorOptions
{
    private const string RecordFirst = "weir sniff sends nothing to other servers; record with -o gor:FILE, then weir replay -r FILE --to URL";
    private const string NoQueue = "weir has no such plug-in; -o jsonl writes lines that other tools can carry";
    private const string Rewriting = "weir sniff shows requests as they were; weir replay changes them before they are sent";

    public static IReadOnlyDictionary<string, GorOption> All { get; } = new Dictionary<string, GorOption>(StringComparer.Ordinal)
    {
        ["input-raw"] = Value((line, value) => line.Input(value)),
        ["input-raw-bpf-filter"] = Value((line, value) => line.Pass("--bpf", value)),
        ["input-raw-engine"] = Value((line, value) => line.Engine(value)),
        ["input-raw-vxlan-port"] = Value((line, value) => line.Pass("--vxlan-port", value)),
        ["input-raw-vxlan-vni"] = Value((line, value) => line.Vni(value)),
        ["input-raw-protocol"] = Value((line, value) =>
        {
            if (value is not ("" or "http")) throw new UsageException($"--input-raw-protocol {value}: Weir recognises protocols by their bytes; there is no binary mode");
        }),
        ["input-file"] = Value((line, value) =>
        {
            if (value.Contains('|', StringComparison.Ordinal)) throw new UsageException($"--input-file {value}: the pace of a file matters when it is sent: weir replay --speed");
            line.File(value);
        }),
        ["output-resurface"] = Value((line, value) => line.Pass("-o", value.Length == 0 ? "resurface" : $"resurface:{value}")),
        ["output-file"] = Value((line, value) =>
        {
            line.Note($"--output-file {value}: written as one file; with --output-file-size-limit or --output-file-queue-limit as NAME_0, NAME_1 …");
            line.Pass("-o", $"gor:{value}");
        }),
        ["output-stdout"] = Switch((line, _) => line.Pass("-o", "gor:-")),
        ["output-null"] = Switch((line, _) => line.Pass("-o", "none")),
        ["input-raw-ignore-interface"] = Value((line, value) => line.IgnoreDevice(value)),
        ["input-raw-k8s-skip-ns"] = Value((line, value) => line.SkipNamespace(value)),
        ["input-raw-k8s-skip-svc"] = Value((line, value) => line.SkipService(value)),
        ["exit-after"] = Value((line, value) => line.Pass("--for", Seconds(value))),
        ["copy-buffer-size"] = Value((line, value) => line.Pass("--body-limit", value)),

        // What Weir does anyway.
        ["input-raw-track-response"] = Switch((_, _) => { }),
        ["input-raw-vlan"] = Switch((_, _) => { }),
        ["input-raw-override-snaplen"] = Switch((_, _) => { }),
        ["prettify-http"] = Switch((_, _) => { }),

        // What is taken with a note.
        ["input-raw-expire"] = Noted("input-raw-expire", "Weir waits for the connection to end or fall silent, and marks calls without an answer", true),
        ["input-raw-allow-incomplete"] = Noted("input-raw-allow-incomplete", "incomplete calls are always shown, marked as such", false),
        ["input-raw-buffer-timeout"] = Noted("input-raw-buffer-timeout", "Weir polls its buffer itself", true),
        ["input-raw-timestamp-type"] = Noted("input-raw-timestamp-type", "Weir takes the kernel's timestamps", true),
        ["input-raw-stats"] = Noted("input-raw-stats", "the counters are in the summary at the end, and in --stats FILE", false),
        ["input-raw-k8s-nomatch-nocap"] = Noted("input-raw-k8s-nomatch-nocap", "what nothing matches is never shown", false),
        ["output-file-flush-interval"] = Noted("output-file-flush-interval", "records are written within 100 ms", true),
        ["output-file-buffer"] = Noted("output-file-buffer", "records are written within 100 ms", true),
        ["split-output"] = Noted("split-output", "every output gets every call", false),
        ["http-pprof"] = Noted("http-pprof", "there is no profiler to connect to", true),
        ["verbose"] = Noted("verbose", "what is lost is always said; --stats FILE has every counter", true),
        ["debug"] = Noted("debug", "what is lost is always said; --stats FILE has every counter", false),

        // What is refused.
        ["input-raw-monitor"] = Refused("input-raw-monitor", "Weir reads no radio frames", false),
        ["input-raw-vlan-vid"] = Refused("input-raw-vlan-vid", "use --input-raw-bpf-filter 'vlan ID and …'", true),
        ["input-tcp"] = Refused("input-tcp", NoQueue, true),
        ["input-http"] = Refused("input-http", NoQueue, true),
        ["input-kafka-host"] = Refused("input-kafka-host", NoQueue, true),
        ["input-dummy"] = Refused("input-dummy", "weir up --demo has traffic to look at", true),
        ["input-file-loop"] = Refused("input-file-loop", "weir replay --loop", false),
        ["input-file-dry-run"] = Refused("input-file-dry-run", "weir replay --dry-run", false),
        ["input-file-max-wait"] = Refused("input-file-max-wait", "weir replay --max-wait", true),
        ["output-http"] = Refused("output-http", RecordFirst, true),
        ["output-tcp"] = Refused("output-tcp", RecordFirst, true),
        ["output-ws"] = Refused("output-ws", RecordFirst, true),
        ["output-binary"] = Refused("output-binary", RecordFirst, true),
        ["output-kafka-host"] = Refused("output-kafka-host", NoQueue, true),
        ["middleware"] = Refused("middleware", "pipe -o jsonl through a program instead", true),
        ["http-set-header"] = Refused("http-set-header", Rewriting, true),
        ["http-set-param"] = Refused("http-set-param", Rewriting, true),
        ["http-rewrite-url"] = Refused("http-rewrite-url", Rewriting, true),
        ["http-rewrite-header"] = Refused("http-rewrite-header", Rewriting, true),
        ["http-original-host"] = Refused("http-original-host", Rewriting, false),
        ["recognize-tcp-sessions"] = Noted("recognize-tcp-sessions", "connections are always followed", false),
    };

    /// <summary>Go's durations (1m30s) as seconds, which Weir's options take; anything else as it is, for them to refuse.</summary>
    internal static string Seconds(string duration)
    {
        if (!GoDuration().IsMatch(duration)) return duration;
        var seconds = 0.0;
        foreach (Match part in GoDurationPart().Matches(duration))
        {
            var unit = part.Groups[2].Value switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001, _ => 0.000001 };
            seconds += double.Parse(part.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) * unit;
        }

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{seconds:0.###}s");
    }

    private static GorOption Value(Action<RewrittenLine, string> apply) => new(true, apply);

    private static GorOption Switch(Action<RewrittenLine, string> apply) => new(false, apply);

    private static GorOption Noted(string name, string text, bool takesValue) => new(takesValue, (line, _) => line.Note($"--{name}: {text}"));

    private static GorOption Refused(string name, string reason, bool takesValue) =>
        new(takesValue, (_, _) => throw new UsageException($"--{name} is not supported: {reason}"));

    [GeneratedRegex(@"^(\d+(\.\d+)?(ms|us|µs|h|m|s))+$")]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(ms|us|µs|h|m|s)")]
    private static partial Regex GoDurationPart();
}
