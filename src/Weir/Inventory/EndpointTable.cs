using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Weir.Cli.Inventory;

/// <summary>Endpoints for people: one line each, service by service.</summary>
internal static class EndpointTable
{
    /// <param name="endpoints">Summaries as the API gives them.</param>
    public static string Write(IEnumerable<JsonObject> endpoints)
    {
        var text = new StringBuilder();
        foreach (var service in endpoints.GroupBy(static one => Text(one, "service")).OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var rows = service.OrderBy(static one => Text(one, "template"), StringComparer.Ordinal).ThenBy(static one => Text(one, "method"), StringComparer.Ordinal)
                .Select(static one => (Method: Text(one, "method"), Name: Name(one), One: one)).ToList();
            var wide = Math.Min(60, rows.Max(static row => row.Name.Length));
            text.Append(CultureInfo.InvariantCulture, $"{service.Key}\n");
            foreach (var (method, name, one) in rows)
            {
                var latency = one["latencyMs"] as JsonObject;
                text.Append(CultureInfo.InvariantCulture, $"  {method,-7} {name.PadRight(wide)}  {one["calls"],7} calls  p90 {latency?["p90"],8} ms  {Statuses(one)}");
                if (List(one, "auth") is { Length: > 0 } auth) text.Append(CultureInfo.InvariantCulture, $"  auth {auth}");
                if (List(one, "sensitive") is { Length: > 0 } sensitive) text.Append(CultureInfo.InvariantCulture, $"  {sensitive}");
                text.Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Name(JsonObject one)
    {
        var template = Text(one, "template");
        if (one["operation"] is { } operation) template += $" {operation}";
        return one["confirmed"]?.GetValue<bool>() == false ? template + " (unconfirmed)" : template;
    }

    private static string Statuses(JsonObject one) => string.Join(' ', (one["statuses"] as JsonObject ?? []).Select(static status => $"{status.Key}:{status.Value}"));

    private static string List(JsonObject one, string name) => string.Join(',', (one[name] as JsonArray ?? []).Select(static value => value!.GetValue<string>()).Where(static value => value != "none"));

    private static string Text(JsonObject one, string name) => one[name]?.GetValue<string>() ?? "";
}
