using System.CommandLine;
using System.Globalization;
using Weir.Cli.Commands;
using Weir.Export;
using Weir.Export.Apisec;
using Weir.Export.GoReplay;
using Weir.Export.Otlp;
using Weir.Export.Resurface;
using Weir.Export.Spool;
using Weir.Privacy.Rules;
using Weir.Probe;
using Weir.Records.Status;

namespace Weir.Cli.Delivery;

/// <summary>Opens the outputs of a run, and adds to its report what they counted.</summary>
internal static class Deliveries
{
    /// <summary>Bodies of messages may have 1 MiB, so that much is captured for them when nobody asked for a limit.</summary>
    private const long MessageBodyBytes = ResurfaceMessageWriter.MaxBodyBytes;

    /// <param name="specs">What was asked for; pcap is left out.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">Its delivery options.</param>
    /// <param name="rules">The logging rules; null when none were given.</param>
    /// <param name="fromFile">A file waits where a live capture would drop.</param>
    /// <param name="stop">Set once the user wants to end.</param>
    /// <exception cref="UsageException">A destination is missing, no URL, or refused.</exception>
    public static IReadOnlyList<IExchangeOutput> Open(
        IReadOnlyList<OutputSpec> specs, ParseResult parsed, DeliveryOptions options, RuleSet? rules, bool fromFile, CancellationToken stop)
    {
        // All are checked before the first is opened: a mistake creates no file and truncates none.
        foreach (var spec in specs.Where(spec => spec.Kind == OutputKind.Resurface && !RuleOptions.IsResurfaceDisabled)) Url(spec, rules);
        foreach (var spec in specs.Where(spec => spec.Kind == OutputKind.Otlp)) OtlpEnvironment.Check(spec.File);
        foreach (var spec in specs.Where(spec => spec.Kind == OutputKind.Apisec)) ApisecEnvironment.Check(spec.File);
        var outputs = new List<IExchangeOutput>();
        try
        {
            foreach (var spec in specs.Where(spec => spec.Kind != OutputKind.Pcap)) outputs.Add(Open(spec, parsed, options, rules, fromFile, stop));
        }
        catch
        {
            foreach (var output in outputs) output.Dispose();
            throw;
        }

        return outputs;
    }

    public static int BodyLimit(IEnumerable<OutputSpec> specs, ParseResult parsed, Option<long> limit) =>
        (int)Math.Min(
            parsed.GetResult(limit) is null or { Implicit: true } && specs.Any(spec => spec.Kind is OutputKind.Resurface or OutputKind.GoReplay)
                ? MessageBodyBytes
                : parsed.GetValue(limit),
            64 << 20);

    public static ProbeReport Count(ProbeReport report, IEnumerable<IExchangeOutput> outputs)
    {
        var losses = report.Losses.ToList();
        var ignored = new Dictionary<string, long>(report.Ignored);
        foreach (var output in outputs.OfType<IOutputCounters>())
        {
            losses.AddRange(output.Losses().Select(loss => new Loss(Loss.Anywhere, Loss.Anywhere, loss.Key, loss.Value)));
            foreach (var (reason, count) in output.Ignored()) ignored[reason] = ignored.GetValueOrDefault(reason) + count;
        }

        return report with { Losses = losses, Ignored = ignored };
    }

    private static IExchangeOutput Open(
        OutputSpec spec, ParseResult parsed, DeliveryOptions options, RuleSet? rules, bool fromFile, CancellationToken stop)
    {
        if (spec.Kind == OutputKind.GoReplay) return GoReplay(spec, parsed, options);
        if (spec.Kind == OutputKind.Apisec) return Apisec(spec, parsed, options, fromFile, stop);
        if (spec.Kind == OutputKind.Otlp) return new OtlpOutput(Otlp(spec, parsed, options, fromFile, stop));
        if (spec.Kind != OutputKind.Resurface) return spec.Open();
        if (!RuleOptions.IsResurfaceDisabled) return new ResurfaceOutput(Resurface(spec, parsed, options, rules, fromFile, stop));
        Notice.Tell("USAGE_LOGGERS_DISABLE is set: nothing is delivered to Resurface");
        return new NoneOutput();
    }

