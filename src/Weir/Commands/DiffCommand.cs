using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Cli.Inventory;
using Weir.Export;
using Weir.Inventory;
using Weir.Inventory.Drift;
using Weir.Inventory.State;
using Weir.Specs;

namespace Weir.Cli.Commands;

/// <summary><c>weir diff</c>: what a service does that its specification does not say.</summary>
internal static class DiffCommand
{
    private const string Help = """
        Compare traffic with an OpenAPI document (3.0 or 3.1, YAML or JSON): endpoints, parameters, fields, status
        codes and media types that are not described, values of other types, deprecated operations still called.
        Ends with 1 when there is drift.

        Examples:
          weir diff --spec orders.yaml -r traffic.pcap --service orders
          weir diff --spec orders.yaml -r calls.jsonl --json
          weir diff --spec orders.yaml --center http://127.0.0.1:7373 --service shop/orders
        """;

    public static Command Create()
    {
        var input = new CatalogueInput();
        var spec = new Option<string>("--spec") { Description = "OpenAPI document", HelpName = "FILE", Required = true };
        var command = new Command("diff", Help) { spec, input.Json };
        foreach (var option in input.Options) command.Options.Add(option);
        command.SetAction(parsed => Run(input, parsed, parsed.GetValue(spec)!));
        return command;
    }

    private static int Run(CatalogueInput input, ParseResult parsed, string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {path}: {failure.Message}");
        }

        if (!SpecReader.TryRead(bytes, out var model, out var error)) throw new UsageException($"{path} is no specification that can be used: {error}");
        using var interruption = new Interruption(null);
        JsonObject report;
        if (input.FileOf(parsed) is { } file)
        {
            var catalogue = new EndpointCatalogue();
            // Known before the traffic, templates of the specification decide what is a value. A lone service is the one meant.
            if (parsed.GetValue(input.Service) is { } name && catalogue.Expect(name) is { } expected) SpecDiff.Expect(expected, model);
            CatalogueInput.Learn(file, catalogue, interruption.Token);
            if (interruption.BySignal) return ExitCode.Interrupted;
            var service = input.One(parsed, catalogue);
            SpecDiff.Expect(service, model);
            report = EndpointJson.Drift(service.Name, SpecDiff.Compare(model, service));
        }
        else
        {
            var service = parsed.GetValue(input.Service) ?? throw new UsageException("a center knows many services: choose one with --service; weir endpoints --center lists them");
            using var center = input.Connect(parsed);
            report = center.Post($"/api/v1/drift?service={Uri.EscapeDataString(service)}", bytes, "application/openapi");
        }

        var drift = (report["drift"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        using var output = StandardOutput.Open();
        output.Write(Encoding.UTF8.GetBytes(parsed.GetValue(input.Json) ? report.ToJsonString() + "\n" : string.Concat(drift.Select(Line))));
        Console.Error.WriteLine(
            $"weir: {report["matched"]} of {report["observed"]} endpoints are described; {(drift.Count == 0 ? "no drift" : $"{drift.Count} differences")}; "
            + $"{(report["unused"] as JsonArray)?.Count ?? 0} operations were not called");
        return drift.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static string Line(JsonObject item)
    {
        var where = item["where"]!.GetValue<string>();
        return $"{item["kind"],-25} {item["method"]} {item["path"]}{(where.Length > 0 ? $"  {where}" : "")}: {item["detail"]} ({item["count"]})\n";
    }
}
