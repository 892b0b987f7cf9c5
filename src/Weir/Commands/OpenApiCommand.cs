using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Cli.Inventory;
using Weir.Export;
using Weir.Inventory;
using Weir.Inventory.OpenApi;

namespace Weir.Cli.Commands;

/// <summary><c>weir openapi</c>: describes a service by its traffic.</summary>
internal static class OpenApiCommand
{
    private const string Help = """
        Describe a service by its traffic as OpenAPI 3.1. No value that was sent is in it: no examples, no enumerations.

        Examples:
          weir openapi -r traffic.pcap --service orders > orders.yaml
          weir openapi -r calls.jsonl -o orders.json           JSON where the name ends in .json
          weir openapi --center http://127.0.0.1:7373 --service shop/orders
        """;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var input = new CatalogueInput();
        var output = new Option<string?>("--output", "-o") { Description = "Where to write (default standard output)", HelpName = "FILE.yaml|FILE.json" };
        var command = new Command("openapi", Help) { input.All, input.Json, output };
        foreach (var option in input.Options) command.Options.Add(option);
        command.SetAction(parsed => Run(input, parsed, parsed.GetValue(output)));
        return command;
    }

    private static int Run(CatalogueInput input, ParseResult parsed, string? path)
    {
        var file = input.FileOf(parsed);
        OutputFiles.Check(file, [], path);
        using var interruption = new Interruption(null);
        var document = file is null ? FromCenter(input, parsed) : FromFile(input, parsed, file, interruption.Token);
        if (interruption.BySignal) return ExitCode.Interrupted;
        var json = parsed.GetValue(input.Json) || path?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;
        var bytes = Encoding.UTF8.GetBytes(json ? document.ToJsonString(s_indented) + "\n" : YamlWriter.Write(document));
        using var output = path is null or "-" ? StandardOutput.Open() : OutputSpec.Create(path);
        output.Write(bytes);
        return ExitCode.Done;
    }

    private static JsonObject FromFile(CatalogueInput input, ParseResult parsed, string file, CancellationToken cancellation)
    {
        var catalogue = new EndpointCatalogue();
        CatalogueInput.Learn(file, catalogue, cancellation);
        return OpenApiBuilder.Build(input.One(parsed, catalogue), parsed.GetValue(input.All));
    }

    private static JsonObject FromCenter(CatalogueInput input, ParseResult parsed)
    {
        var service = parsed.GetValue(input.Service) ?? throw new UsageException("a center knows many services: choose one with --service; weir endpoints --center lists them");
        using var center = input.Connect(parsed);
        return center.Json($"/api/v1/openapi?service={Uri.EscapeDataString(service)}&all={(parsed.GetValue(input.All) ? "true" : "false")}");
    }
}
