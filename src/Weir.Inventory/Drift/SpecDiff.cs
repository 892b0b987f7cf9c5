using System.Globalization;
using System.Text.Json.Nodes;
using Weir.Inventory.Catalogue;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Schemas;
using Weir.Inventory.Templating;

namespace Weir.Inventory.Drift;

/// <summary>
/// Compares a service as it was observed with a specification. Statements are about what was seen: what traffic did not show is no drift.
/// For the sharpest answer let the service know the templates first, see <see cref="Expect"/>.
/// </summary>
public static class SpecDiff
{
    /// <summary>Differences listed; more are not read.</summary>
    private const int MaxItems = 10_000;

    /// <summary>Lets a service take the templates of a specification as said by a person, before or after traffic.</summary>
    /// <returns>How many were taken.</returns>
    public static int Expect(ServiceCatalogue service, SpecModel spec)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Operations.Select(static operation => operation.Path).Distinct(StringComparer.Ordinal).Count(service.Accept);
    }

    /// <param name="spec">What should be.</param>
    /// <param name="service">What was seen.</param>
    public static DriftReport Compare(SpecModel spec, ServiceCatalogue service)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(service);
        var items = new List<DriftItem>();
        var used = new HashSet<SpecOperation>();
        var (matched, observed) = (0, 0);
        foreach (var endpoint in service.Endpoints.Where(static one => one.Confirmed && one.Kind != EndpointKind.Grpc).OrderBy(static one => one.Template, StringComparer.Ordinal).ThenBy(static one => one.Method, StringComparer.Ordinal))
        {
            // A browser's question before a call is nobody's operation (Fetch §3.3.3).
            if (endpoint.Method == "OPTIONS" && !spec.Operations.Any(static one => one.Method == "OPTIONS")) continue;
            observed++;
            var paths = SpecMatcher.Find(spec, endpoint);
            var operation = paths.FirstOrDefault(one => one.Method == endpoint.Method);
            // Whoever describes GET has described HEAD (RFC 9110 §9.3.2), without a body.
            var asHead = operation is null && endpoint.Method == "HEAD";
            if (asHead) operation = paths.FirstOrDefault(static one => one.Method == "GET");
            if (operation is null)
            {
                var kind = paths.Count == 0 ? DriftKind.ShadowEndpoint : DriftKind.ShadowMethod;
                var detail = paths.Count == 0 ? "no such path is described" : $"described are {string.Join(", ", paths.Select(static one => one.Method).Distinct())}";
                Add(items, new DriftItem(kind, endpoint.Method, paths.Count == 0 ? endpoint.Template : paths[0].Path, "", detail, endpoint.Calls));
                continue;
            }

            matched++;
            used.UnionWith(paths.Where(one => one.Method == operation.Method));
            if (operation.IsDeprecated) Add(items, new DriftItem(DriftKind.Zombie, endpoint.Method, operation.Path, "", "is deprecated and still called", endpoint.Calls));
            Operation(spec, operation, endpoint, items, asHead);
        }

        return new DriftReport(items, [.. spec.Operations.Where(one => !used.Contains(one)).Select(static one => $"{one.Method} {one.Path}")], matched, observed);
    }

    private static void Operation(SpecModel spec, SpecOperation operation, Endpoint endpoint, List<DriftItem> items, bool asHead)
    {
        Parameters(spec, operation, endpoint, items);
        if (operation.RequestBody is { } described) Bodies(spec, operation, endpoint.Request, described, "request", items);
        else if (endpoint.Request.Bodies.Count > 0) Tell(DriftKind.UndocumentedContentType, "request", "a body is sent, none is described", endpoint.Request.Bodies.Values.Sum(static one => one.Count));
        foreach (var (status, response) in endpoint.Responses)
        {
            var name = status.ToString(CultureInfo.InvariantCulture);
            if (!operation.Responses.TryGetValue(name, out var content) && !operation.Responses.TryGetValue($"{name[0]}XX", out content) && !operation.Responses.TryGetValue("default", out content))
            {
                Tell(DriftKind.UndocumentedStatus, $"response {name}", $"is not described; described are {string.Join(", ", operation.Responses.Keys)}", response.Count);
                continue;
            }

            if (!asHead) Bodies(spec, operation, response, content, $"response {name}", items);
        }

        void Tell(DriftKind kind, string where, string detail, long count) => Add(items, new DriftItem(kind, operation.Method, operation.Path, where, detail, count));
    }

    private static void Parameters(SpecModel spec, SpecOperation operation, Endpoint endpoint, List<DriftItem> items)
    {
        var drift = Drift(spec, operation, items);
        foreach (var (place, seen) in new[] { ("query", endpoint.Query), ("header", endpoint.Headers) })
        {
            foreach (var (name, parameter) in seen)
            {
                var described = operation.Parameters.FirstOrDefault(one => one.Place == place && IsNamed(one, name, place));
                if (described is not null) drift.Compare(parameter.Schema, described.Schema, $"{place} {name}", isText: true);
                else if (!spec.KeyNames.Contains(name))
                    Add(items, new DriftItem(DriftKind.UndocumentedParameter, operation.Method, operation.Path, $"{place} {name}", "is not described", parameter.Count));
            }
        }

        var path = operation.Parameters.Where(static one => one.Place == "path").ToDictionary(static one => one.Name, StringComparer.Ordinal);
        var nodes = TemplateText.Path(endpoint.Node);
        for (var i = 0; i < Math.Min(nodes.Count, operation.Parts.Count); i++)
        {
            if (nodes[i].Values is not { } values || operation.Parts[i] is not { IsParameter: true, Text: "", Name: { } name } || !path.TryGetValue(name, out var described)) continue;
            var seen = new SchemaNode { Samples = values.Samples, Types = values.Kind switch { SegmentKind.Integer => SchemaTypes.Integer, SegmentKind.Number => SchemaTypes.Number, _ => SchemaTypes.String } };
            if (values.Kind != SegmentKind.Masked) drift.Compare(seen, described.Schema, $"path {name}", isText: true);
        }
    }

    /// <summary>Parameters in brackets (<c>filter[name]</c>) belong to an object of that name (OpenAPI 3.1 §4.8.12.5).</summary>
    private static bool IsNamed(SpecParameter parameter, string name, string place) =>
        place == "header" ? parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        : parameter.Name == name || (name.StartsWith(parameter.Name, StringComparison.Ordinal) && name.Length > parameter.Name.Length && name[parameter.Name.Length] == '[') || parameter.Name == name + "[]";

    private static void Bodies(
        SpecModel spec, SpecOperation operation, MessageModel seen, IReadOnlyDictionary<string, JsonNode?> described, string where, List<DriftItem> items)
    {
        var drift = Drift(spec, operation, items);
        foreach (var (type, body) in seen.Bodies)
        {
            if (!TryContent(described, type, out var schema))
            {
                var detail = described.Count == 0 ? "a body is sent, none is described" : $"is not described; described are {string.Join(", ", described.Keys)}";
                Add(items, new DriftItem(DriftKind.UndocumentedContentType, operation.Method, operation.Path, $"{where} {(type.Length == 0 ? "without media type" : type)}", detail, body.Count));
                continue;
            }

            if (body.Schema is not null) drift.Compare(body.Schema, schema, $"{where} {type} $", isText: !type.EndsWith("json", StringComparison.Ordinal) && type.Length > 0);
        }
    }

    private static bool TryContent(IReadOnlyDictionary<string, JsonNode?> described, string type, out JsonNode? schema)
    {
        var family = type.Split('/')[0] + "/*";
        return described.TryGetValue(type, out schema) || described.TryGetValue(family, out schema) || described.TryGetValue("*/*", out schema);
    }

    private static SchemaDrift Drift(SpecModel spec, SpecOperation operation, List<DriftItem> items) =>
        new(spec, (kind, where, detail, count) => Add(items, new DriftItem(kind, operation.Method, operation.Path, where, detail, count)));

    private static void Add(List<DriftItem> items, DriftItem item)
    {
        if (items.Count < MaxItems) items.Add(item);
    }
}
