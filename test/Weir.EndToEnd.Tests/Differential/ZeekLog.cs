using System.Globalization;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>Reads an expected <c>http.log</c> in Zeek's tab-separated form; columns are found by its <c>#fields</c> line.</summary>
internal static class ZeekLog
{
    public static IReadOnlyList<CallFacts>? Read(string path)
    {
        string[]? fields = null;
        var calls = new List<CallFacts>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("#fields\t", StringComparison.Ordinal)) fields = line.Split('\t')[1..];
            if (line.StartsWith('#') || fields is null) continue;
            var values = fields.Zip(line.Split('\t')).ToDictionary(pair => pair.First, pair => pair.Second);
            if (!values.ContainsKey("method")) return null;
            calls.Add(new CallFacts(
                $"{values["id.orig_h"]}:{values["id.orig_p"]}", Text(values, "method"), Text(values, "uri"), null,
                Number(values, "status_code"), Length(values, "request_body_len"), Length(values, "response_body_len")));
        }

        return fields is null ? null : calls;
    }

    private static string? Text(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) && value is not ("-" or "(empty)") ? value : null;

    private static int? Number(Dictionary<string, string> values, string name) =>
        Text(values, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Zeek writes body lengths after content decoding, so a zero is sure and any other length is not compared.</summary>
    private static long? Length(Dictionary<string, string> values, string name) =>
        Text(values, name) is "0" ? 0 : null;
}
