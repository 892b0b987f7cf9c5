using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The jumbo payload option (RFC 2675 §2), which Linux's BIG TCP puts on packets over 64 KiB before segmentation.</summary>
internal static class Ipv6Jumbo
{
    private const byte Pad1 = 0;
    private const byte JumboPayload = 0xC2;

    /// <summary>Searches a hop-by-hop header for the length of everything behind the fixed header, in bytes.</summary>
    public static bool TryReadLength(ReadOnlySpan<byte> hopByHop, out int length)
    {
        length = 0;
        if (hopByHop.Length < 8) return false;
        var options = hopByHop[2..Math.Min(hopByHop.Length, (hopByHop[1] + 1) * 8)];
        while (options.Length >= 6)
        {
            if (options[0] == Pad1)
            {
                options = options[1..];
                continue;
            }

            if (options[0] == JumboPayload && options[1] == 4)
            {
                var value = ReadUInt32BigEndian(options[2..]);
                length = (int)Math.Min(value, int.MaxValue);
                return length > 0;
            }

            options = options[Math.Min(options.Length, 2 + options[1])..];
        }

        return false;
    }
}
