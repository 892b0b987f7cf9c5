using System.Buffers;
using System.CommandLine;
using System.Text;
using Weir.Cli.Replay;
using Weir.Export;
using Weir.Export.Apisec;
using Weir.Privacy.Redaction;

namespace Weir.Cli.Inventory;

/// <summary><c>weir endpoints --format captured</c>: <c>captured-endpoints.json</c> as the old guide has it, from calls in a file or a store, or from the monitor's own events.</summary>
internal sealed class CapturedFile
{
    public Option<bool> HealthChecks { get; } = new("--include-health-checks") { Description = "captured: keep /health, /ready and the like, which are left out" };

    public Option<bool> NewOnly { get; } = new("--new-only") { Description = "captured: only what came since the last time; how far that was stands in .extract-state.json beside the file" };

    public Option<string> Output { get; } = new("--output", "-o")
    {
        Description = "captured: the file to write, - for standard output (default captured-endpoints.json)",
        HelpName = "FILE",
        DefaultValueFactory = static _ => "captured-endpoints.json",
    };

    public IEnumerable<Option> All => [HealthChecks, NewOnly, Output];

    /// <summary>From a file of calls or events. What is new of it is what stands behind what was read the last time.</summary>
    public int Run(ParseResult parsed, string input, CancellationToken cancellation)
    {
        var state = ExtractState.Beside(parsed.GetValue(Output)!);
        return Write(parsed, Lines(input, cancellation), parsed.GetValue(NewOnly) ? state.LastCount : null, result => state.Save(result.InFile, null));
    }

    /// <summary>From the store of a center. What is new of it began after the latest call of the last time.</summary>
    public int Run(ParseResult parsed, StoredCalls calls, CancellationToken cancellation)
    {
        var state = ExtractState.Beside(parsed.GetValue(Output)!);
        var (after, latest) = (parsed.GetValue(NewOnly) ? state.LastId : null, state.LastId);
        var (events, redactor, page) = (new CapturedEventWriter(), new ExchangeRedactor(), new ArrayBufferWriter<byte>());
        using var spool = new EventSpool();
        calls.Run(
            exchanges =>
            {
                page.ResetWrittenCount();
                var isNew = false;
                foreach (var exchange in exchanges)
                {
                    var id = exchange.Id.ToString();
                    if (after is not null && string.CompareOrdinal(id, after) <= 0) continue;
                    isNew = true;
                    if (latest is null || string.CompareOrdinal(id, latest) > 0) latest = id;
                    events.Write(redactor.Redact(exchange), [], page);
                }

                spool.Add(page);
                return isNew || exchanges.Count == 0;
            },
            cancellation);
        return Write(parsed, spool.Lines(), parsed.GetValue(NewOnly) ? 0 : null, result => state.Save(result.InFile, latest));
    }

    private int Write(ParseResult parsed, IEnumerable<string> lines, int? newOnly, Action<CapturedEndpointsResult> save)
    {
        var path = parsed.GetValue(Output)!;
        var options = new CapturedEndpointsOptions(!parsed.GetValue(HealthChecks), newOnly, Commands.SniffOptions.FromEnvironment("NODE_NAME"));
        CapturedEndpointsResult result;
        using (var output = path == "-" ? StandardOutput.Open() : OutputSpec.Create(path)) result = CapturedEndpoints.Write(lines, options, DateTimeOffset.UtcNow, output);
        if (newOnly is not null) save(result);
        Console.Error.WriteLine($"weir: {Summary.Number(result.Written)} of {Summary.Number(result.InFile)} events in {path}, {Summary.Number(result.HealthChecks)} health checks left out");
        foreach (var line in result.Summary) Console.Error.WriteLine($"  {line}");
        return ExitCode.Done;
    }

    private static IEnumerable<string> Lines(string input, CancellationToken cancellation)
    {
        if (IsEvents(input)) return ReadShared(input);
        var (writer, events, redactor) = (new ArrayBufferWriter<byte>(), new CapturedEventWriter(), new ExchangeRedactor());
        new ReplayReader(input).Run(exchange => events.Write(redactor.Redact(exchange), [], writer), cancellation);
        return Encoding.UTF8.GetString(writer.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The events of a monitor that may be writing them right now.</summary>
    private static IEnumerable<string> ReadShared(string input)
    {
        using var reader = new StreamReader(new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        while (reader.ReadLine() is { } line) yield return line;
    }

    private static bool IsEvents(string input)
    {
        if (input == "-" || !File.Exists(input)) return false;
        using var reader = new StreamReader(new FileStream(input, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var start = new char[4096];
        var text = new string(start, 0, reader.ReadBlock(start, 0, start.Length));
        // pcap and .gor begin otherwise; a record of Weir has no full_url.
        return text.StartsWith(CapturedEventWriter.Prefix, StringComparison.Ordinal) || (text.StartsWith('{') && text.Contains("\"full_url\":", StringComparison.Ordinal)) || text.Length == 0;
    }
}
