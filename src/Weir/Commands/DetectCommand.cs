using System.CommandLine;
using Weir.Capture;
using Weir.Cli.Detection;
using Weir.Cli.Values;
using Weir.Detection;
using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Detection.Models;
using Weir.Detection.Onnx;
using Weir.Export;
using Weir.Probe;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary><c>weir detect</c>: watches traffic, or reads it, and says what is not normal.</summary>
internal sealed class DetectCommand
{
    private const string Help = """
        Learn what is normal for each service, then say what is not: floods, slow connections, scans, guessing,
        failures, new callers. Incidents are JSON lines on standard output.

        Examples:
          weir detect -i eth0 --learn 20m             watch, after learning for 20 minutes
          weir detect -r traffic.pcap --learn 5m      a capture; its first 5 minutes are taken for normal
          weir detect --csv flows.csv --model clstm.onnx
        """;

    private readonly Option<string[]> _tables = new("--csv")
    {
        Description = "Read flow tables (CICFlowMeter's columns in any published spelling) instead of packets",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _model = new("--model")
    {
        Description = "ONNX model to score sequences of flows with (default: the shipped one; none watches without)",
        HelpName = "FILE",
    };

    private readonly Option<TimeSpan> _learn = new("--learn")
    {
        Description = "Traffic time taken for normal at the start, in which nothing is reported; 0 trusts nothing and knows nothing",
        HelpName = "DURATION",
        CustomParser = result => result.Tokens is [{ Value: "0" }] ? TimeSpan.Zero
            : SniffOptions.Parse(result, Duration.TryParse, "a time such as 5m", BaselineOptions.Default.Learning),
        DefaultValueFactory = _ => BaselineOptions.Default.Learning,
    };

    private readonly Option<Severity?> _severity = new("--min-severity")
    {
        Description = "Leave out what is below: info, low, medium, high, critical (default low); if given, ends with 1 when something is not",
        HelpName = "SEVERITY",
    };

    private readonly SniffOptions _capture = new();

    public static Command Create()
    {
        var options = new DetectCommand();
        var capture = options._capture;
        var command = new Command("detect", Help)
        {
            capture.Read, options._tables, capture.Interfaces, capture.Ports, capture.Bpf, capture.Source, options._model, options._learn,
            options._severity, capture.For,
        };
        foreach (var option in capture.Mirror.All) command.Add(option);
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var (file, tables) = (parsed.GetValue(_capture.Read), parsed.GetValue(_tables) ?? []);
        if (file is not null && tables.Length > 0) throw new UsageException("-r reads packets and --csv reads flows: name one of them");
        using var interruption = new Interruption(parsed.GetValue(_capture.For));
        using var output = StandardOutput.Open();
        var lines = new IncidentLines(output, parsed.GetValue(_severity) ?? Severity.Low);
        var detector = new TrafficDetector(
            new DetectorOptions
            {
                Model = LoadModel(parsed.GetValue(_model)),
                Baseline = BaselineOptions.Default with { Learning = parsed.GetValue(_learn) },
            },
            lines);
        var status = tables.Length > 0 ? RunTables(tables, detector, interruption) : RunCapture(parsed, file, detector, interruption);
        Summarize(detector, lines);
        if (interruption.BySignal) return ExitCode.Interrupted;
        return status == ExitCode.Done && parsed.GetValue(_severity) is not null && lines.Told.Count > 0 ? ExitCode.Failed : status;
    }

    private static int RunTables(string[] tables, TrafficDetector detector, Interruption interruption)
    {
        var malformed = FlowTableRun.Run(tables, detector, interruption.Token);
        if (malformed > 0) Console.Error.WriteLine($"weir: {Summary.Number(malformed)} rows could not be read");
        return ExitCode.Done;
    }

    private int RunCapture(ParseResult parsed, string? file, TrafficDetector detector, Interruption interruption)
    {
        var plane = MirrorOptions.Plane(_capture.Source, parsed);
        var filter = SniffCommand.Filter(_capture, parsed);
        var tunnels = _capture.Mirror.Tunnels(parsed);
        var source = file is null
            ? SniffCommand.OpenLive(_capture, parsed, plane, filter)[0]
            : CaptureFiles.Open(file, interruption.Token);
        var feed = new DetectionFeed(detector, filter.Ports, tunnels);
        var probe = new ProbeOptions
        {
            Ports = filter.Ports,
            Tunnels = tunnels,
            BodyLimitBytes = 0,
            Source = file is not null ? CaptureSourceKind.File : SniffCommand.Kind(plane),
        };
        using var run = new ProbeRun([new TeeSource(source, feed)], probe, [feed]);
        Console.Error.WriteLine($"weir: {(file is null ? $"watching {string.Join(", ", run.Interfaces.Select(i => i.Name))}" : $"reading {file}")}");
        run.Run(interruption.Token);
        feed.Finish();
        foreach (var warning in run.Warnings) Console.Error.WriteLine($"weir: {warning}");
        Summary.Print(run.Report(), run.Warnings.Count > 0);
        return source is FileCaptureSource { IsDamaged: true } ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Summarize(TrafficDetector detector, IncidentLines lines)
    {
        if (detector.IsLearning)
            Console.Error.WriteLine("weir: the input ended while everything was still taken for normal: use a shorter --learn");
        var counts = lines.Severities.Values.GroupBy(static severity => severity).OrderByDescending(static same => same.Key)
            .Select(static same => $"{same.Count()} {IncidentJsonWriter.NameOf(same.Key)}");
        Console.Error.WriteLine(
            $"weir: {Summary.Number(detector.Flows)} flows, {Summary.Number(detector.Calls)} calls, {Summary.Number(detector.Services)} services; "
            + (lines.Severities.Count == 0 ? "nothing unusual" : $"incidents: {string.Join(", ", counts)}"));
    }

    /// <exception cref="UsageException">The file is no model that can be used; the message says why.</exception>
    private static DetectorModel? LoadModel(string? path)
    {
        if (path == "none") return null;
        var file = path ?? Path.Combine(AppContext.BaseDirectory, "models", "clstm.onnx");
        if (path is null && !File.Exists(file))
        {
            Console.Error.WriteLine("weir: no model beside the program; watching without one");
            return null;
        }

        if (new FileInfo(file) is { Exists: true } info && info.Length > OnnxLimits.Default.MaxFileBytes)
            throw new UsageException($"{file} is no model that can be used: it has more than {OnnxLimits.Default.MaxFileBytes} bytes");
        return DetectorModel.TryLoad(File.ReadAllBytes(file), OnnxLimits.Default, out var model, out var error)
            ? model
            : throw new UsageException($"{file} is no model that can be used: {error}");
    }
}
