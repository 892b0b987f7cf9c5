using System.Text;
using System.Text.Json.Nodes;
using Weir.Kubernetes.Access;
using Weir.Kubernetes.TestServer;

namespace Weir.Kubernetes.Tests;

/// <summary>A server with a client that waits for nothing longer than it must.</summary>
internal sealed class Lab : IAsyncDisposable
{
    /// <summary>Ends what would otherwise hang; a loaded machine stays far below.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static readonly KubernetesLimits Limits = KubernetesLimits.Default with
    {
        MinBackoff = TimeSpan.FromMilliseconds(5), MaxBackoff = TimeSpan.FromMilliseconds(50), WatchTime = TimeSpan.FromSeconds(30),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-kube-").FullName;

    private Lab(ApiServer server, KubernetesLimits limits)
    {
        Server = server;
        Access = FromText(server.Kubeconfig(), limits);
        Client = new KubernetesClient(Access, limits);
    }

    public ApiServer Server { get; }

    public ClusterAccess Access { get; }

    public KubernetesClient Client { get; }

    public string Folder => _folder;

    public static async Task<Lab> StartAsync(ApiServerOptions? options = null, KubernetesLimits? limits = null) =>
        new(await ApiServer.StartAsync(options), limits ?? Limits);

    public ClusterAccess FromText(string kubeconfig, KubernetesLimits? limits = null, string? context = null)
    {
        var file = Path.Combine(_folder, Path.GetRandomFileName());
        File.WriteAllText(file, kubeconfig);
        return ClusterAccess.FromKubeconfig(file, context, limits);
    }

    public static ReadOnlyMemory<byte> Json(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    /// <summary>Waits until something is so.</summary>
    public static async Task Until(Func<bool> holds, Func<string>? what = null)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!holds())
        {
            Assert.True(DateTime.UtcNow < deadline, what?.Invoke() ?? "it never came to be");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Access.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
