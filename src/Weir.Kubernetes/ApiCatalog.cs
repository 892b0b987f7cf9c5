using Weir.Kubernetes.Model;

namespace Weir.Kubernetes;

/// <summary>What a server serves, and which version of it to use.</summary>
public sealed class ApiCatalog
{
    private readonly Dictionary<(string Group, string Plural), List<ResourceType>> _types = [];

    private ApiCatalog(IReadOnlyList<string> unavailable) => Unavailable = unavailable;

    /// <summary>Groups that an added server should serve and, just now, does not; the rest is as ever.</summary>
    public IReadOnlyList<string> Unavailable { get; }

    public IEnumerable<ResourceType> All => _types.Values.SelectMany(static versions => versions);

    /// <summary>A kind by its group and plural, in the version that the server prefers; null when it serves none.</summary>
    public ResourceType? Find(string group, string plural) => _types.TryGetValue((group, plural), out var versions) ? versions[0] : null;

    /// <summary>The first of these versions that is served; null when none is.</summary>
    public ResourceType? Find(string group, string plural, params ReadOnlySpan<string> versions)
    {
        if (!_types.TryGetValue((group, plural), out var served)) return null;
        foreach (var version in versions)
        {
            if (served.Find(type => type.Version == version) is { } found) return found;
        }

        return null;
    }

    /// <summary>A kind as objects name it: <c>apps/v1</c>, <c>Deployment</c>; null when it is not served.</summary>
    public ResourceType? FindKind(string apiVersion, string kind) => All.FirstOrDefault(type => type.ApiVersion == apiVersion && type.Kind == kind);

    /// <summary>Versions of one group; none when the server does not know it. One request, where the whole catalog takes one for each group.</summary>
    internal static async Task<IReadOnlyList<string>> VersionsAsync(KubernetesClient client, string group, CancellationToken cancellation)
    {
        try
        {
            var info = await client.SendAsync(KubernetesRequest.ToPath($"apis/{group}"), KubernetesJson.Default.GroupInfo, cancellation).ConfigureAwait(false);
            return [.. info.Versions?.Select(one => one.Version) ?? []];
        }
        catch (KubernetesException e) when (e.Fault == KubernetesFault.NotFound)
        {
            return [];
        }
    }

    internal static async Task<ApiCatalog> ReadAsync(KubernetesClient client, CancellationToken cancellation)
    {
        var groups = await client.SendAsync(KubernetesRequest.ToPath("apis"), KubernetesJson.Default.GroupList, cancellation).ConfigureAwait(false);
        var unavailable = new List<string>();
        var catalog = new ApiCatalog(unavailable);
        catalog.Add("", "v1", await client.SendAsync(KubernetesRequest.ToPath("api/v1"), KubernetesJson.Default.ResourceInfoList, cancellation).ConfigureAwait(false));
        foreach (var group in groups.Groups ?? [])
        {
            // Preferred first, so that it is found first.
            foreach (var version in (group.Versions ?? []).OrderBy(one => one.Version == group.PreferredVersion?.Version ? 0 : 1))
            {
                try
                {
                    catalog.Add(group.Name, version.Version, await client.SendAsync(
                        KubernetesRequest.ToPath($"apis/{group.Name}/{version.Version}"), KubernetesJson.Default.ResourceInfoList, cancellation).ConfigureAwait(false));
                }
                catch (KubernetesException e) when (e.Fault is KubernetesFault.Throttled or KubernetesFault.Server or KubernetesFault.NotFound)
                {
                    // An aggregated server (metrics, custom APIs) that is away takes only its own group with it.
                    unavailable.Add($"{group.Name}/{version.Version}");
                }
            }
        }

        return catalog;
    }

    private void Add(string group, string version, ResourceInfoList list)
    {
        foreach (var info in list.Resources ?? [])
        {
            // With a slash it is a subresource.
            if (info.Name.Contains('/', StringComparison.Ordinal)) continue;
            if (!_types.TryGetValue((group, info.Name), out var versions)) _types[(group, info.Name)] = versions = [];
            versions.Add(new ResourceType(group, version, info.Name, info.Kind, info.Namespaced));
        }
    }
}
