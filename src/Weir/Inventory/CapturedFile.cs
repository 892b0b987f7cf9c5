using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Cli.Replay;
using Weir.Export;
using Weir.Export.Apisec;
using Weir.Privacy.Redaction;

namespace Weir.Cli.Inventory;

/// <summary><c>weir endpoints --format captured</c>: <c>captured-endpoints.json</c> as the old guide has it, from calls or from the monitor's own events.</summary>
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

    public int Run(ParseResult parsed, string input, CancellationToken cancellation)
    {
        var path = parsed.GetValue(Output)!;
        var state = Path.Combine(path == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(path))!, ".extract-state.json");
        var newOnly = parsed.GetValue(NewOnly);
        var options = new CapturedEndpointsOptions(!parsed.GetValue(HealthChecks), newOnly ? LastCount(state) : null, Node());
        CapturedEndpointsResult result;
        using (var output = path == "-" ? StandardOutput.Open() : OutputSpec.Create(path))
            result = CapturedEndpoints.Write(Lines(input, cancellation), options, DateTimeOffset.UtcNow, output);
        if (newOnly) File.WriteAllText(state, $$"""{"lastCount":{{result.InFile}},"lastExtracted":"{{DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}}"}""");
        Console.Error.WriteLine($"weir: {Summary.Number(result.Written)} of {Summary.Number(result.InFile)} events in {path}, {Summary.Number(result.HealthChecks)} health checks left out");
        foreach (var line in result.Summary) Console.Error.WriteLine($"  {line}");
        return ExitCode.Done;
    }

    private static string? Node() => Commands.SniffOptions.FromEnvironment("NODE_NAME");

    /// <summary>0 when there is no state, or it cannot be understood: then everything is new.</summary>
    private static int LastCount(string state)
    {
        if (!File.Exists(state)) return 0;
        try
        {
            return JsonNode.Parse(File.ReadAllText(state))?["lastCount"] is JsonValue value && value.TryGetValue(out int count) ? count : 0;
        }
        catch (System.Text.Json.JsonException)
        {
            return 0;
        }
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
