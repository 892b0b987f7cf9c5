using System.Text;
using Weir.Records;

namespace Weir.Inventory.Catalogue;

/// <summary>
/// Who is asked, as text: <c>namespace/service</c> where Kubernetes is known, else the host asked for. A port belongs to it where the
/// name alone says little (an address, localhost).
/// </summary>
internal static class ServiceKey
{
    private const int MaxLength = 128;

    /// <summary>Writes the key; 0 characters when nothing tells it.</summary>
    public static int Write(Exchange exchange, Span<char> output)
    {
        var server = exchange.Server;
        var name = server.Service ?? server.Workload;
        if (name is not null) return Join(server.Namespace, name, output);
        var host = exchange.Request[exchange.Request.Host];
        if (host.Length is > 0 and <= MaxLength && IsName(host))
        {
            var colon = host.LastIndexOf((byte)':');
            var bare = colon > 0 && host.IndexOf((byte)']') < colon ? host[..colon] : host;
            var keepsPort = bare.IndexOfAnyExceptInRange((byte)'.', (byte)'9') < 0 || bare[0] == '[' || Ascii.EqualsIgnoreCase(bare, "localhost"u8);
            var text = keepsPort ? host : bare;
            for (var i = 0; i < text.Length; i++) output[i] = char.ToLowerInvariant((char)text[i]);
            return text.Length;
        }

        Span<byte> address = stackalloc byte[64];
        var length = server.Ip.Format(address);
        for (var i = 0; i < length; i++) output[i] = (char)address[i];
        output[length++] = ':';
        server.Port.TryFormat(output[length..], out var digits, provider: System.Globalization.CultureInfo.InvariantCulture);
        return length + digits;
    }

    private static int Join(string? space, string name, Span<char> output)
    {
        var length = 0;
        if (space is { Length: > 0 and < 64 })
        {
            space.CopyTo(output);
            length = space.Length;
            output[length++] = '/';
        }

        var kept = name.AsSpan(0, Math.Min(name.Length, output.Length - length));
        kept.CopyTo(output[length..]);
        return length + kept.Length;
    }

    /// <summary>What can be a host: letters, digits, dots, hyphens, underscores, and the signs of addresses.</summary>
    private static bool IsName(ReadOnlySpan<byte> host)
    {
        foreach (var c in host)
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'.' or (byte)'-' or (byte)'_' or (byte)':' or (byte)'[' or (byte)']')) return false;
        return true;
    }
}
