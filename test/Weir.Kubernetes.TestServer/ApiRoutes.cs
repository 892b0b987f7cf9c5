using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weir.Kubernetes.TestServer;

/// <summary>Requests: who asks, for what, and the verbs that change or get one object. Lists and watches are in <see cref="ListRoutes"/>.</summary>
internal sealed class ApiRoutes(ApiServer server)
{
    private static readonly Dictionary<string, string[]> s_parameters = new(StringComparer.Ordinal)
    {
        ["get"] = ["includeObject"],
        ["list"] = ["limit", "continue", "resourceVersion", "resourceVersionMatch", "labelSelector", "fieldSelector", "timeoutSeconds", "includeObject"],
        ["watch"] = ["watch", "allowWatchBookmarks", "resourceVersion", "resourceVersionMatch", "labelSelector", "fieldSelector", "timeoutSeconds", "sendInitialEvents", "limit", "includeObject"],
        ["create"] = ["fieldManager", "dryRun", "fieldValidation"],
        ["update"] = ["fieldManager", "dryRun", "fieldValidation"],
        ["patch"] = ["fieldManager", "dryRun", "force", "fieldValidation"],
        ["delete"] = ["propagationPolicy", "dryRun", "gracePeriodSeconds"],
    };

    private readonly ListRoutes _lists = new(server);
    private readonly Discovery _discovery = new(server);
    private readonly Lock _writes = new();

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var user = server.Access.UserOf(context);
            var path = context.Request.Path.Value!.Trim('/');
            if (_discovery.Find(path) is { } document)
            {
                await AnswerAsync(context, document, 200).ConfigureAwait(false);
                return;
            }

