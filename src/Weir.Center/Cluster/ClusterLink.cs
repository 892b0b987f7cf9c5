using Weir.Kubernetes;

namespace Weir.Center.Cluster;

/// <summary>The way to the cluster, opened when it is first needed. Thread-safe.</summary>
/// <param name="open">Null where none is configured.</param>
internal sealed class ClusterLink(Func<KubernetesClient>? open) : IDisposable
{
    private readonly Lock _lock = new();
    private KubernetesClient? _client;

    public bool IsConfigured => open is not null;

    /// <exception cref="KubernetesException">None is configured, or its credentials cannot be read.</exception>
    public KubernetesClient Client()
    {
        if (open is null) throw new KubernetesException(KubernetesFault.Configuration, "no cluster is configured: the section cluster of the configuration names one");
        lock (_lock) return _client ??= open();
    }

    public void Dispose() => _client?.Dispose();
}
