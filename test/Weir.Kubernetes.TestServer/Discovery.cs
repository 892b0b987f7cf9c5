using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>What the server serves: /version, /api, /apis, the resources of each version, and as much OpenAPI as kubectl asks for before it applies.</summary>
internal sealed class Discovery(ApiServer server)
{
    public JsonObject? Find(string path)
    {
        if (path == "version") return new JsonObject { ["major"] = "1", ["minor"] = Minor, ["gitVersion"] = $"v1.{Minor}.0-test", ["platform"] = "linux/amd64" };
        if (path == "api") return new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") };
        if (path == "apis") return new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups()]) };
        if (path == "openapi/v3") return OpenApiIndex();
        if (server.Types.FirstOrDefault(type => path == $"openapi/v3/{type.Prefix}") is { } documented) return OpenApi(documented.Prefix);
        if (Groups().FirstOrDefault(group => path == $"apis/{(string)group["name"]!}") is { } one) return one;
        return server.Types.Any(type => type.Prefix == path) ? Resources(path) : null;
    }

    private string Minor => server.Options.Old ? "20" : "32";

    private IEnumerable<JsonObject> Groups() =>
        from type in server.Types
        where type.Group.Length > 0
        group type by type.Group into same
        let version = new JsonObject { ["groupVersion"] = same.First().ApiVersion, ["version"] = same.First().Version }
        select new JsonObject
        {
            ["kind"] = "APIGroup", ["apiVersion"] = "v1", ["name"] = same.Key, ["versions"] = new JsonArray(version), ["preferredVersion"] = version.DeepClone(),
        };

    private JsonObject Resources(string prefix)
    {
        var list = new JsonArray();
        foreach (var type in server.Types.Where(type => type.Prefix == prefix))
        {
            list.Add(new JsonObject
            {
                ["name"] = type.Plural, ["singularName"] = type.Kind.ToLowerInvariant(), ["namespaced"] = type.Namespaced, ["kind"] = type.Kind,
                ["verbs"] = new JsonArray("create", "delete", "get", "list", "patch", "update", "watch"),
                ["shortNames"] = new JsonArray([.. type.ShortNames.Select(name => JsonValue.Create(name))]),
            });
            list.Add(new JsonObject { ["name"] = $"{type.Plural}/status", ["namespaced"] = type.Namespaced, ["kind"] = type.Kind, ["verbs"] = new JsonArray("get") });
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList", ["apiVersion"] = "v1", ["groupVersion"] = server.Types.First(type => type.Prefix == prefix).ApiVersion, ["resources"] = list,
        };
    }

    private JsonObject OpenApiIndex()
    {
        var paths = new JsonObject();
        foreach (var prefix in server.Types.Select(type => type.Prefix).Distinct()) paths[prefix] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{prefix}?hash=0" };
        return new JsonObject { ["paths"] = paths };
    }

    /// <summary>That a patch knows fieldValidation and dryRun: then kubectl leaves validation to the server, and compares by dry runs.</summary>
    private JsonObject OpenApi(string prefix)
    {
        var paths = new JsonObject();
        foreach (var type in server.Types.Where(type => type.Prefix == prefix))
        {
            paths[$"/{prefix}{(type.Namespaced ? "/namespaces/{namespace}" : "")}/{type.Plural}/{{name}}"] = new JsonObject
            {
                ["patch"] = new JsonObject
                {
                    ["parameters"] = new JsonArray(new JsonObject { ["name"] = "fieldValidation", ["in"] = "query" }, new JsonObject { ["name"] = "dryRun", ["in"] = "query" }),
                    ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind },
                },
            };
        }

        return new JsonObject { ["openapi"] = "3.0.0", ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "test" }, ["paths"] = paths };
    }
}
