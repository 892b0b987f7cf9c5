using System.CommandLine;

namespace Weir.Cli.Commands;

/// <summary>Where a command that captures learns who the peers are: a cluster, a file of names.</summary>
internal sealed class IdentityOptions
{
    public Option<string?> Kubeconfig { get; } = new("--kubeconfig")
    {
        Description = "Name pods, workloads and services of the cluster that a kubeconfig leads to (default: in a pod, its own cluster)",
        HelpName = "FILE",
    };

    public Option<string?> Context { get; } = new("--context")
    {
        Description = "Context of the kubeconfig (default: its current one)",
        HelpName = "NAME",
    };

    public Option<string?> Names { get; } = new("--names")
    {
        Description = "File of names for addresses: lines of ADDRESS[:PORT] or NETWORK, and [NAMESPACE/]WORKLOAD",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All => [Kubeconfig, Context, Names];
}
