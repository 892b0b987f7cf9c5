using System.CommandLine;
using System.Net;
using Weir.Capture;
using Weir.Center.Api;
using Weir.Cli.Retention;
using Weir.Cli.Values;
using Weir.Export;
using Weir.Export.Retention;

namespace Weir.Cli.Commands;

/// <summary><c>weir packets</c>: raw packets that were kept, as pcapng.</summary>
internal sealed class PacketsCommand
{
    private const string Help = """
        Write raw packets that --keep-packets or a probe's retention kept, as pcapng. A weir may go on writing to the folder.

        Examples:
          weir packets /var/lib/weir/packets --from -10m -o recent.pcapng
          weir packets /var/lib/weir/packets -w 'status_code >= 500' --from -1h -o failed.pcapng
          weir packets /var/lib/weir/packets --host 10.0.0.7 -p 8080 -o - | tshark -r -

        With a filter the calls are read from the packets again, and the whole connections of those that match come out: both directions, from
        the handshake, whatever the time. Names from Kubernetes are not known then; a center knows them (/api/v1/packets).
        Packets are NOT redacted: they hold what calls hide.
        """;

    private readonly Argument<string> _directory = new("DIR") { Description = "Folder of kept packets" };
    private readonly Option<string?> _where = new("--where", "--filter", "-w") { Description = "Connections of the calls for which a CEL expression is true, such as 'status_code >= 500'", HelpName = "CEL" };
    private readonly Option<string?> _from = new("--from") { Description = "Earliest packet, or start of a call: " + TimeParameter.Description, HelpName = "TIME" };
    private readonly Option<string?> _to = new("--to") { Description = "Latest, exclusive", HelpName = "TIME" };
    private readonly Option<string[]> _hosts = new("--host") { Description = "Packets of an address or network, such as 10.0.0.7 or 10.1.0.0/16; may be repeated", HelpName = "ADDRESS[/LENGTH]" };
    private readonly Option<string?> _ports = new("--port", "-p") { Description = "Packets of TCP or UDP ports or ranges, separated by commas", HelpName = "LIST" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "File to write; - is standard output (default)", HelpName = "FILE", DefaultValueFactory = static _ => "-" };
    private readonly Option<long?> _size = new("--max-size")
    {
        Description = "Stop after this many bytes of packets (default: no bound)",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 500MiB", 0L),
    };

    private readonly MirrorOptions _mirror = new();

    public static Command Create()
    {
        var options = new PacketsCommand();
        var command = new Command("packets", Help) { options._directory, options._where, options._from, options._to, options._hosts, options._ports, options._size, options._output };
        foreach (var option in options._mirror.All) command.Options.Add(option);
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var directory = parsed.GetValue(_directory)!;
        var now = DateTimeOffset.UtcNow;
        var query = new PacketQuery
        {
            FromNs = Time(parsed.GetValue(_from), "--from", now) ?? long.MinValue,
            ToNs = Time(parsed.GetValue(_to), "--to", now) ?? long.MaxValue,
            Hosts = [.. (parsed.GetValue(_hosts) ?? []).Select(Host)],
            Ports = Ports(parsed.GetValue(_ports)),
            MaxBytes = parsed.GetValue(_size) ?? long.MaxValue,
        };
        var where = SniffCommand.Where(parsed.GetValue(_where));
        var tunnels = _mirror.Tunnels(parsed);
        var file = parsed.GetValue(_output)!;
        if (!Directory.Exists(directory)) throw new UsageException($"there is no folder {directory}: name the one of --keep-packets, or of retention.directory");
        if (file == "-") CheckStandardOutput();
        using var interruption = new Interruption(null);
        var archive = new PacketArchive(directory, tunnels);
        using var line = new StatusLine();
        if (where is not null)
        {
            var calls = new MatchingCalls(where, query.FromNs, query.ToNs);
            calls.Read(archive, tunnels, line.Show, interruption.Token);
            query = query with { Connections = calls.Connections };
            line.Tell($"{Summary.Number(calls.Count)} {(calls.Count == 1 ? "call matches" : "calls match")}");
        }

        var answer = Write(archive, query, file, line, interruption);
        foreach (var note in answer.Notes) line.Tell(note);
        var connections = where is null ? "" : $" of {Summary.Number(answer.Connections)} {(answer.Connections == 1 ? "connection" : "connections")}";
        line.Tell($"{Summary.Number(answer.Frames)} {(answer.Frames == 1 ? "packet" : "packets")}{connections} ({ByteSize.Format(answer.Bytes)}) from {answer.SegmentsRead} of {answer.Segments} files");
        if (answer.IsCut) line.Tell("there are more: --max-size was reached");
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static PacketAnswer Write(PacketArchive archive, PacketQuery query, string file, StatusLine line, Interruption interruption)
    {
        using var output = file == "-" ? StandardOutput.Open() : OutputSpec.Create(file);
        var progress = new Reported(frames => line.Show($"{Summary.Number(frames)} packets written"));
        try
        {
            return archive.Write(query, output, progress, interruption.Token);
        }
        catch (IOException gone) when (file == "-" && gone.HResult is 32)
        {
            // EPIPE: the reader has what it wanted.
            return new PacketAnswer(progress.Latest, 0, 0, 0, 0, IsCut: false, []);
        }
    }

    private static void CheckStandardOutput()
    {
        if (!StandardStreams.IsOpen(StandardStreams.Output)) throw new OutputException("Cannot write to standard output: it is closed");
        if (!Console.IsOutputRedirected) throw new UsageException("packets are no text for a terminal: name a file with -o, or pipe them, as into tshark -r -");
    }

    private static IPNetwork Host(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return network;
        if (IPAddress.TryParse(text, out var address)) return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        throw new UsageException($"--host is '{text}', not an address or network such as 10.0.0.7 or 10.1.0.0/16");
    }

    private static Func<ushort, ushort, bool>? Ports(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            var ranges = PortRange.ParseList(text);
            return (source, destination) => PortRange.Matches(ranges, source, destination);
        }
        catch (CaptureException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static long? Time(string? text, string option, DateTimeOffset now) =>
        TimeParameter.TryParse(text, now, out var ns) ? ns : throw new UsageException($"{option} is '{text}', not a {TimeParameter.Description}");

    private sealed class Reported(Action<long> show) : IProgress<long>
    {
        public long Latest { get; private set; }

        public void Report(long value)
        {
            Latest = value;
            show(value);
        }
    }
}
