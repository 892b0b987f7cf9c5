using System.Text.Json;

namespace Weir.Benchmarks.Soak;

/// <summary>
/// Reads Weir's JSON lines while it runs and checks every record that says it is complete against what was sent. A record
/// that is whole and wrong is corrupt; there must be none, however much is lost.
/// </summary>
internal sealed class RecordCheck
{
    private long _complete;
    private long _incomplete;
    private long _corrupt;

    public long Complete => Interlocked.Read(ref _complete);

    public long Incomplete => Interlocked.Read(ref _incomplete);

    public long Corrupt => Interlocked.Read(ref _corrupt);

    /// <summary>The first corrupt record; null when there is none.</summary>
    public string? Example { get; private set; }

    public async Task Read(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line) Check(line);
    }

    private void Check(string line)
    {
        using var json = JsonDocument.Parse(line);
        var record = json.RootElement;
        if (!record.GetProperty("complete").GetBoolean())
        {
            Interlocked.Increment(ref _incomplete);
            return;
        }

        Interlocked.Increment(ref _complete);
        if (IsTrue(record)) return;
        Interlocked.Increment(ref _corrupt);
        Example ??= line;
    }

    /// <summary>A complete record of a <see cref="SoakBody"/> call has what was sent; any other call is not looked at.</summary>
    public static bool IsTrue(JsonElement record)
    {
        if (!SoakBody.TryParse(record.GetProperty("request").GetProperty("path").GetString(), out var id, out var length)) return true;
        var response = record.GetProperty("response");
        return response.GetProperty("status").GetInt32() == 200 && response.GetProperty("bodyBytes").GetInt64() == length
            && SoakBody.IsOf(id, response.GetProperty("body").GetString() ?? "");
    }
}
