using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Export.Center;

/// <summary>Where a center takes exchanges.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">Its port for probes.</param>
public sealed record CenterAddress(string Host, int Port)
{
    /// <summary>The port for probes where none is named.</summary>
    public const int DefaultPort = 7374;

    /// <summary>Reads <c>HOST</c>, <c>HOST:PORT</c>, <c>[IPV6]</c> or <c>[IPV6]:PORT</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CenterAddress? address)
    {
        address = null;
        var (host, port) = (text, DefaultPort);
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) return false;
            host = text[..colon];
        }

        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) return false;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown) return false;
        address = new CenterAddress(host, port);
        return true;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
