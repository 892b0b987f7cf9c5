using System.CommandLine;
using System.Globalization;
using Weir.Center.Api;
using Weir.Cli.Configuration;
using Weir.Cli.Roles;
using Weir.Export;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Cli.Commands;

/// <summary><c>weir export</c>: stored calls as a file.</summary>
internal sealed class ExportCommand
{
    private const string Help = """
        Write stored calls, newest first, as JSON lines, as a HAR file, or as packets that Wireshark opens. A center may run
        on the store meanwhile.

        Examples:
          weir export --where 'status_code >= 500' --from -24h
          weir export -o har:calls.har --data /var/lib/weir
          weir export -o pcap:calls.pcapng -n 1000 --store clickhouse:http://ch:8123/weir

        In packets each call is a TCP connection of its own with its payload as HTTP/1, whatever carried it.
        """;

    /// <summary>Full records of one look into the store: they carry bodies.</summary>
    private const int PageCalls = 200;

    private readonly Option<string?> _where = new("--where", "-w") { Description = "Calls for which a CEL expression is true, such as 'status_code >= 500'", HelpName = "CEL" };
    private readonly Option<string?> _from = new("--from") { Description = "Earliest start: " + TimeParameter.Description, HelpName = "TIME" };
    private readonly Option<string?> _to = new("--to") { Description = "Latest start, exclusive", HelpName = "TIME" };
    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "jsonl (default, standard output), jsonl:FILE, har:FILE or pcap:FILE",
        HelpName = "OUTPUT",
        DefaultValueFactory = static _ => "jsonl",
    };

    private readonly Option<long?> _count = new("--count", "-n")
    {
        Description = "Stop after this many calls",
        HelpName = "N",
        CustomParser = result => SniffOptions.Parse<long>(result, IsCount, "a number of calls, at least 1", default),
    };

    private readonly Option<string?> _data = new("--data") { Description = "Directory of the embedded store (default ~/.local/share/weir)", HelpName = "DIR" };
    private readonly Option<string?> _store = StoreSettings.Option();

    public static Command Create()
    {
        var options = new ExportCommand();
        var command = new Command("export", Help) { options._where, options._from, options._to, options._output, options._count, options._data, options._store };
        command.SetAction(options.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        using var interruption = new Interruption(null);
        var query = Query(parsed);
        if (!OutputSpec.TryParse(parsed.GetValue(_output), out var spec, out var error)) throw new UsageException(error);
        if (spec.Kind is not (OutputKind.JsonLines or OutputKind.Har or OutputKind.Pcap)) throw new UsageException("weir export writes jsonl, har:FILE or pcap:FILE");
        using var store = Open(parsed);
        var written = spec.Kind switch
        {
            OutputKind.JsonLines => WriteLines(spec, store, query, parsed, interruption),
            OutputKind.Har => WriteHar(spec, store, query, parsed, interruption),
            _ => WritePackets(spec, store, query, parsed, interruption),
        };
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"weir: {written} {(written == 1 ? "call" : "calls")} exported"));
        return interruption.BySignal ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>The stored bytes go out as they are.</summary>
    private long WriteLines(OutputSpec spec, IExchangeStore store, ExchangeQuery query, ParseResult parsed, Interruption interruption)
    {
        using var output = spec.File is null ? StandardOutput.Open() : new BufferedStream(OutputSpec.Create(spec.File), 1 << 16);
        var written = 0L;
        foreach (var record in Records(store, query, parsed, interruption.Token))
        {
            try
            {
                output.Write(record);
                output.Write("\n"u8);
            }
            catch (IOException gone) when (spec.File is null && gone.HResult is 32)
            {
                // EPIPE: the reader has what it wanted.
                break;
            }

            written++;
        }

        return written;
    }

    private long WriteHar(OutputSpec spec, IExchangeStore store, ExchangeQuery query, ParseResult parsed, Interruption interruption)
    {
        using var output = new HarOutput(spec.File is null ? StandardOutput.Open() : OutputSpec.Create(spec.File), spec.File ?? "standard output");
        var lane = output.OpenLane();
        var read = Write(store, query, parsed, interruption, lane);
        lane.Flush();
        return read - output.LeftOut;
    }

    private long WritePackets(OutputSpec spec, IExchangeStore store, ExchangeQuery query, ParseResult parsed, Interruption interruption)
    {
        using var output = new PacketFileOutput(spec.File is null ? StandardOutput.Open() : OutputSpec.Create(spec.File));
        return Write(store, query, parsed, interruption, output) - output.LeftOut;
    }

    private long Write(IExchangeStore store, ExchangeQuery query, ParseResult parsed, Interruption interruption, IExchangeSink sink)
    {
        var exchange = new Exchange();
        var read = 0L;
        foreach (var record in Records(store, query, parsed, interruption.Token))
        {
            if (!ExchangeJsonReader.TryRead(record, exchange, out var error)) throw new IOException($"a stored record cannot be read: {error}");
            sink.Write(exchange);
            read++;
        }

        return read;
    }

    private IEnumerable<byte[]> Records(IExchangeStore store, ExchangeQuery query, ParseResult parsed, CancellationToken cancellation)
    {
        var left = parsed.GetValue(_count) ?? long.MaxValue;
        while (left > 0 && !cancellation.IsCancellationRequested)
        {
            var page = store.Query(query with { Limit = (int)Math.Min(PageCalls, left) }, CancellationToken.None);
            foreach (var item in page.Items) yield return item.Json;
            left -= page.Items.Count;
            if (page.Next is null) yield break;
            query = query with { After = page.Next };
        }
    }

    private ExchangeQuery Query(ParseResult parsed)
    {
        StoreFilter? filter = null;
        if (parsed.GetValue(_where) is { } where && !string.IsNullOrWhiteSpace(where))
        {
            if (!ExchangeFilter.TryParse(where, out var expression, out var error)) throw new UsageException("--where: " + FilterExcerpt.Render(error, where));
            filter = new StoreFilter(expression);
        }

        var now = DateTimeOffset.UtcNow;
        return new ExchangeQuery
        {
            Filter = filter,
            FromNs = Time(parsed.GetValue(_from), "--from", now) ?? long.MinValue,
            ToNs = Time(parsed.GetValue(_to), "--to", now) ?? long.MaxValue,
            Detail = ExchangeDetail.Full,
        };
    }

    private IExchangeStore Open(ParseResult parsed)
    {
        var settings = YamlSettings.Read(null, Environment.GetEnvironmentVariable);
        // A directory on the command line goes before a server in the environment.
        if ((parsed.GetValue(_store) is not null || parsed.GetValue(_data) is null)
            && StoreSettings.Read(settings, parsed.GetValue(_store), long.MaxValue, TimeSpan.FromDays(36_500)) is { } server)
            return new ClickHouseExchangeStore(server with { IsReader = true });
        var path = Path.Combine(UpCommand.DataDirectory(parsed.GetValue(_data), demo: false), "weir.db");
        return File.Exists(path) ? new SqliteExchangeStore(new SqliteStoreOptions { Path = path }) : throw new UsageException($"there is no store {path}: name its directory with --data");
    }

    private static long? Time(string? text, string option, DateTimeOffset now) =>
        TimeParameter.TryParse(text, now, out var ns) ? ns : throw new UsageException($"{option} is '{text}', not a {TimeParameter.Description}");

    private static bool IsCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
