using System.Globalization;
using System.Text.Json.Nodes;

namespace Weir.Cli.Inventory;

/// <summary>How far <c>--new-only</c> has come: <c>.extract-state.json</c> beside the file that is written, as the old guide has it.</summary>
internal sealed class ExtractState
{
    private readonly string _path;

    private ExtractState(string path, int lastCount, string? lastId) => (_path, LastCount, LastId) = (path, lastCount, lastId);

    /// <summary>Events in the file the last time; 0 when there is no state, or it cannot be understood: then everything is new.</summary>
    public int LastCount { get; }

    /// <summary>Id of the latest call the last time, where they came from a store.</summary>
    public string? LastId { get; }

    /// <param name="output">The file that is written; - for standard output.</param>
    public static ExtractState Beside(string output)
    {
        var path = Path.Combine(output == "-" ? "." : Path.GetDirectoryName(Path.GetFullPath(output))!, ".extract-state.json");
        if (!File.Exists(path)) return new ExtractState(path, 0, null);
        try
        {
            var state = JsonNode.Parse(File.ReadAllText(path)) as JsonObject;
            return new ExtractState(
                path, state?["lastCount"] is JsonValue count && count.TryGetValue(out int number) ? number : 0, state?["lastId"] is JsonValue id && id.TryGetValue(out string? text) ? text : null);
        }
        catch (System.Text.Json.JsonException)
        {
            return new ExtractState(path, 0, null);
        }
    }

    public void Save(int count, string? id)
    {
        var state = new JsonObject { ["lastCount"] = count, ["lastExtracted"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
        if (id is not null) state["lastId"] = id;
        File.WriteAllText(_path, state.ToJsonString());
    }
}
