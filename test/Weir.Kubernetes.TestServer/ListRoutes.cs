using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weir.Kubernetes.TestServer;

/// <summary>Lists, page by page as of one version, and watches.</summary>
internal sealed class ListRoutes(ApiServer server)
{
    /// <summary>What is left of a list, by its continue token.</summary>
    private readonly ConcurrentDictionary<string, (IReadOnlyList<JsonObject> Left, long Version)> _rests = new(StringComparer.Ordinal);

    public Task ListAsync(HttpContext context, ApiType type, string? space)
    {
        var query = context.Request.Query;
        var limit = Number(query["limit"].ToString());
        IReadOnlyList<JsonObject> objects;
        long version;
        if (query["continue"].ToString() is { Length: > 0 } token)
        {
            if (query["resourceVersion"].ToString().Length > 0) throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
            if (!_rests.TryRemove(token, out var rest) || rest.Version < server.Store.Compacted)
                throw ApiException.Expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");
            (objects, version) = rest;
        }
        else
        {
            var selector = new Selector(query["labelSelector"].ToString(), query["fieldSelector"].ToString());
            (objects, version) = server.Store.List(type, space);
            objects = [.. objects.Where(selector.Matches)];
            // From the watch cache a list comes whole.
            if (query["resourceVersion"] == "0") limit = 0;
        }

        var next = "";
        var rests = objects;
        if (limit > 0 && objects.Count > limit)
        {
            next = Guid.NewGuid().ToString("N");
            _rests[next] = ([.. objects.Skip((int)limit)], version);
            rests = [.. objects.Take((int)limit)];
        }

        context.Response.ContentType = "application/json";
        var page = Tables.IsWanted(context)
            ? JsonSerializer.SerializeToUtf8Bytes(Tables.Of(type, rests, Metadata(version, next, objects.Count - rests.Count)))
            : Page(type, rests, version, next, objects.Count - rests.Count, WantsMetadata(context));
        return Pieces.WriteAsync(context, page, server.Faults);
    }

    public async Task WatchAsync(HttpContext context, ApiType type, string? space)
    {
        var query = context.Request.Query;
        var selector = new Selector(query["labelSelector"].ToString(), query["fieldSelector"].ToString());
        var (metadataOnly, isTable) = (WantsMetadata(context), Tables.IsWanted(context));
        var asked = query["resourceVersion"].ToString();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (Number(query["timeoutSeconds"].ToString()) is > 0 and var seconds) end.CancelAfter(TimeSpan.FromSeconds(seconds));
        while (server.Faults.StallWatches) await Task.Delay(20, context.RequestAborted).ConfigureAwait(false);
        var known = asked.Length > 0 && asked != "0" ? Number(asked) : server.Store.Version;
        if (known > server.Store.Version)
            throw new ApiException(504, "Timeout", $"Too large resource version: {known}, current: {server.Store.Version}") { RetryAfterSeconds = 1 };
        context.Response.ContentType = "application/json";
        if (server.Store.Watch(known) is not { } watch)
        {
            var gone = ApiException.Expired($"too old resource version: {known} ({server.Store.Compacted})");
            if (server.Faults.GoneAsStatus) throw gone;
            await WriteEventAsync(context, "ERROR", gone.ToStatus()).ConfigureAwait(false);
            return;
        }

        try
        {
            // Headers at once: a client waits for them.
            await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
            if (server.Faults.EndWatchesAtOnce) return;
            if (asked.Length == 0 || asked == "0")
            {
                foreach (var one in server.Store.List(type, space).Objects.Where(selector.Matches)) await WriteEventAsync(context, "ADDED", Row(one)).ConfigureAwait(false);
            }

            var last = known;
            foreach (var missed in watch.Missed)
            {
                await TellAsync(missed).ConfigureAwait(false);
                last = missed.Version;
            }

            while (true)
            {
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
                pause.CancelAfter(server.Options.BookmarkInterval);
                try
                {
                    var change = await watch.Channel.Reader.ReadAsync(pause.Token).ConfigureAwait(false);
                    await TellAsync(change).ConfigureAwait(false);
                    last = change.Version;
                }
                catch (OperationCanceledException) when (!end.IsCancellationRequested)
                {
                    if (query["allowWatchBookmarks"] != "true") continue;
                    var bookmark = new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion, ["metadata"] = new JsonObject { ["resourceVersion"] = last.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null } };
                    await WriteEventAsync(context, "BOOKMARK", bookmark).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Its time is over: the stream ends, which is no failure.
        }
        finally
        {
            server.Store.Leave(watch.Channel);
        }

        JsonObject Row(JsonObject one) => isTable ? Tables.Of(type, [one], new JsonObject { ["resourceVersion"] = (string?)one["metadata"]!["resourceVersion"] }) : Shown(one, metadataOnly);

        async Task TellAsync(StoredEvent change)
        {
            if (change.Kind.Resource != type.Resource || (space is not null && (string?)change.Object["metadata"]!["namespace"] != space) || !selector.Matches(change.Object)) return;
            await WriteEventAsync(context, change.Type, Row(change.Object)).ConfigureAwait(false);
        }
    }

    private async Task WriteEventAsync(HttpContext context, string type, JsonObject one)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WritePropertyName("object");
            one.WriteTo(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        var bytes = stream.ToArray();
        if (type != "BOOKMARK" && server.Faults.TakeCut())
        {
            await Pieces.WriteAsync(context, bytes.AsMemory(0, bytes.Length / 2), server.Faults).ConfigureAwait(false);
            context.Abort();
            throw new OperationCanceledException(context.RequestAborted);
        }

        await Pieces.WriteAsync(context, bytes, server.Faults).ConfigureAwait(false);
    }

    private static byte[] Page(ApiType type, IEnumerable<JsonObject> objects, long version, string next, int left, bool metadataOnly)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("kind", metadataOnly ? "PartialObjectMetadataList" : $"{type.Kind}List");
            json.WriteString("apiVersion", metadataOnly ? "meta.k8s.io/v1" : type.ApiVersion);
            json.WritePropertyName("metadata");
            Metadata(version, next, left).WriteTo(json);
            json.WriteStartArray("items");
            foreach (var one in objects) Shown(one, metadataOnly).WriteTo(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static JsonObject Metadata(long version, string next, int left)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (next.Length > 0) (metadata["continue"], metadata["remainingItemCount"]) = (next, left);
        return metadata;
    }

    private static JsonObject Shown(JsonObject one, bool metadataOnly) => metadataOnly ? Tables.Partial(one) : one;

    private static bool WantsMetadata(HttpContext context) => context.Request.Headers.Accept.ToString().Contains("as=PartialObjectMetadata", StringComparison.Ordinal);

    private static long Number(string text)
    {
        if (text.Length == 0) return 0;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.BadRequest($"{text} is no number");
    }
}
