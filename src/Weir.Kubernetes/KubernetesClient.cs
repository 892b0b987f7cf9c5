using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.Model;
using Weir.Kubernetes.Watching;

namespace Weir.Kubernetes;

/// <summary>How a patch is written; the value is its media type.</summary>
public enum PatchType
{
    /// <summary>RFC 7396.</summary>
    Merge,
    /// <summary>RFC 6902.</summary>
    Json,
    /// <summary>Server-side apply: the fields that the manager wants to own. See <see cref="ChangeOptions.FieldManager"/>.</summary>
    Apply,
}

/// <summary>How a change is made.</summary>
public sealed record ChangeOptions
{
    public static ChangeOptions Default { get; } = new();

    /// <summary>Who owns the fields that are set.</summary>
    public string FieldManager { get; init; } = "weir";

    /// <summary>Of an apply: takes fields over that others own, instead of failing with <see cref="KubernetesFault.Conflict"/>.</summary>
    public bool Force { get; init; }

    /// <summary>The server checks and answers as ever, and stores nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>status</c>, <c>scale</c> …; null for the object itself.</summary>
    public string? Subresource { get; init; }
}

/// <summary>Which objects of a kind.</summary>
public sealed record ListOptions
{
    public static ListOptions Default { get; } = new();

    /// <summary>Null for all namespaces.</summary>
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>"0" takes what the server has in memory, which may be some seconds old; null asks for the latest.</summary>
    public string? ResourceVersion { get; init; }
}

/// <summary>
/// A client of one API server: get, list, watch, create, patch, apply, delete, and what the server offers and allows. Thread-safe. All
/// failures are <see cref="KubernetesException"/>.
/// </summary>
public sealed class KubernetesClient : IDisposable
{
    private readonly KubernetesTransport _transport;

    /// <param name="access">Server and credentials; disposed by whoever made it.</param>
    /// <param name="limits">Null takes the defaults.</param>
    public KubernetesClient(ClusterAccess access, KubernetesLimits? limits = null)
    {
        (Access, Limits) = (access, limits ?? KubernetesLimits.Default);
        _transport = new KubernetesTransport(access, Limits);
    }

    public ClusterAccess Access { get; }

    public KubernetesLimits Limits { get; }

    /// <summary>One object.</summary>
    /// <exception cref="KubernetesException">It is not there, or as always.</exception>
    public Task<JsonElement> GetAsync(ResourceType type, string? @namespace, string name, CancellationToken cancellation = default) =>
        SendAsync(new KubernetesRequest(HttpMethod.Get, "get", type, @namespace, name), KubernetesJson.Default.JsonElement, cancellation);

    /// <summary>All objects, page by page, as of one moment where the list needs more than one page.</summary>
    public async Task<ResourceList<T>> ListAsync<T>(ResourceKind<T> kind, ListOptions? options = null, CancellationToken cancellation = default)
    {
        var all = new ResourceList<T> { Items = [] };
        await foreach (var page in ListPagesAsync(kind, options, cancellation).ConfigureAwait(false))
        {
            all.Metadata = page.Metadata;
            if (page.Items is { } items) all.Items.AddRange(items);
        }

        return all;
    }

    /// <summary>
    /// The pages of a list. A continue token that has expired on the way (410) is told as <see cref="KubernetesFault.Gone"/>: begin anew.
    /// </summary>
    public async IAsyncEnumerable<ResourceList<T>> ListPagesAsync<T>(
        ResourceKind<T> kind, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        options ??= ListOptions.Default;
        string? next = null;
        do
        {
            var query = new QueryText().Add("labelSelector", options.LabelSelector).Add("fieldSelector", options.FieldSelector)
                .Add("limit", Limits.PageSize).Add("continue", next);
            // A continue token says itself as of when.
            if (next is null) query.Add("resourceVersion", options.ResourceVersion);
            var request = new KubernetesRequest(HttpMethod.Get, "list", kind.Type, options.Namespace)
            {
                Query = query.ToString(), Accept = kind.MetadataOnly ? KubernetesRequest.MetadataListOnly : KubernetesRequest.Json,
            };
            var page = await SendAsync(request, kind.List, cancellation).ConfigureAwait(false);
            yield return page;
            next = page.Metadata?.Continue;
        }
        while (!string.IsNullOrEmpty(next));
    }

