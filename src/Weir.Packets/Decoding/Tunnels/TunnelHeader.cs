namespace Weir.Packets;

/// <summary>A tunnel header that was read.</summary>
/// <param name="Kind">Whose header it is.</param>
/// <param name="Id">As <see cref="PacketTunnel.Id"/>.</param>
/// <param name="Length">Bytes up to what the tunnel carries.</param>
/// <param name="EtherType">What it carries, as <see cref="Encapsulation.Strip"/> takes it.</param>
internal readonly record struct TunnelHeader(TunnelKind Kind, uint Id, int Length, ushort EtherType)
{
    /// <summary>The kinds whose id is a VNI.</summary>
    public static bool HasVni(TunnelKind kind) => kind is TunnelKind.Vxlan or TunnelKind.Geneve;
}
