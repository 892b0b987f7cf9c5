using System.CommandLine;
using System.Globalization;
using Weir.Cli.Commands;
using Weir.Cli.HttpFilters;
using Weir.Cli.Values;
using Weir.Records;

namespace Weir.Cli.Replay;

/// <summary>What a replay was asked to do.</summary>
internal sealed record ReplayPlan(
    string File, Uri To, ReplayPace Pace, int Workers, TimeSpan Timeout, int ReadDepth, long MaxRequests, bool Loop, bool DryRun,
    Func<Exchange, bool>? Where, RequestFilter? Filter, RequestRewrite Rewrite);

/// <summary>The options of <c>weir replay</c>.</summary>
internal sealed class ReplayOptions
{
    private readonly HttpFilterOptions _filter = new();
    private readonly RewriteOptions _rewrite = new();

    private readonly Option<string> _read = new("--read", "-r")
    {
        Description = "What to send: a capture (pcap, pcapng), .gor, JSON lines of weir, HAR",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _to = new("--to")
    {
        Description = "Server that gets the requests; a path in it is put in front of theirs",
        HelpName = "URL",
        Required = true,
    };

    private readonly Option<string> _speed = new("--speed")
    {
        Description = "Pace: 1x as captured (default), 0.5x, 200%, or max",
        HelpName = "FACTOR",
        DefaultValueFactory = _ => "1x",
    };

    private readonly Option<string?> _rate = new("--rate")
    {
        Description = "At most N requests a second, later ones wait; or N% of them, chosen at random",
        HelpName = "N|N%",
    };

    private readonly Option<TimeSpan?> _maxGap = new("--max-wait")
    {
        Description = "Cut longer silences to this",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 5s", default),
    };

    private readonly Option<int> _workers = new("--workers")
    {
        Description = "Requests under way at once, 1 to 10000 (default 32)",
        HelpName = "N",
        DefaultValueFactory = _ => 32,
    };

    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "How long an answer may take (default 30s)",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 5s", default),
    };

    private readonly Option<int> _readDepth = new("--read-depth")
    {
        Description = "Requests looked over to put them in order of their start (default 1000)",
        HelpName = "N",
        DefaultValueFactory = _ => 1000,
    };

    private readonly Option<long?> _count = new("--count", "-n") { Description = "Stop after this many requests", HelpName = "N" };

    private readonly Option<bool> _loop = new("--loop") { Description = "Begin again at the end" };

    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Read, filter and wait, but send nothing" };

    private readonly Option<string?> _where = new("--where", "-w")
    {
        Description = "Send the calls for which a CEL expression is true, such as 'method == \"GET\"'",
        HelpName = "CEL",
    };

    public Option<TimeSpan?> For { get; } = new("--for")
    {
        Description = "Stop after a time such as 30s or 5m",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 30s or 5m", default),
    };

    public Option<string?> Stats { get; } = new("--stats")
    {
        Description = "Write the result as JSON at the end; - is standard output",
        HelpName = "FILE",
    };

    public Command AddTo(Command command)
    {
        Option[] own = [_read, _to, _speed, _rate, _maxGap, _workers, _timeout, _readDepth, _count, _loop, _dryRun, _where, For, Stats];
        foreach (var option in own.Concat(_filter.All).Concat(_rewrite.All)) command.Options.Add(option);
        return command;
    }

    /// <exception cref="UsageException">Something is wrong with the options.</exception>
    public ReplayPlan Read(ParseResult parsed)
    {
        var to = parsed.GetValue(_to)!;
        if (!Uri.TryCreate(to, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new UsageException($"--to: '{to}' is no http or https URL");
        if (url.Query.Length > 0) throw new UsageException("--to: a server has no query");
        if (!ReplayPace.TryParseSpeed(parsed.GetValue(_speed)!, out var factor))
            throw new UsageException($"--speed: '{parsed.GetValue(_speed)}' is none of 1x, 0.5x, 200%, max");
        if (!ReplayPace.TryParseRate(parsed.GetValue(_rate), out var rate))
            throw new UsageException($"--rate: '{parsed.GetValue(_rate)}' is neither a number of requests a second nor a percentage");
        return new ReplayPlan(
            parsed.GetValue(_read)!,
            url,
            new ReplayPace(factor, rate.Value.PerSecond, rate.Value.Percent, parsed.GetValue(_maxGap)),
            Between(parsed.GetValue(_workers), 1, 10_000, _workers),
            parsed.GetValue(_timeout) ?? TimeSpan.FromSeconds(30),
            Between(parsed.GetValue(_readDepth), 1, 1_000_000, _readDepth),
            parsed.GetValue(_count) ?? long.MaxValue,
            parsed.GetValue(_loop),
            parsed.GetValue(_dryRun),
            SniffCommand.Where(parsed.GetValue(_where)),
            _filter.Read(parsed),
            _rewrite.Read(parsed));
    }

    private static int Between(int value, int least, int most, Option option) => value >= least && value <= most
        ? value
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: {value} is not between {least} and {most}"));
}