    /// <summary>
    /// Changes after a resource version, until the server ends the stream, as it does after some minutes: ask again from the last version.
    /// Most callers want <see cref="InformerHub"/>, which does.
    /// </summary>
    /// <exception cref="KubernetesException">With <see cref="KubernetesFault.Gone"/>: the version is too old, list again.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string resourceVersion, ListOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        options ??= ListOptions.Default;
        var time = Limits.WatchTime * (1 + Random.Shared.NextDouble());
        var request = new KubernetesRequest(HttpMethod.Get, "watch", kind.Type, options.Namespace)
        {
            Query = new QueryText().Add("watch", "true").Add("allowWatchBookmarks", "true").Add("resourceVersion", resourceVersion)
                .Add("labelSelector", options.LabelSelector).Add("fieldSelector", options.FieldSelector)
                .Add("timeoutSeconds", (int)Math.Max(1, time.TotalSeconds)).ToString(),
            Accept = kind.MetadataOnly ? KubernetesRequest.MetadataOnly : KubernetesRequest.Json,
        };
        using var response = await _transport.SendAsync(request, cancellation).ConfigureAwait(false);
        // A server that forgot to end it is as gone as one that went without a word.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time + Limits.RequestTimeout);
        await using var lines = new WatchLines(await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false), Limits.MaxEventBytes);
        while (await KubernetesTransport.Guard(request, lines.ReadAsync(limit.Token), cancellation).ConfigureAwait(false))
        {
            yield return WatchEventReader.Read(lines.Current, kind);
        }
    }

    /// <summary>Makes an object, and answers with what was stored.</summary>
    public Task<JsonElement> CreateAsync(
        ResourceType type, string? @namespace, ReadOnlyMemory<byte> body, ChangeOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= ChangeOptions.Default;
        var request = new KubernetesRequest(HttpMethod.Post, "create", type, @namespace)
        {
            Subresource = options.Subresource,
            Query = new QueryText().Add("fieldManager", options.FieldManager).Add("dryRun", options.DryRun ? "All" : null).ToString(),
            Body = body, ContentType = "application/json",
        };
        return SendAsync(request, KubernetesJson.Default.JsonElement, cancellation);
    }

    /// <summary>Changes an object, and answers with what was stored.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="namespace">Null for kinds without namespaces.</param>
    /// <param name="name">Its name.</param>
    /// <param name="patch">How <paramref name="body"/> is written.</param>
    /// <param name="body">JSON.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">
    /// With <see cref="KubernetesFault.Conflict"/>: <see cref="KubernetesException.Conflicts"/> are the fields of an apply that others own.
    /// </exception>
    public Task<JsonElement> PatchAsync(
        ResourceType type, string? @namespace, string name, PatchType patch, ReadOnlyMemory<byte> body, ChangeOptions? options = null,
        CancellationToken cancellation = default)
    {
        options ??= ChangeOptions.Default;
        var query = new QueryText().Add("fieldManager", options.FieldManager).Add("dryRun", options.DryRun ? "All" : null);
        if (patch == PatchType.Apply) query.Add("force", options.Force ? "true" : "false");
        var request = new KubernetesRequest(HttpMethod.Patch, "patch", type, @namespace, name)
        {
            Subresource = options.Subresource, Query = query.ToString(), Body = body,
            // JSON is YAML.
            ContentType = patch switch
            {
                PatchType.Merge => "application/merge-patch+json",
                PatchType.Json => "application/json-patch+json",
                _ => "application/apply-patch+yaml",
            },
        };
        return SendAsync(request, KubernetesJson.Default.JsonElement, cancellation);
    }

    /// <summary>Server-side apply: makes the object or sets these fields of it, and owns them.</summary>
    /// <param name="type">Its kind.</param>
    /// <param name="namespace">Null for kinds without namespaces.</param>
    /// <param name="name">Its name.</param>
    /// <param name="manifest">JSON with apiVersion, kind, metadata.name and the fields; no managedFields.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JsonElement> ApplyAsync(
        ResourceType type, string? @namespace, string name, ReadOnlyMemory<byte> manifest, ChangeOptions? options = null,
        CancellationToken cancellation = default) =>
        PatchAsync(type, @namespace, name, PatchType.Apply, manifest, options, cancellation);

    /// <summary>Deletes an object; dependents follow in the background.</summary>
    public async Task DeleteAsync(
        ResourceType type, string? @namespace, string name, bool dryRun = false, CancellationToken cancellation = default)
    {
        var request = new KubernetesRequest(HttpMethod.Delete, "delete", type, @namespace, name)
        {
            Query = new QueryText().Add("propagationPolicy", "Background").Add("dryRun", dryRun ? "All" : null).ToString(),
        };
        await SendAsync(request, KubernetesJson.Default.JsonElement, cancellation).ConfigureAwait(false);
    }

    public Task<ServerVersion> GetVersionAsync(CancellationToken cancellation = default) =>
        SendAsync(KubernetesRequest.ToPath("version"), KubernetesJson.Default.ServerVersion, cancellation);

    /// <summary>What the server serves: built-in kinds, and those that were added to it.</summary>
    public Task<ApiCatalog> DiscoverAsync(CancellationToken cancellation = default) => ApiCatalog.ReadAsync(this, cancellation);

    /// <summary>Whether these credentials may do something, as the server judges it (SelfSubjectAccessReview).</summary>
    /// <param name="verb"><c>list</c>, <c>watch</c>, <c>patch</c> …</param>
    /// <param name="type">On which kind.</param>
    /// <param name="namespace">Null for all namespaces.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<bool> MayAsync(string verb, ResourceType type, string? @namespace = null, CancellationToken cancellation = default)
    {
        var review = new AccessReview
        {
            Spec = { ResourceAttributes = { Namespace = @namespace, Verb = verb, Group = type.Group, Resource = type.Plural } },
        };
        var reviews = new ResourceType("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", Namespaced: false);
        var request = new KubernetesRequest(HttpMethod.Post, "create", reviews)
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(review, KubernetesJson.Default.AccessReview), ContentType = "application/json",
        };
        return (await SendAsync(request, KubernetesJson.Default.AccessReview, cancellation).ConfigureAwait(false)).Status?.Allowed == true;
    }

    public void Dispose() => _transport.Dispose();

    internal async Task<T> SendAsync<T>(KubernetesRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limits.RequestTimeout);
        return await KubernetesTransport.Guard(request, ReadAnswerAsync(request, type, limit.Token), cancellation).ConfigureAwait(false);
    }

    private async Task<T> ReadAnswerAsync<T>(KubernetesRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await _transport.SendAsync(request, cancellation).ConfigureAwait(false);
        await using var stream = new LimitedStream(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), Limits.MaxAnswerBytes);
        return await JsonSerializer.DeserializeAsync(stream, type, cancellation).ConfigureAwait(false)
            ?? throw new KubernetesException(KubernetesFault.Malformed, $"{request} was answered with nothing");
    }
}
