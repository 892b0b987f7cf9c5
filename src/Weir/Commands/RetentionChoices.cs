using System.CommandLine;
using Weir.Capture;
using Weir.Cli.Values;
using Weir.Export.Retention;
using Weir.Packets;

namespace Weir.Cli.Commands;

/// <summary>The options by which frames are kept as they are captured.</summary>
internal sealed class RetentionChoices
{
    public Option<string?> Directory { get; } = new("--keep-packets")
    {
        Description = "Keep raw packets in this folder, the oldest giving way; they are NOT redacted: they hold what calls hide. weir packets reads them (default: none are kept)",
        HelpName = "DIR",
    };

    public Option<long?> Budget { get; } = new("--keep-size")
    {
        Description = "With --keep-packets: bytes of disk (default 1GiB)",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 500MiB", 0L),
    };

    public Option<TimeSpan?> Age { get; } = new("--keep-age")
    {
        Description = "With --keep-packets: older packets are deleted (default 24h)",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 24h", default),
    };

    public Option<long?> Segment { get; } = new("--keep-segment")
    {
        Description = "With --keep-packets: bytes of one file (default 64MiB)",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 64MiB", 0L),
    };

    public IEnumerable<Option> All => [Directory, Budget, Age, Segment];

    /// <summary>Null when nothing is to be kept.</summary>
    /// <exception cref="UsageException">The options do not go together.</exception>
    public RetentionOptions? Read(ParseResult parsed)
    {
        if (parsed.GetValue(Directory) is not { Length: > 0 } directory)
        {
            var alone = All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return alone is null ? null : throw new UsageException($"{alone.Name} says how packets are kept, but not where: --keep-packets DIR");
        }

        var options = new RetentionOptions { Directory = directory };
        return Checked(
            options with
            {
                BudgetBytes = parsed.GetValue(Budget) ?? options.BudgetBytes,
                Age = parsed.GetValue(Age) ?? options.Age,
                SegmentBytes = parsed.GetValue(Segment) ?? options.SegmentBytes,
            },
            "--keep-packets");
    }

    /// <exception cref="UsageException">The sizes do not go together.</exception>
    public static RetentionOptions Checked(RetentionOptions options, string what) =>
        options.Problem() is { } problem ? throw new UsageException($"{what}: {problem}") : options;

    /// <summary>Begins to keep; says that what is kept is not redacted.</summary>
    /// <exception cref="UsageException">This way of capture sees no packets.</exception>
    /// <exception cref="Weir.Export.OutputException">The folder can't be used.</exception>
    public static PacketKeeper? Open(RetentionOptions? options, CapturePlane plane, TunnelOptions tunnels)
    {
        if (options is null) return null;
        if (CaptureSourceSelector.Resolve(plane) == CapturePlane.Ebpf) throw new UsageException("sockets have no packets to keep: take --source ring+ebpf, or keep none");
        var keeper = new PacketKeeper(options with { Tell = Notice.Tell }, tunnels);
        Console.Error.WriteLine($"weir: raw packets are kept in {options.Directory}, {ByteSize.Format(options.BudgetBytes)} at most: not redacted, readable for the owner of the folder alone");
        return keeper;
    }
}
