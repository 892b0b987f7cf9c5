using System.CommandLine;
using System.Globalization;
using Weir.Capture;
using Weir.Packets;

namespace Weir.Cli.Commands;

/// <summary>
/// The options of tunnelled and mirrored traffic, with the environment variables of the network sniffer's mirror mode as
/// their fallback.
/// </summary>
internal sealed class MirrorOptions
{
    /// <summary>24 bits (RFC 7348 §5).</summary>
    private const int LastVni = 0xFF_FFFF;

    private readonly Option<string?> _ports = new("--vxlan-port")
    {
        Description = "UDP ports of VXLAN, separated by commas (default: 4789, inside captures 8472 too; env SNIFFER_MIRROR_VXLANPORT)",
        HelpName = "PORT[,PORT]",
    };

    private readonly Option<string?> _vnis = new("--vni")
    {
        Description = "VXLAN and Geneve networks to look into, separated by commas; -N leaves one out (default: all; env SNIFFER_MIRROR_VNIS)",
        HelpName = "LIST",
    };

    public IEnumerable<Option> All => [_ports, _vnis];

    /// <summary>The plane that was asked for; without <c>--source</c>, mirrored traffic if SNIFFER_ENGINE says so.</summary>
    public static CapturePlane Plane(Option<CapturePlane> source, ParseResult parsed)
    {
        if (parsed.GetResult(source) is { Implicit: false }) return parsed.GetValue(source);
        return SniffOptions.FromEnvironment("SNIFFER_ENGINE") is "mirror" or "vxlan" ? CapturePlane.Vxlan : CapturePlane.Auto;
    }

    /// <summary>Ports at which mirrored traffic is received.</summary>
    public IReadOnlyList<ushort> SourcePorts(ParseResult parsed) => Ports(parsed) ?? [TunnelOptions.VxlanPort];

    public TunnelOptions Tunnels(ParseResult parsed)
    {
        var (allowed, denied) = Vnis(parsed.GetValue(_vnis) ?? SniffOptions.FromEnvironment("SNIFFER_MIRROR_VNIS") ?? "");
        var options = TunnelOptions.Default with { AllowedVnis = allowed, DeniedVnis = denied };
        return Ports(parsed) is { } ports ? options with { VxlanPorts = ports } : options;
    }

    private List<ushort>? Ports(ParseResult parsed)
    {
        if ((parsed.GetValue(_ports) ?? SniffOptions.FromEnvironment("SNIFFER_MIRROR_VXLANPORT")) is not { } text) return null;
        var ports = new List<ushort>();
        foreach (var item in Items(text))
        {
            if (!ushort.TryParse(item, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
                throw new UsageException($"--vxlan-port: '{item}' is not a port from 1 to 65535");
            ports.Add(port);
        }

        return ports.Count > 0 ? ports : throw new UsageException("--vxlan-port names no port");
    }

    private static (List<uint> Allowed, List<uint> Denied) Vnis(string text)
    {
        var (allowed, denied) = (new List<uint>(), new List<uint>());
        foreach (var item in Items(text))
        {
            var isDenied = item.StartsWith('-');
            var known = uint.TryParse(isDenied ? item[1..] : item, NumberStyles.None, CultureInfo.InvariantCulture, out var vni);
            if (!known || vni > LastVni)
                throw new UsageException($"--vni: '{item}' is not a network identifier from 0 to {LastVni}, nor one behind a minus sign");
            (isDenied ? denied : allowed).Add(vni);
        }

        return (allowed, denied);
    }

    private static string[] Items(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
