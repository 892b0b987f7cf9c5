using System.Text.Json.Nodes;
using Weir.Inventory.Catalogue;
using Weir.Records.Credentials;

namespace Weir.Inventory.OpenApi;

/// <summary>Collects with what calls identify themselves, and describes it in the words of OpenAPI.</summary>
internal sealed class SecuritySchemes
{
    private readonly SortedDictionary<string, JsonObject> _used = new(StringComparer.Ordinal);

    public JsonObject ToJson()
    {
        var all = new JsonObject();
        foreach (var (name, scheme) in _used) all[name] = scheme.DeepClone();
        return all;
    }

    /// <summary>One alternative for each combination seen; the empty one when calls without any succeeded. Null when nothing was identified.</summary>
    public JsonArray? Of(Endpoint endpoint)
    {
        if (!endpoint.Auth.Keys.Any(static kinds => kinds != AuthKinds.None)) return null;
        var alternatives = new JsonArray();
        if (endpoint.AnonymousSuccesses > 0) alternatives.Add(new JsonObject());
        foreach (var kinds in endpoint.Auth.Keys.Where(static kinds => kinds != AuthKinds.None).Order())
        {
            var together = new JsonObject();
            foreach (var (name, scheme) in Schemes(kinds, endpoint))
            {
                _used[name] = scheme;
                together[name] = new JsonArray();
            }

            if (together.Count > 0) alternatives.Add(together);
        }

        return alternatives;
    }

    private static IEnumerable<(string Name, JsonObject Scheme)> Schemes(AuthKinds kinds, Endpoint endpoint)
    {
        if ((kinds & AuthKinds.Basic) != 0) yield return ("basic", Http("basic"));
        if ((kinds & AuthKinds.Digest) != 0) yield return ("digest", Http("digest"));
        if ((kinds & AuthKinds.Negotiate) != 0) yield return ("negotiate", Http("negotiate"));
        if ((kinds & AuthKinds.Jwt) != 0)
        {
            var scheme = Http("bearer");
            scheme["bearerFormat"] = "JWT";
            yield return ("jwt", scheme);
        }
        else if ((kinds & AuthKinds.Bearer) != 0)
        {
            yield return ("bearer", Http("bearer"));
        }

        if ((kinds & (AuthKinds.Other | AuthKinds.Aws)) != 0) yield return ("authorization", Key("header", "Authorization"));
        if ((kinds & AuthKinds.ApiKeyHeader) != 0)
            foreach (var name in endpoint.AuthNames.Where(name => !endpoint.Query.ContainsKey(name)).Order(StringComparer.Ordinal).Take(1)) yield return ($"header_{Plain(name)}", Key("header", name));
        if ((kinds & AuthKinds.ApiKeyQuery) != 0)
            foreach (var name in endpoint.AuthNames.Where(endpoint.Query.ContainsKey).Order(StringComparer.Ordinal).Take(1)) yield return ($"query_{Plain(name)}", Key("query", name));
        if ((kinds & AuthKinds.Session) != 0)
            foreach (var name in endpoint.Cookies.Keys.Where(static name => Reading.HeaderNames.IsSession(name)).Order(StringComparer.Ordinal).Take(1)) yield return ($"cookie_{Plain(name)}", Key("cookie", name));
    }

    private static JsonObject Http(string scheme) => new() { ["type"] = "http", ["scheme"] = scheme };

    private static JsonObject Key(string place, string name) => new() { ["type"] = "apiKey", ["in"] = place, ["name"] = name };

    /// <summary>Names of components are letters, digits, dots, hyphens and underscores (OpenAPI 3.1 §4.8.7.1).</summary>
    private static string Plain(string name) => string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
