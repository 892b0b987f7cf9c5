using Weir.Capture;
using Weir.Flows;
using Weir.Packets;
using Weir.Records;

namespace Weir.Probe.Flows;

/// <summary>What a flow meter looks at, and how.</summary>
public sealed record FlowRunOptions
{
    public FlowMeterOptions Meter { get; init; } = new();

    /// <summary>Ports of which one end of a flow has to be; empty means all. Applies to files too.</summary>
    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>Which tunnels are looked into; the compatible profiles look into none.</summary>
    public TunnelOptions Tunnels { get; init; } = TunnelOptions.Default;

    public CaptureSourceKind Source { get; init; }
}
