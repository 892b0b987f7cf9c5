using System.IO.Enumeration;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>Which interfaces a source wants, by name or pattern; <c>!name</c> or <c>!pattern</c> leaves some out.</summary>
internal sealed class DeviceSelection
{
    private readonly string[] _names;
    private readonly string[] _patterns;
    private readonly string[] _unwanted;

    public DeviceSelection(IEnumerable<string> devices)
    {
        var all = devices.Select(d => d.Trim()).Where(d => d.Length > 0).Distinct().ToArray();
        _unwanted = [.. all.Where(d => d[0] == '!').Select(d => d[1..])];
        var given = all.Where(d => d[0] != '!').ToArray();
        TakesAll = given.Length == 0 || given.Contains("any");
        _patterns = [.. given.Where(IsPattern)];
        _names = TakesAll ? [] : [.. given.Where(d => !IsPattern(d))];
    }

    public bool TakesAll { get; }

    /// <summary>More interfaces than are known now may match later.</summary>
    public bool IsOpenEnded => TakesAll || _patterns.Length > 0;

    /// <summary>True for an interface that was asked for by its full name.</summary>
    public bool Names(string device) => Array.IndexOf(_names, device) >= 0;

    public bool Wants(LinkInfo link) =>
        !Matches(_unwanted, link) && (TakesAll || Names(link.Name) || Matches(_patterns, link));

    /// <exception cref="CaptureException">A named device does not exist; the message lists those that do.</exception>
    public void RequireKnown(IReadOnlyList<LinkInfo> links)
    {
        foreach (var name in _names.Where(n => links.All(l => l.Name != n)))
            throw new CaptureException($"no interface \"{name}\"; available: {string.Join(", ", links.Select(l => l.Name))}");
    }

    /// <summary>What frames of a hardware type (ARPHRD_, linux/if_arp.h) begin with on a SOCK_RAW socket; null if unknown.</summary>
    public static LinkType? LinkTypeOf(ushort hardwareType) => hardwareType switch
    {
        1 or 772 => LinkType.Ethernet,
        // PPP, RAWIP, TUNNEL, TUNNEL6, SIT, NONE (tun, WireGuard): no header that a packet socket shows.
        512 or 519 or 768 or 769 or 776 or 65534 => LinkType.Raw,
        _ => null,
    };

    private static bool Matches(string[] patterns, LinkInfo link) =>
        Array.Exists(patterns, pattern => FileSystemName.MatchesSimpleExpression(pattern, link.Name, ignoreCase: false));

    private static bool IsPattern(string device) => device.AsSpan().ContainsAny('*', '?');
}
