using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>Label selectors by equality and presence, field selectors by equality.</summary>
internal sealed class Selector(string labels, string fields)
{
    public bool Matches(JsonObject one) =>
        Parts(labels).All(part => MatchesLabel(one["metadata"]?["labels"] as JsonObject, part)) && Parts(fields).All(part => MatchesField(one, part));

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool MatchesLabel(JsonObject? labels, string part)
    {
        if (Split(part) is not var (name, wanted, isEqual)) return labels?.ContainsKey(part.TrimStart('!')) == !part.StartsWith('!');
        return (string?)labels?[name] == wanted == isEqual;
    }

    private static bool MatchesField(JsonObject one, string part)
    {
        if (Split(part) is not var (name, wanted, isEqual)) throw ApiException.BadRequest($"invalid field selector {part}");
        if (name is not ("metadata.name" or "metadata.namespace" or "spec.nodeName" or "status.phase")) throw ApiException.BadRequest($"field label not supported: {name}");
        JsonNode? node = one;
        foreach (var step in name.Split('.')) node = node?[step];
        return ((string?)node ?? "") == wanted == isEqual;
    }

    private static (string Name, string Value, bool IsEqual)? Split(string part)
    {
        var at = part.IndexOf('=', StringComparison.Ordinal);
        if (at < 0) return null;
        var isEqual = part[at - 1] != '!';
        return (part[..(isEqual ? at : at - 1)], part[(at + 1)..].TrimStart('='), isEqual);
    }
}
