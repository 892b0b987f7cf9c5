namespace Weir.Kubernetes.Identity;

/// <summary>What identity remembers.</summary>
public sealed record IdentityLimits
{
    public static IdentityLimits Default { get; } = new();

    /// <summary>Addresses of pods that have one now or had one recently: more than the 150,000 pods that Kubernetes supports.</summary>
    public int MaxAddresses { get; init; } = 200_000;

    /// <summary>Pods remembered that had one address, the present one included: a job a second on a /24 comes round after minutes.</summary>
    public int MaxHolders { get; init; } = 8;

    /// <summary>Ended pods whose addresses and containers are remembered: some 300 B each beside what their calls need anyway.</summary>
    public int MaxPast { get; init; } = 50_000;

    /// <summary>How long ended pods are remembered: longer than a call lasts and waits to be told.</summary>
    public TimeSpan PastTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Labels of a pod that go on records.</summary>
    public int MaxLabels { get; init; } = 16;

    /// <summary>Lines of a file of names.</summary>
    public int MaxNames { get; init; } = 100_000;
}
