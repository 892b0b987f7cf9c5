using Weir.Packets;

namespace Weir.Capture;

/// <summary>What is counted in the kernel.</summary>
public sealed record KernelTrafficOptions
{
    /// <summary>As <see cref="LiveCaptureOptions.Devices"/>.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>As <see cref="LiveCaptureOptions.NetworkNamespace"/>.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Which tunnels are looked into.</summary>
    public TunnelOptions Tunnels { get; init; } = TunnelOptions.Default;

    /// <summary>Rows that the kernel holds until they are taken, about 120 bytes each; what comes beyond counts as other.</summary>
    public int MaxRows { get; init; } = 65_536;
}
