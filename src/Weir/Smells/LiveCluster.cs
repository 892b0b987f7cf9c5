using Weir.Center.Cluster;
using Weir.Kubernetes;
using Weir.Kubernetes.Access;
using Weir.Manifests.Scanning;

namespace Weir.Cli.Smells;

/// <summary>What runs in a cluster, for <c>weir smells --cluster</c>.</summary>
internal static class LiveCluster
{
    /// <summary>Adds all of it to a scan.</summary>
    /// <returns>What was not looked at; null when the cluster cannot be read, which is told.</returns>
    /// <exception cref="UsageException">The namespace is none.</exception>
    public static async Task<IReadOnlyList<string>?> Read(SmellScanner scanner, string? kubeconfig, string? context, string? space, CancellationToken cancel)
    {
        if (space is not null && !KubernetesName.IsLabel(space)) throw new UsageException($"--namespace {space}: that is no name of a namespace");
        try
        {
            using var access = Open(kubeconfig, context);
            using var client = new KubernetesClient(access);
            var manifests = new ClusterManifests(client, space);
            await scanner.AddAsync(manifests, cancel);
            return manifests.Notes;
        }
        catch (KubernetesException e)
        {
            Console.Error.WriteLine($"weir: {e.Message}");
            return null;
        }
    }

    /// <summary>In a pod its own cluster, else as kubectl finds it.</summary>
    private static ClusterAccess Open(string? kubeconfig, string? context)
    {
        if (kubeconfig is null && ClusterAccess.IsInCluster()) return ClusterAccess.InCluster();
        var first = Environment.GetEnvironmentVariable("KUBECONFIG")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return ClusterAccess.FromKubeconfig(kubeconfig ?? first ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config"), context);
    }
}
