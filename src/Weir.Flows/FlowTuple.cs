using Weir.Packets;

namespace Weir.Flows;

/// <summary>Who speaks in a flow, as seen from its forward direction.</summary>
/// <param name="Source">Sends in forward direction.</param>
/// <param name="Destination">Sends in backward direction.</param>
/// <param name="SourcePort">0 where the protocol has none.</param>
/// <param name="DestinationPort">0 where the protocol has none.</param>
/// <param name="Protocol">IP protocol number.</param>
public readonly record struct FlowTuple(IpAddress Source, IpAddress Destination, ushort SourcePort, ushort DestinationPort, byte Protocol)
{
    /// <summary>The same flow as seen from the other side.</summary>
    public FlowTuple Reversed => new(Destination, Source, DestinationPort, SourcePort, Protocol);
}
