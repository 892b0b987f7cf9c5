using System.Text.Json;
using Weir.EndToEnd.Tests.Differential;
using Weir.Testing;

namespace Weir.EndToEnd.Tests.Support;

/// <summary>The built command, run as a user runs it.</summary>
internal static class WeirCommand
{
    /// <summary>Path of <c>weir.dll</c> in the configuration that these tests were built in.</summary>
    public static string Assembly { get; } = Find();

    public static Child Start(params IEnumerable<string> arguments) => Child.Start("dotnet", [Assembly, .. arguments]);

    public static Child Start(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        Child.Start("dotnet", [Assembly, .. arguments], environment);

    public static async Task<string> Output(params IEnumerable<string> arguments) =>
        await Child.Output("dotnet", [Assembly, .. arguments]);

    /// <summary>Reads a capture with <c>weir sniff -o jsonl</c>.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Read(string capture, params IEnumerable<string> arguments) =>
        Records(await Output(["sniff", "-r", capture, "-o", "jsonl", "--reveal", "all", .. arguments]));

    public static IReadOnlyList<JsonElement> Records(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    public static CallFacts Facts(JsonElement record)
    {
        var request = record.GetProperty("request");
        var response = record.GetProperty("response");
        var asked = request.ValueKind == JsonValueKind.Object;
        var answered = response.ValueKind == JsonValueKind.Object;
        var client = record.GetProperty("client");
        return new CallFacts(
            $"{client.GetProperty("ip").GetString()}:{client.GetProperty("port").GetInt32()}",
            asked ? request.GetProperty("method").GetString() : CallFacts.NoRequest,
            asked ? Target(request) : null,
            asked ? Text(request, "host") : null,
            answered ? response.GetProperty("status").GetInt32() : CallFacts.NoResponse,
            asked ? request.GetProperty("bodyBytes").GetInt64() : null,
            answered ? response.GetProperty("bodyBytes").GetInt64() : null);
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Target(JsonElement request) =>
        Text(request, "query") is { Length: > 0 } query
            ? $"{Text(request, "path")}?{query}"
            : Text(request, "path") ?? "";

    private static string Find()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(RepositoryRoot.Path, "src/Weir/bin", configuration, "net10.0/weir.dll");
    }
}
