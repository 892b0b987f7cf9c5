using System.CommandLine;
using System.Globalization;
using Weir.Capture;
using Weir.Cli.Values;
using Weir.Export;
using Weir.Flows;

namespace Weir.Cli.Commands;

/// <summary>The options of <c>weir flows</c>: how to measure and what to write. Where packets come from is as for <c>weir sniff</c>.</summary>
internal sealed class FlowsOptions
{
    private readonly Option<string?> _output = new("--output", "-o")
    {
        Description = "Where flows go: FILE or csv:FILE (a table), jsonl[:FILE]; - is standard output (default: a table there)",
        HelpName = "OUTPUT",
    };

    private readonly Option<FlowProfile> _profile = new("--profile")
    {
        Description = "By whose rules: weir (default), cicflowmeter (V4 as it is, defects included) or corrected (the fork of Engelen and Liu)",
        HelpName = "PROFILE",
    };

    private readonly Option<string?> _columns = new("--columns")
    {
        Description = "Header of the table by its number of columns: 84 (CICFlowMeter V4), 87 (release of 2021), 91 (of 2022), 94 (corrected fork)",
        HelpName = "N",
    };

    private readonly Option<string?> _label = new("--label") { Description = "What stands in the column Label (default NeedManualLabel)", HelpName = "TEXT" };

    private readonly Option<string?> _ports = new("--port", "-p")
    {
        Description = "Only flows with one of these TCP or UDP ports, separated by commas (default: all)",
        HelpName = "LIST",
    };

    private readonly Option<TimeSpan> _flowTimeout = Time("--flow-timeout", "A flow is told and begun anew after this time", 120);
    private readonly Option<TimeSpan> _activityTimeout = Time("--activity-timeout", "A longer silence inside a flow is idle time", 5);
    private readonly Option<TimeSpan> _idleTimeout = Time("--idle-timeout", "Profile weir: a flow is over after such a silence", 120);

    private readonly Option<TimeSpan?> _interim = new("--interim")
    {
        Description = "Profile weir: tell flows that go on each time this has passed as well (default: once, at their end)",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 10s", default),
    };

    private readonly Option<int> _maxFlows = new("--max-flows")
    {
        Description = "Flows held at once; the longest silent one is told early when another needs its place",
        HelpName = "N",
        CustomParser = result => SniffOptions.Parse<int>(result, IsFlows, "a number of flows, 1 to 10000000", 1),
        DefaultValueFactory = _ => FlowMeterLimits.Default.MaxFlows,
    };

    public Command AddTo(Command command)
    {
        Option[] options = [_output, _profile, _columns, _label, _ports, _flowTimeout, _activityTimeout, _idleTimeout, _interim, _maxFlows];
        foreach (var option in options) command.Options.Add(option);
        return command;
    }

    public FlowProfile Profile(ParseResult parsed) => parsed.GetValue(_profile);

    public string Label(ParseResult parsed) => parsed.GetValue(_label) ?? FlowCsvWriter.NoLabel;

    /// <exception cref="UsageException">The list names no ports.</exception>
    public IReadOnlyList<PortRange> Ports(ParseResult parsed)
    {
        try
        {
            return PortRange.ParseList(parsed.GetValue(_ports) ?? "");
        }
        catch (CaptureException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <exception cref="UsageException">An option was given that the profile has no use for.</exception>
    public FlowMeterOptions Meter(ParseResult parsed)
    {
        var profile = parsed.GetValue(_profile);
        if (profile != FlowProfile.Weir && (parsed.GetResult(_idleTimeout) is { Implicit: false } || parsed.GetValue(_interim) is not null))
            throw new UsageException("--idle-timeout and --interim are of the profile weir: the others keep a flow until its addresses and ports speak again");
        return new FlowMeterOptions
        {
            Profile = profile,
            FlowTimeout = parsed.GetValue(_flowTimeout),
            ActivityTimeout = parsed.GetValue(_activityTimeout),
            IdleTimeout = parsed.GetValue(_idleTimeout),
            InterimAfter = parsed.GetValue(_interim) ?? TimeSpan.Zero,
            Limits = FlowMeterLimits.Default with { MaxFlows = parsed.GetValue(_maxFlows) },
        };
    }

    /// <summary>The output that was asked for: its file (null: standard output), and the table's layout (null: JSON lines).</summary>
    /// <exception cref="UsageException">It is not understood.</exception>
    public (string? File, FlowCsvLayout? Table) Output(ParseResult parsed)
    {
        var text = parsed.GetValue(_output) ?? "-";
        var isJson = text == "jsonl" || text.StartsWith("jsonl:", StringComparison.Ordinal);
        var file = text is "jsonl" or "csv" ? "-" : text[(isJson || text.StartsWith("csv:", StringComparison.Ordinal) ? text.IndexOf(':', StringComparison.Ordinal) + 1 : 0)..];
        if (file.Length == 0) throw new UsageException($"the output {text} names no file");
        if (isJson && parsed.GetValue(_columns) is not null) throw new UsageException("--columns is of the table; JSON lines have every feature");
        return (file == "-" ? null : file, isJson ? null : Layout(parsed));
    }

    private FlowCsvLayout Layout(ParseResult parsed)
    {
        var profile = parsed.GetValue(_profile);
        if (parsed.GetValue(_columns) is not { } name) return FlowCsvLayout.Of(profile);
        var layout = FlowCsvLayout.All.FirstOrDefault(layout => layout.Name == name)
            ?? throw new UsageException($"--columns: '{name}' is none of {string.Join(", ", FlowCsvLayout.All.Select(layout => layout.Name))}");
        return profile == FlowProfile.CicFlowMeter && layout != FlowCsvLayout.V4
            ? throw new UsageException("the profile cicflowmeter has 84 columns and no others")
            : layout;
    }

    private static Option<TimeSpan> Time(string name, string description, int seconds) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse(result, Duration.TryParse, "a time such as 90s or 2m", TimeSpan.FromSeconds(seconds)),
        DefaultValueFactory = _ => TimeSpan.FromSeconds(seconds),
    };

    private static bool IsFlows(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= 10_000_000;
}
