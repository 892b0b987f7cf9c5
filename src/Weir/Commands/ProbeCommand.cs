using System.CommandLine;
using Weir.Capture;
using Weir.Cli.Accounting;
using Weir.Cli.Configuration;
using Weir.Cli.Delivery;
using Weir.Cli.Identity;
using Weir.Cli.Roles;
using Weir.Export.Center;
using Weir.Probe;
using Weir.Records.Status;

namespace Weir.Cli.Commands;

/// <summary><c>weir probe</c>: the node role. Captures, and delivers to centers.</summary>
internal static class ProbeCommand
{
    private const string Help = """
        Capture this node's API calls and deliver them to centers.

        Examples:
          weir probe -c probe.yaml
          weir probe -c probe.yaml --check               what is wrong with the configuration
          WEIR_CENTERS=center:7374 WEIR_TOKEN_FILE=/etc/weir/token weir probe
        """;

    public static Command Create()
    {
        var options = new RoleOptions();
        var command = options.AddTo(new Command("probe", Help));
        command.SetAction((parsed, _) => Run(options, parsed));
        return command;
    }

    private static async Task<int> Run(RoleOptions options, ParseResult parsed)
    {
        var file = parsed.GetValue(options.Config);
        var settings = ProbeSettings.Read(file);
        var (sniff, capture) = (settings.Capture.Options, settings.Capture.Parsed);
        var plane = MirrorOptions.Plane(sniff.Source, capture);
        var filter = options.Metrics.Exclude(SniffCommand.Filter(sniff, capture), parsed);
        var where = SniffCommand.Where(capture.GetValue(sniff.Where));
        var privacy = sniff.Privacy.Load(capture, out _);
        var schema = sniff.Schema(capture);
        if (parsed.GetValue(options.Check))
        {
            Notice.Tell("the configuration is right");
            return ExitCode.Done;
        }

        using var counting = ByteCounting.Open(
            settings.Accounting.Mode, settings.Accounting.Plane, plane, filter, SniffCommand.Counted(sniff, capture), Notice.Tell);
        using var interruption = new Interruption(parsed.GetValue(options.For));
        foreach (var note in settings.Notes) Notice.Tell(note);
        if (settings is { Tls: null, Token: not null } && settings.Centers.Any(center => !IsHere(center)))
            Notice.Tell("calls and the token go to centers unencrypted: whoever is on the way reads them; the section tls changes that");
        var own = new OwnSockets();
        await using var identity = await IdentitySession.StartAsync(sniff.Identity, capture, isFile: false, interruption.Token);
        var sources = SniffCommand.OpenLive(sniff, capture, plane, filter, countAll: counting.WantsAllFrames);
        using var keeper = RetentionChoices.Open(settings.Retention, plane, sniff.Mirror.Tunnels(capture));
        using var kept = keeper?.Share();
        using var output = new CenterOutput(settings.Output(own, Notice.Tell, interruption.Token) with { Packets = kept });
        using var traffic = counting.IsOn ? new TrafficAccountant(settings.Traffic(output, identity.Identifier), live: true) : null;
        using var run = new ProbeRun(sources, new ProbeOptions
        {
            Ports = filter.Ports,
            ExcludedPorts = filter.ExcludedPorts,
            HeadersOfOthers = counting.CutsOthers,
            Traffic = traffic,
            KernelTraffic = counting.Kernel,
            Identifier = identity.Identifier,
            Tunnels = sniff.Mirror.Tunnels(capture),
            BodyLimitBytes = (int)Math.Min(capture.GetValue(sniff.BodyLimit), CenterBodyBytes),
            Where = where,
            Node = settings.Name,
            Source = SniffCommand.Kind(plane),
            Workers = sniff.WorkersOf(capture),
            Schema = schema,
            Privacy = privacy,
            Own = own,
            Keeper = keeper,
        }, [output]);
        output.State = () => State(run, output);
        using var watch = new ConfigurationWatch(() => Again(file, output), settings.Yaml, ProbeSettings.Live);
        watch.Start();
        // Rate, errors and duration are told by the center, which knows the endpoints: told twice they would count twice.
        await using var metrics = await options.Metrics.Start(parsed, [new ProbeStatus(run), new OutputStatus([output]), traffic, keeper]);
        Notice.Tell($"capturing on {string.Join(", ", run.Interfaces.Select(i => i.Name))} as {settings.Name} for {string.Join(", ", settings.Centers)}");
        try
        {
            run.Run(interruption.Token);
        }
        finally
        {
            output.Dispose();
        }

        foreach (var warning in run.Warnings) Notice.Tell(warning);
        Summary.Print(Deliveries.Count(run.Report(), [output]), run.Warnings.Count > 0);
        Notice.Tell($"{Summary.Number(output.Delivered)} calls delivered, {Summary.Number(output.Waiting)} wait in the spool");
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>A body of this size, twice and escaped, still fits into a batch.</summary>
    private const long CenterBodyBytes = 2 << 20;

    private static ProbeState State(ProbeRun run, CenterOutput output)
    {
        var report = Deliveries.Count(run.Report(), [output]);
        return new ProbeState(report.Exchanges, report.Losses, run.Opaque);
    }

    private static (YamlSettings Settings, Action Apply) Again(string? file, CenterOutput output)
    {
        var settings = ProbeSettings.Read(file);
        return (settings.Yaml, () => output.Change(settings.Centers, settings.Token));
    }

    private static bool IsHere(CenterAddress center) =>
        center.Host == "localhost" || (System.Net.IPAddress.TryParse(center.Host, out var address) && System.Net.IPAddress.IsLoopback(address));
}
