using Weir.Kubernetes;
using Weir.Kubernetes.Access;

namespace Weir.Cli.Doctor;

/// <summary>The cluster that names pods and services: it answers, and lets this account list and watch what is needed.</summary>
internal sealed class KubernetesCheck : IDoctorCheck
{
    private static readonly KubernetesLimits s_limits = KubernetesLimits.Default with { RequestTimeout = TimeSpan.FromSeconds(5), ExecTimeout = TimeSpan.FromSeconds(10) };

    private static readonly ResourceType[] s_needed =
        [ResourceTypes.Pods, ResourceTypes.Services, ResourceTypes.EndpointSlices, ResourceTypes.Nodes, ResourceTypes.ReplicaSets, ResourceTypes.Jobs];

    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (context.Kubeconfig is null && !ClusterAccess.IsInCluster())
            return [new DoctorFinding("kubernetes", "Kubernetes", DoctorVerdict.Note, "this is no pod; --kubeconfig FILE asks another cluster")];
        try
        {
            using var access = context.Kubeconfig is { } file ? ClusterAccess.FromKubeconfig(file, context.KubeContext, s_limits) : ClusterAccess.InCluster();
            using var client = new KubernetesClient(access, s_limits);
            return ExamineAsync(client).GetAwaiter().GetResult();
        }
        catch (KubernetesException e)
        {
            return [No("kubernetes", "Kubernetes API server answers", e)];
        }
    }

    private static async Task<IReadOnlyList<DoctorFinding>> ExamineAsync(KubernetesClient client)
    {
        var version = await client.GetVersionAsync().ConfigureAwait(false);
        var answers = new DoctorFinding("kubernetes", "Kubernetes API server answers", DoctorVerdict.Yes, $"{version.GitVersion} at {client.Access.Server}");
        const string Title = "pods, services and their owners may be listed and watched";
        try
        {
            var missing = new List<string>();
            foreach (var type in s_needed)
            {
                var refused = new List<string>();
                foreach (var verb in (string[])["list", "watch"])
                    if (!await client.MayAsync(verb, type).ConfigureAwait(false)) refused.Add(verb);
                if (refused.Count > 0) missing.Add($"{string.Join(" and ", refused)} {type}");
            }

            return
            [
                answers,
                DoctorFinding.Of(
                    "kubernetes-rights", Title, missing.Count == 0, missing.Count == 0 ? client.Access.Origin : $"may not {string.Join(", ", missing)}",
                    "bind the ClusterRole weir-identity of deploy/sniffer/daemonset.yaml to this account"),
            ];
        }
        catch (KubernetesException e)
        {
            return [answers, No("kubernetes-rights", Title, e)];
        }
    }

    private static DoctorFinding No(string id, string title, KubernetesException e) => new(id, title, DoctorVerdict.No, e.Message);
}
