using System.Net;
using System.Text;
using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

public class IpAddressTextTests
{
    [Fact]
    public void Text_equals_that_of_the_platform_for_addresses_with_zeros_anywhere()
    {
        var random = new Random(1);
        var bytes = new byte[16];
        Span<byte> text = stackalloc byte[45];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            for (var group = 0; group < 8; group++)
                if (random.Next(2) == 0) bytes[2 * group] = bytes[(2 * group) + 1] = 0;
            var platform = new IPAddress(bytes);
            // ::a.b.c.d is deprecated (RFC 4291 §2.5.5.1) and printed with dots by the platform only.
            if (bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 || platform.IsIPv4MappedToIPv6 || IsIsatap(bytes)) continue;
            var length = IpAddress.FromV6(bytes).Format(text);
            Assert.Equal(platform.ToString(), Encoding.ASCII.GetString(text[..length]));
        }
    }

    [Fact]
    public void Text_of_v6_allocates_nothing()
    {
        var address = IpAddress.FromV6(IPAddress.Parse("2001:db8::1:0:0:1").GetAddressBytes());
        var text = new byte[45];
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1000; i++) address.Format(text);
        }));
    }

    /// <summary>RFC 5214 interface identifiers, which the platform prints with an IPv4 tail.</summary>
    private static bool IsIsatap(byte[] bytes) => bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE;
}
