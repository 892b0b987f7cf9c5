using Weir.Protocols.Dns;
using Weir.Protocols.Http1;
using Weir.Protocols.Http2;

namespace Weir.Protocols;

/// <summary>Every protocol Weir parses: one line each. Order decides when two would recognise the same bytes.</summary>
public static class ProtocolCatalog
{
    public static IReadOnlyList<IProtocol> All { get; } =
    [
        new Http1Protocol(),
        new Http2Protocol(),
        new DnsProtocol(),
    ];
}
