using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Cli.Inventory;

namespace Weir.Cli.Commands;

/// <summary><c>weir mcp</c>: the Model Context Protocol over standard input and output, for programs that start their servers themselves.</summary>
internal static class McpCommand
{
    private const string Help = """
        Let an assistant ask a center about its traffic: the Model Context Protocol over standard input and output. Every
        message goes to /mcp of the center, where programs that speak HTTP can ask directly. Nothing can be changed.

        Examples:
          WEIR_TOKEN_FILE=~/.config/weir/token weir mcp --center https://weir.example
          weir mcp --center http://127.0.0.1:7373 --token-file token

        A token of the role viewer does: POST /api/v1/tokens makes one (docs/guides/mcp.md).
        """;

    /// <summary>JSON-RPC's code for what is neither the message's fault nor its method's.</summary>
    private const int InternalError = -32603;

    public static Command Create()
    {
        var input = new CatalogueInput();
        var command = new Command("mcp", Help) { input.Center, input.Token, input.TokenFile };
        command.SetAction(parsed => Run(input, parsed));
        return command;
    }

    /// <summary>One message a line, one answer a line (revision 2025-06-18, "stdio"), until the input ends.</summary>
    private static int Run(CatalogueInput input, ParseResult parsed)
    {
        if (parsed.GetValue(input.Center) is null) throw new UsageException("name the center that is asked: --center http://127.0.0.1:7373");
        using var center = input.Connect(parsed);
        using var reader = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        using var writer = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && Answer(center, line) is { Length: > 0 } answer) writer.WriteLine(answer);
        }

        return ExitCode.Done;
    }

    /// <summary>Empty where the message wants no answer.</summary>
    private static string Answer(CenterClient center, string line)
    {
        try
        {
            return center.PostText("/mcp", Encoding.UTF8.GetBytes(line), "application/json");
        }
        catch (IOException failure)
        {
            Console.Error.WriteLine($"weir: {failure.Message}");
            return Id(line) is { } id
                ? new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["error"] = new JsonObject { ["code"] = InternalError, ["message"] = failure.Message } }.ToJsonString()
                : "";
        }
    }

    private static JsonNode? Id(string line)
    {
        try
        {
            return (JsonNode.Parse(line) as JsonObject)?["id"]?.DeepClone();
        }
        catch (Exception broken) when (broken is System.Text.Json.JsonException or ArgumentException)
        {
            return null;
        }
    }
}
