using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Cli.Inventory;
using Weir.Export;
using Weir.Inventory;
using Weir.Inventory.Security;
using Weir.Inventory.State;

namespace Weir.Cli.Commands;

/// <summary><c>weir endpoints</c>: which endpoints the traffic shows.</summary>
internal static class EndpointsCommand
{
    private const string Help = """
        List the endpoints that traffic shows: path templates with named parameters, calls, status codes, latency,
        identification, sensitive data. With --findings also what is wrong with their security.

        Examples:
          weir endpoints -r traffic.pcap                       a table
          weir endpoints -r calls.jsonl --json                 one JSON object a line
          weir endpoints --center http://127.0.0.1:7373        what a running center has learned
          weir endpoints -r endpoints.json --format captured   captured-endpoints.json, health checks left out
          weir endpoints -r traffic.pcap --findings            tokens without signature, secrets in URLs, …
        """;

    public static Command Create()
    {
        var input = new CatalogueInput();
        var findings = new Option<bool>("--findings") { Description = "Show security findings instead; ends with 1 when there are any of medium severity or above" };
        var captured = new CapturedFile();
        var format = new Option<string>("--format")
        {
            Description = "table, or captured: captured-endpoints.json as the APISec traffic monitor's guide has it",
            HelpName = "FORMAT",
            DefaultValueFactory = static _ => "table",
        };
        format.AcceptOnlyFromAmong("table", "captured");
        var command = new Command("endpoints", Help) { input.All, input.Json, findings, format };
        foreach (var option in captured.All) command.Options.Add(option);
        foreach (var option in input.Options) command.Options.Add(option);
        command.SetAction(parsed => parsed.GetValue(format) == "captured" ? Captured(input, captured, parsed) : Run(input, parsed, parsed.GetValue(findings)));
        return command;
    }

    private static int Captured(CatalogueInput input, CapturedFile captured, ParseResult parsed)
    {
        using var interruption = new Interruption(null);
        return captured.Run(parsed, input.FileOf(parsed) ?? throw new UsageException("--format captured reads calls: name them with -r FILE"), interruption.Token);
    }

    private static int Run(CatalogueInput input, ParseResult parsed, bool findings)
    {
        using var interruption = new Interruption(null);
        var (endpoints, found) = input.FileOf(parsed) is { } file ? FromFile(input, parsed, file, interruption.Token) : FromCenter(input, parsed);
        if (interruption.BySignal) return ExitCode.Interrupted;
        var rows = findings ? found : endpoints;
        using var output = StandardOutput.Open();
        output.Write(Encoding.UTF8.GetBytes(parsed.GetValue(input.Json)
            ? string.Concat(rows.Select(static row => row.ToJsonString() + "\n"))
            : findings ? string.Concat(rows.Select(Line)) : EndpointTable.Write(rows)));
        return findings && rows.Any(static row => row["severity"]!.GetValue<string>() is "medium" or "high") ? ExitCode.Failed : ExitCode.Done;
    }

    private static (List<JsonObject> Endpoints, List<JsonObject> Findings) FromFile(CatalogueInput input, ParseResult parsed, string file, CancellationToken cancellation)
    {
        var catalogue = new EndpointCatalogue();
        CatalogueInput.Learn(file, catalogue, cancellation);
        var all = parsed.GetValue(input.All);
        var services = input.Services(parsed, catalogue);
        return (
            [.. services.SelectMany(service => service.Endpoints.Where(one => all || one.Confirmed).OrderBy(static one => one.Template, StringComparer.Ordinal).Select(one => EndpointJson.Summary(service.Name, one)))],
            [.. services.SelectMany(service => EndpointJson.Findings(ServiceFindings.Of(service)).OfType<JsonObject>().Select(one => WithService(one, service.Name)))]);
    }

    private static JsonObject WithService(JsonObject finding, string service)
    {
        finding.Insert(0, "service", service);
        return finding;
    }

    private static (List<JsonObject> Endpoints, List<JsonObject> Findings) FromCenter(CatalogueInput input, ParseResult parsed)
    {
        using var center = input.Connect(parsed);
        var query = $"?all={(parsed.GetValue(input.All) ? "true" : "false")}{(parsed.GetValue(input.Service) is { } service ? "&service=" + Uri.EscapeDataString(service) : "")}";
        var answer = center.Json("/api/v1/endpoints" + query);
        return ([.. (answer["items"] as JsonArray ?? []).OfType<JsonObject>()], [.. (answer["findings"] as JsonArray ?? []).OfType<JsonObject>()]);
    }

    private static string Line(JsonObject finding) => $"{finding["severity"],-6} {finding["kind"],-22} {finding["service"]} {finding["method"]} {finding["template"]}: {finding["detail"]} ({finding["count"]} calls)\n";
}
