using System.CommandLine;
using Weir.Capture;
using Weir.Export;
using Weir.Probe.Flows;
using Weir.Records;

namespace Weir.Cli.Commands;

/// <summary><c>weir flows</c>: measures flows live or from a file, in the columns of CICFlowMeter.</summary>
internal static class FlowsCommand
{
    private const string Help = """
        Measure flows: the columns of CICFlowMeter, from a capture or live.

        Examples:
          weir flows -r traffic.pcap -o flows.csv                       84 columns, defects corrected
          weir flows -r traffic.pcap --profile cicflowmeter -o old.csv  what CICFlowMeter V4 would write
          weir flows -r traffic.pcap --columns 91 -o flows.csv          the header of the improved CICIDS2017
          weir flows -i eth0 -o jsonl --interim 10s                     live, long flows every ten seconds
        """;

    public static Command Create()
    {
        var (capture, options) = (new SniffOptions(), new FlowsOptions());
        var command = options.AddTo(new Command("flows", Help));
        foreach (var option in (Option[])[capture.Interfaces, capture.Read, capture.Source, .. capture.Mirror.All, capture.Bpf, capture.For, capture.Workers, capture.Stats])
            command.Options.Add(option);
        command.SetAction(parsed => Run(capture, options, parsed));
        return command;
    }

    private static int Run(SniffOptions capture, FlowsOptions options, ParseResult parsed)
    {
        var read = parsed.GetValue(capture.Read);
        var plane = MirrorOptions.Plane(capture.Source, parsed);
        var (file, table) = options.Output(parsed);
        OutputFiles.Check(read, [new OutputSpec(OutputKind.Flows, file)], parsed.GetValue(capture.Stats));
        var usesStandardOutput = file is null || parsed.GetValue(capture.Stats) == "-";
        if (usesStandardOutput && !StandardStreams.IsOpen(StandardStreams.Output))
            throw new OutputException("Cannot write to standard output: it is closed");
        if (file is null && parsed.GetValue(capture.Stats) == "-") throw new UsageException("flows and counters would mix on standard output: name a file for one");
        var measure = new FlowRunOptions
        {
            Meter = options.Meter(parsed),
            Ports = options.Ports(parsed),
            Tunnels = capture.Mirror.Tunnels(parsed),
            Source = read is not null ? CaptureSourceKind.File : SniffCommand.Kind(plane),
        };
        using var statistics = SniffCommand.StatisticsFile(parsed.GetValue(capture.Stats));
        using var interruption = new Interruption(parsed.GetValue(capture.For));
        var sources = OpenSources(capture, parsed, read, plane, interruption.Token);
        using var output = new MeteredFlowOutput(
            file is null ? StandardOutput.Open() : OutputSpec.Create(file), file ?? "standard output", table, options.Profile(parsed), options.Label(parsed));
        using var run = new FlowRun(sources, measure, output);
        Console.Error.WriteLine($"weir: {(read is null ? "measuring on" : "reading")} {Names(run, read)}");
        using (new ProgressLine(() => Line(run.Report()), [output], interruption)) run.Run(interruption.Token);
        output.Dispose();
        foreach (var warning in run.Warnings) Console.Error.WriteLine($"weir: {warning}");
        var report = run.Report();
        if (statistics is not null) report.WriteJson(statistics);
        Summary.Print(report, run.Warnings.Count > 0);
        if (interruption.BySignal) return ExitCode.Interrupted;
        return sources.OfType<FileCaptureSource>().Any(source => source.IsDamaged) ? ExitCode.Failed : ExitCode.Done;
    }

    private static IReadOnlyList<ICaptureSource> OpenSources(
        SniffOptions capture, ParseResult parsed, string? read, CapturePlane plane, CancellationToken cancellation)
    {
        // Ports are looked at after decoding: the kernel's filter for them knows TCP and DNS alone.
        var filter = CaptureFilter.FromExpression(parsed.GetValue(capture.Bpf)) with { Tunnels = capture.Mirror.Tunnels(parsed) };
        if (read is null) return SniffCommand.OpenLive(capture, parsed, plane, filter);
        SniffCommand.RefuseLiveOptions(capture, parsed);
        // One worker unless more are asked for: then the rows of a file come in the same order each time.
        return SniffCommand.OpenFile(read, parsed.GetValue(capture.Workers) ?? 1, cancellation);
    }

    private static string Line(FlowReport report) => $"{Summary.Number(report.Packets)} packets, {Summary.Number(report.Flows)} flows";

    private static string Names(FlowRun run, string? read) =>
        read == "-" ? "standard input" : read ?? string.Join(", ", run.Interfaces.Select(i => i.Name));
}
