namespace Weir.Packets;

/// <summary><see cref="TunnelOptions"/> in the form that is asked once a UDP packet.</summary>
internal sealed class TunnelSettings
{
    // IANA's service names: gtp-user, teredo, ayiya, gre-in-udp.
    private const ushort GtpPort = 2152;
    private const ushort TeredoPort = 3544;
    private const ushort AyiyaPort = 5072;
    private const ushort GrePort = 4754;

    public static IReadOnlyList<ushort> FixedPorts { get; } = [GtpPort, TeredoPort, AyiyaPort, GrePort];

    private readonly ushort[] _ports;
    private readonly TunnelKind[] _kinds;
    private readonly ulong _portMask;
    private readonly uint[] _allowed;
    private readonly uint[] _denied;

    public TunnelSettings(TunnelOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxDepth);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxDepth, TunnelOptions.DepthCeiling);
        MaxDepth = options.MaxDepth;
        (_allowed, _denied) = ([.. options.AllowedVnis], [.. options.DeniedVnis]);
        // The first entry of a port counts, so what the user configured goes before what is fixed.
        _ports = [.. options.UdpPorts];
        _portMask = options.PortMask;
        _kinds =
        [
            .. options.VxlanPorts.Select(_ => TunnelKind.Vxlan), .. options.GenevePorts.Select(_ => TunnelKind.Geneve),
            TunnelKind.Gtp, TunnelKind.Teredo, TunnelKind.Ayiya, TunnelKind.Gre,
        ];
    }

    public int MaxDepth { get; }

    /// <summary>
    /// What the ports promise. The source port of VXLAN, Geneve and GRE is a hash of the flow inside and says nothing; the
    /// others are conversations with a server port at one end.
    /// </summary>
    public TunnelKind KindOf(ushort sourcePort, ushort destinationPort)
    {
        if ((((_portMask >> MaskBit(sourcePort)) | (_portMask >> MaskBit(destinationPort))) & 1) == 0) return TunnelKind.None;
        var index = Array.IndexOf(_ports, destinationPort);
        if (index >= 0) return _kinds[index];
        return sourcePort switch
        {
            GtpPort => TunnelKind.Gtp,
            TeredoPort => TunnelKind.Teredo,
            AyiyaPort => TunnelKind.Ayiya,
            _ => TunnelKind.None,
        };
    }

    /// <summary>A spread of the port's bits that keeps the usual tunnels apart from 53, 123, 443 and 514.</summary>
    public static int MaskBit(ushort port) => (port ^ (port >> 6)) & 63;

    public bool Wants(uint vni) =>
        (_allowed.Length == 0 || Array.IndexOf(_allowed, vni) >= 0) && (_denied.Length == 0 || Array.IndexOf(_denied, vni) < 0);
}