            await HandleObjectAsync(context, user, path).ConfigureAwait(false);
        }
        catch (ApiException failure)
        {
            if (failure.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await AnswerAsync(context, failure.ToStatus(), failure.Code).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away.
        }
    }

    /// <summary>What a server adds to an object before it stores it.</summary>
    public static void Complete(ApiType type, JsonObject one, JsonObject? before)
    {
        one["apiVersion"] ??= type.ApiVersion;
        one["kind"] ??= type.Kind;
        var metadata = one["metadata"]!.AsObject();
        if (type.Namespaced) metadata["namespace"] ??= "default";
        metadata["uid"] = before?["metadata"]!["uid"]?.DeepClone() ?? metadata["uid"]?.DeepClone() ?? Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = before?["metadata"]!["creationTimestamp"]?.DeepClone() ?? metadata["creationTimestamp"]?.DeepClone()
            ?? DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }

    private async Task HandleObjectAsync(HttpContext context, string user, string path)
    {
        if (path == "apis/authorization.k8s.io/v1/selfsubjectaccessreviews" && context.Request.Method == "POST")
        {
            var review = await BodyAsync(context, "application/json").ConfigureAwait(false);
            var asked = review["spec"]!["resourceAttributes"]!;
            review["status"] = new JsonObject { ["allowed"] = server.Access.May((string)asked["verb"]!, (string)asked["resource"]!) };
            await AnswerAsync(context, review, 201).ConfigureAwait(false);
            return;
        }

        var target = Target.Parse(server.Types, path) ?? throw new ApiException(404, "NotFound", "the server could not find the requested resource");
        var (type, space, name) = target;
        var request = context.Request;
        var isWatch = request.Query["watch"].ToString() is "true" or "1";
        var verb = request.Method switch
        {
            "GET" when name is null => isWatch ? "watch" : "list",
            "GET" => "get",
            "POST" when name is null => "create",
            "PUT" when name is not null => "update",
            "PATCH" when name is not null => "patch",
            "DELETE" when name is not null => "delete",
            _ => throw new ApiException(405, "MethodNotAllowed", $"the server does not allow this method on the requested resource"),
        };
        server.Faults.Requests.AddOrUpdate($"{verb} {type.Plural}", 1, static (_, count) => count + 1);
        server.Access.Check(user, verb, type, space, name);
        server.Faults.ThrowIfFailing();
        foreach (var parameter in request.Query.Keys)
            if (!s_parameters[verb].Contains(parameter)) throw ApiException.BadRequest($"{verb} has no parameter {parameter}");
        switch (verb)
        {
            case "list":
                await _lists.ListAsync(context, type, space).ConfigureAwait(false);
                break;
            case "watch":
                await _lists.WatchAsync(context, type, space).ConfigureAwait(false);
                break;
            case "get":
                var found = server.Store.Get(type, space, name!) ?? throw ApiException.NotFound(type, name!);
                await AnswerAsync(context, Tables.IsWanted(context) ? Tables.Of(type, [found], []) : found, 200).ConfigureAwait(false);
                break;
            case "delete":
                if (request.Query["dryRun"] != "All") server.Store.Delete(type, space, name!);
                await AnswerAsync(context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success" }, 200).ConfigureAwait(false);
                break;
            default:
                var (code, stored) = await ChangeAsync(context, verb, type, space, name).ConfigureAwait(false);
                await AnswerAsync(context, stored, code).ConfigureAwait(false);
                break;
        }
    }

    private async Task<(int Code, JsonObject Stored)> ChangeAsync(HttpContext context, string verb, ApiType type, string? space, string? name)
    {
        var media = context.Request.ContentType?.Split(';')[0].Trim() ?? "";
        var manager = context.Request.Query["fieldManager"].ToString() is { Length: > 0 } said ? said : "unknown";
        var body = await ReadAsync(context).ConfigureAwait(false);
        lock (_writes)
        {
            var before = name is null ? null : server.Store.Get(type, space, name);
            JsonObject after;
            if (verb is "create" or "update")
            {
                if (media != "application/json") throw Unsupported(media);
                after = Object(body);
                if (verb == "update" && before is null) throw ApiException.NotFound(type, name!);
            }
            else if (media == "application/apply-patch+yaml")
            {
                if (context.Request.Query["fieldManager"].Count == 0) throw ApiException.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
                after = ServerSideApply.Apply(before, Object(body), manager, context.Request.Query["force"] == "true");
            }
            else
            {
                if (context.Request.Query["force"].Count > 0) throw ApiException.BadRequest("force: Forbidden: may not be specified for non-apply patch");
                if (before is null) throw ApiException.NotFound(type, name!);
                after = media switch
                {
                    "application/merge-patch+json" => Patches.Merge(before, Object(body)),
                    "application/strategic-merge-patch+json" => StrategicMerge.Merge(before, Object(body)),
                    "application/json-patch+json" => Patches.Apply(before, body as JsonArray ?? throw ApiException.BadRequest("a JSON patch is a list")),
                    _ => throw Unsupported(media),
                };
            }

            Check(type, space, name, after);
            if ((string?)after["metadata"]!["resourceVersion"] is { } version && before is not null && version != (string?)before["metadata"]!["resourceVersion"])
                throw new ApiException(409, "Conflict", $"Operation cannot be fulfilled on {type.Resource} \"{name}\": the object has been modified; please apply your changes to the latest version and try again");
            if (type.Namespaced) after["metadata"]!["namespace"] ??= space ?? "default";
            Complete(type, after, before);
            if (media != "application/apply-patch+yaml") ServerSideApply.Updated(before, after, manager);
            var isNew = before is null;
            return (isNew ? 201 : 200, context.Request.Query["dryRun"] == "All" ? after : server.Store.Put(type, after, before));
        }
    }

    private static void Check(ApiType type, string? space, string? name, JsonObject one)
    {
        if ((string?)one["apiVersion"] != type.ApiVersion || (string?)one["kind"] != type.Kind)
            throw ApiException.BadRequest($"{one["kind"]} in version \"{one["apiVersion"]}\" cannot be handled as a {type.Kind} of {type.ApiVersion}");
        var metadata = one["metadata"] as JsonObject ?? throw ApiException.BadRequest("metadata is missing");
        if ((string?)metadata["name"] is not { Length: > 0 } said) throw new ApiException(422, "Invalid", $"{type.Kind} \"\" is invalid: metadata.name: Required value: name or generateName is required");
        if (name is not null && said != name) throw ApiException.BadRequest($"the name of the object ({said}) does not match the name on the URL ({name})");
        if ((string?)metadata["namespace"] is { } given && given != space) throw ApiException.BadRequest($"the namespace of the provided object does not match the namespace sent on the request");
    }

    private static async Task<JsonObject> BodyAsync(HttpContext context, string media) =>
        context.Request.ContentType?.Split(';')[0] == media ? Object(await ReadAsync(context).ConfigureAwait(false)) : throw Unsupported(context.Request.ContentType ?? "");

    private static async Task<JsonNode?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"the body is not JSON: {e.Message}");
        }
    }

    private static JsonObject Object(JsonNode? node) => node as JsonObject ?? throw ApiException.BadRequest("the body is no object");

    private static ApiException Unsupported(string media) => new(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml; it was {media}");

    private Task AnswerAsync(HttpContext context, JsonObject body, int code)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return Pieces.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(body), server.Faults);
    }
}

/// <summary>What a path names.</summary>
internal sealed record Target(ApiType Type, string? Namespace, string? Name)
{
    public static Target? Parse(IEnumerable<ApiType> types, string path)
    {
        foreach (var type in types)
        {
            if (!path.StartsWith(type.Prefix + "/", StringComparison.Ordinal)) continue;
            var rest = path[(type.Prefix.Length + 1)..].Split('/');
            string? space = null;
            if (type.Namespaced && rest is ["namespaces", var named, ..])
            {
                space = Uri.UnescapeDataString(named);
                rest = rest[2..];
            }

            if (rest is [var plural] && plural == type.Plural) return new Target(type, space, null);
            if (rest is [var same, var name] && same == type.Plural && (space is not null || !type.Namespaced)) return new Target(type, space, Uri.UnescapeDataString(name));
        }

        return null;
    }
}

/// <summary>Writes in pieces, where that was asked for.</summary>
internal static class Pieces
{
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, Faults faults)
    {
        var cancellation = context.RequestAborted;
        while (faults.PieceBytes > 0 && bytes.Length > faults.PieceBytes)
        {
            await context.Response.Body.WriteAsync(bytes[..faults.PieceBytes], cancellation).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
            if (faults.PieceDelay > TimeSpan.Zero) await Task.Delay(faults.PieceDelay, cancellation).ConfigureAwait(false);
            bytes = bytes[faults.PieceBytes..];
        }

        await context.Response.Body.WriteAsync(bytes, cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
