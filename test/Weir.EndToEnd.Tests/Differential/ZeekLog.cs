using System.Globalization;
using System.Text;

namespace Weir.EndToEnd.Tests.Differential;

/// <summary>
/// Reads an expected <c>http.log</c> of Zeek, whose columns are named by a <c>#fields</c> line or, in a log that was cut to
/// some columns, by its first line. A column that is not there says nothing.
/// </summary>
internal static class ZeekLog
{
    public static IReadOnlyList<CallFacts> Read(string path)
    {
        string[]? fields = null;
        var calls = new List<CallFacts>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith("#fields\t", StringComparison.Ordinal)) fields = line.Split('\t')[1..];
            if (line.StartsWith('#')) continue;
            if (fields is null) fields = line.Split('\t');
            else calls.Add(Call(fields.Zip(line.Split('\t')).ToDictionary(pair => pair.First, pair => pair.Second)));
        }

        return calls;
    }

    /// <summary>The call as Zeek writes it: the target with its percent-encoding decoded, bytes above ASCII as \xhh.</summary>
    public static CallFacts AsLogged(CallFacts call) => call with { Target = call.Target is null ? null : Decoded(call.Target) };

    private static CallFacts Call(Dictionary<string, string> values) => new(
        values.TryGetValue("id.orig_h", out var ip) ? $"{ip}:{values["id.orig_p"]}" : null,
        values.ContainsKey("method") ? Text(values, "method") ?? CallFacts.NoRequest : null,
        Text(values, "uri"),
        null,
        values.ContainsKey("status_code") ? Number(values, "status_code") ?? CallFacts.NoResponse : null,
        Length(values, "request_body_len"),
        Length(values, "response_body_len"));

    private static string Decoded(string target)
    {
        var text = new StringBuilder();
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i] == '%' && i + 2 < target.Length && byte.TryParse(
                target.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                text.Append(value is >= 0x20 and < 0x7F ? $"{(char)value}" : $"\\x{value:x2}");
                i += 2;
            }
            else
            {
                text.Append(target[i]);
            }
        }

        return text.ToString();
    }

    private static string? Text(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) && value is not ("-" or "(empty)") ? value : null;

    private static int? Number(Dictionary<string, string> values, string name) =>
        Text(values, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Zeek writes body lengths after content decoding, so a zero is sure and any other length is not compared.</summary>
    private static long? Length(Dictionary<string, string> values, string name) =>
        Text(values, name) is "0" ? 0 : null;
}