    private static ResurfaceOptions Resurface(
        OutputSpec spec, ParseResult parsed, DeliveryOptions options, RuleSet? rules, bool fromFile, CancellationToken stop) => new()
    {
        Url = Url(spec, rules),
        SpoolRoot = Spool(parsed, options),
        BundleBytes = BundleBytes(),
        SkipCompression = rules?.SkipCompression == true,
        SkipSubmission = rules?.SkipSubmission == true,
        WaitForRoom = fromFile,
        Stop = stop,
        DrainTime = Drain(parsed, options, fromFile),
        Spool = Limits(parsed, options),
        Tell = Notice.Tell,
    };

    private static IExchangeOutput Apisec(OutputSpec spec, ParseResult parsed, DeliveryOptions options, bool fromFile, CancellationToken stop)
    {
        if (ApisecEnvironment.IsOff)
        {
            Notice.Tell("ENABLE_APISEC_INTEGRATION is false: nothing is delivered to APISec");
            return new NoneOutput();
        }

        return new ApisecOutput(ApisecEnvironment.Read(spec.File, Spool(parsed, options), Notice.Tell) with
        {
            WaitForRoom = fromFile,
            Stop = stop,
            DrainTime = Drain(parsed, options, fromFile),
        });
    }

    private static OtlpOptions Otlp(OutputSpec spec, ParseResult parsed, DeliveryOptions options, bool fromFile, CancellationToken stop) =>
        OtlpEnvironment.Read(spec.File, Spool(parsed, options)) with
        {
            WaitForRoom = fromFile,
            Stop = stop,
            DrainTime = Drain(parsed, options, fromFile),
            Spool = Limits(parsed, options),
            Tell = Notice.Tell,
        };

    private static string Spool(ParseResult parsed, DeliveryOptions options) => parsed.GetValue(options.Spool) ?? DefaultSpool();

    private static SpoolLimits Limits(ParseResult parsed, DeliveryOptions options) =>
        SpoolLimits.Default with { MaxBytes = parsed.GetValue(options.SpoolLimit), MaxAge = parsed.GetValue(options.SpoolAge) };

    /// <summary>Nobody waits before a file, so its end may take longer.</summary>
    private static TimeSpan Drain(ParseResult parsed, DeliveryOptions options, bool fromFile) =>
        parsed.GetValue(options.Drain) ?? (fromFile ? TimeSpan.FromMinutes(1) : ResurfaceOptions.ShortDrain);

    private static Uri Url(OutputSpec spec, RuleSet? rules)
    {
        var text = spec.File ?? SniffOptions.FromEnvironment("USAGE_LOGGERS_URL");
        return ResurfaceOptions.TryParseUrl(text, rules?.AllowHttpUrl == true, out var url, out var error) ? url : throw new UsageException(error);
    }

    private static GorFileOutput GoReplay(OutputSpec spec, ParseResult parsed, DeliveryOptions options) => new(
        spec.File ?? GorFileOutput.StandardOutputName,
        new GorFileOptions
        {
            Append = parsed.GetValue(options.FileAppend),
            MaxFileBytes = Positive(parsed.GetValue(options.FileSizeLimit)),
            MaxFileRecords = Positive(parsed.GetValue(options.FileQueueLimit)),
            MaxTotalBytes = Positive(parsed.GetValue(options.FileMaxSizeLimit)),
        });

    private static long? Positive(long value) => value > 0 ? value : null;

    private static int BundleBytes()
    {
        if (SniffOptions.FromEnvironment("USAGE_LOGGERS_BUNDLE_SIZE") is not { } text) return 5 << 20;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is > 0 and <= 256 << 20
            ? bytes
            : throw new UsageException($"USAGE_LOGGERS_BUNDLE_SIZE is '{text}', not a number of bytes up to 268435456");
    }

    internal static string DefaultSpool()
    {
        if (Environment.GetEnvironmentVariable("WEIR_SPOOL") is { Length: > 0 } named) return named;
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess) return "/var/lib/weir/spool";
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "weir", "spool");
    }
}
