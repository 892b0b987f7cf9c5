using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.StrictReceiver;

/// <summary>
/// What a line of the Resurface loggers may be, written from docs/formats/resurface.md alone: shares no code with what makes
/// the lines. Everything a tolerant server would pass over is an error here.
/// </summary>
public static class MessageRules
{
    /// <summary>Kinds of details in the order in which logger-go writes them.</summary>
    private static readonly string[] s_order =
    [
        "request_method", "request_url", "response_code", "request_body", "request_header:", "request_param:", "response_header:",
        "response_body", "session_field:", "now", "interval", "custom_field:", "host",
    ];

    private static readonly string[] s_required = ["request_method", "request_url", "response_code", "now", "host"];

    /// <summary>What is wrong with a line; null when nothing is.</summary>
    public static string? Check(ReadOnlySpan<byte> line, out IReadOnlyList<KeyValuePair<string, string>> details)
    {
        details = [];
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line);
        }
        catch (DecoderFallbackException)
        {
            return "not UTF-8";
        }

        if (!text.StartsWith("[[\"", StringComparison.Ordinal) || !text.EndsWith("\"]]", StringComparison.Ordinal)) return "no array of arrays without white space around";
        if (text.Contains('&', StringComparison.Ordinal)) return "& is written \\u0026";
        try
        {
            using var json = JsonDocument.Parse(text);
            var found = new List<KeyValuePair<string, string>>();
            foreach (var detail in json.RootElement.EnumerateArray())
            {
                if (detail.ValueKind != JsonValueKind.Array || detail.GetArrayLength() != 2) return "a detail is not two long";
                if (detail[0].ValueKind != JsonValueKind.String || detail[1].ValueKind != JsonValueKind.String) return "a detail is not of strings";
                found.Add(new(detail[0].GetString()!, detail[1].GetString()!));
            }

            details = found;
            return Details(found);
        }
        catch (JsonException broken)
        {
            return broken.Message;
        }
    }

    private static string? Details(List<KeyValuePair<string, string>> details)
    {
        var last = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in details)
        {
            var colon = key.IndexOf(':', StringComparison.Ordinal);
            var kind = colon < 0 ? key : key[..(colon + 1)];
            var place = Array.IndexOf(s_order, kind);
            if (place < 0) return $"unknown key {key}";
            if (place < last) return $"{key} is out of order";
            last = place;
            if (colon < 0 && !seen.Add(key)) return $"{key} twice";
            if (colon >= 0 && (colon == key.Length - 1 || key.Any(char.IsAsciiLetterUpper))) return $"{key}: the name is empty or not lower-case";
            if (key == "request_header:host") return "the host stands in the URL";
            if (value.Length == 0) return $"{key} is empty";
            if (Encoding.UTF8.GetByteCount(value) > 1 << 20) return $"{key} is larger than 1 MiB";
        }

        if (s_required.FirstOrDefault(key => !seen.Contains(key)) is { } missing) return $"{missing} is missing";
        if (details[^1].Key != "host") return "host is not last";
        return Values(details.Where(d => !d.Key.Contains(':', StringComparison.Ordinal)).ToDictionary(d => d.Key, d => d.Value));
    }

    private static string? Values(Dictionary<string, string> named)
    {
        if (!Uri.TryCreate(named["request_url"], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return "request_url is no URL";
        if (named["response_code"] is not { Length: 3 } code || !code.All(char.IsAsciiDigit)) return "response_code is no status";
        if (!long.TryParse(named["now"], NumberStyles.None, CultureInfo.InvariantCulture, out var now) || now < 1_000_000_000_000) return "now is no time in ms";
        var interval = named.GetValueOrDefault("interval", "1");
        if (!long.TryParse(interval, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) || ms < 1) return "interval is no whole number of ms";
        return null;
    }
}
