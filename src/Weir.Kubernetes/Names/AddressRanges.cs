using Weir.Packets;

namespace Weir.Kubernetes.Names;

/// <summary>Questions about addresses that need their bytes; nothing is allocated.</summary>
internal static class AddressRanges
{
    /// <param name="address">Any.</param>
    /// <param name="bits">Of 128: IPv4 is held as ::ffff:a.b.c.d, so 96 more than its own prefix.</param>
    public static IpAddress Mask(IpAddress address, int bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isV4 = address.IsV4;
        // A network of IPv6 has no part in IPv4, and the other way round: the prefix of mapped addresses is compared with the rest.
        if (isV4)
        {
            bytes[10] = bytes[11] = 0xff;
            address.WriteBytes(bytes[12..]);
        }
        else
        {
            address.WriteBytes(bytes);
        }

        var whole = bits / 8;
        if (whole < 16)
        {
            bytes[whole] &= (byte)(0xff00 >> (bits % 8));
            bytes[(whole + 1)..].Clear();
        }

        return isV4 && bits >= 96 ? IpAddress.FromV4(bytes[12..]) : IpAddress.FromV6(bytes);
    }

    /// <summary>Nobody's private network (RFC 1918, 6598, 3927, 4193, 4291).</summary>
    public static bool IsPublic(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address.WriteBytes(bytes) == 4)
        {
            return bytes[0] switch
            {
                0 or 10 or 127 => false,
                100 => bytes[1] is < 64 or > 127,
                169 => bytes[1] != 254,
                172 => bytes[1] is < 16 or > 31,
                192 => bytes[1] != 168,
                >= 224 => false,
                _ => true,
            };
        }

        // Global unicast is 2000::/3.
        return (bytes[0] & 0xe0) == 0x20;
    }
}
