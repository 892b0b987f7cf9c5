using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weir.Packets;

/// <summary>
/// An IPv4 or IPv6 address as a 16-byte value. IPv4 is held as <c>::ffff:a.b.c.d</c> (RFC 4291 §2.5.5.2), which never
/// appears on the wire as IPv6, so one comparison serves both families and nothing is allocated.
/// </summary>
public readonly struct IpAddress : IEquatable<IpAddress>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;
    private readonly ulong _high;
    private readonly ulong _low;

    private IpAddress(ulong high, ulong low) => (_high, _low) = (high, low);

    public static IpAddress FromV4(ReadOnlySpan<byte> fourBytes) =>
        new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(fourBytes));

    public static IpAddress FromV6(ReadOnlySpan<byte> sixteenBytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(sixteenBytes), BinaryPrimitives.ReadUInt64BigEndian(sixteenBytes[8..]));

    public bool IsV4 => _high == 0 && (_low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>True for 127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsV4 ? (byte)(_low >> 24) == 127 : _high == 0 && _low == 1;

    public static IpAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return length == 4 ? FromV4(bytes) : FromV6(bytes);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out IpAddress address)
    {
        var parsed = IPAddress.TryParse(text, out var ip);
        address = parsed ? From(ip!) : default;
        return parsed;
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = WriteBytes(bytes);
        return new IPAddress(bytes[..length]);
    }

    /// <summary>Writes 4 or 16 bytes in network order and returns how many.</summary>
    public int WriteBytes(Span<byte> destination)
    {
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
        return 16;
    }

    /// <summary>Writes the text form (RFC 5952 for IPv6) as UTF-8 and returns its length; 45 bytes always suffice.</summary>
    public int Format(Span<byte> utf8)
    {
        if (IsV4)
        {
            var length = 0;
            for (var shift = 24; shift >= 0; shift -= 8)
            {
                ((byte)(_low >> shift)).TryFormat(utf8[length..], out var digits, default, null);
                length += digits;
                if (shift > 0) utf8[length++] = (byte)'.';
            }

            return length;
        }

        return ToIPAddress().TryFormat(utf8, out var written) ? written : 0;
    }

    public bool Equals(IpAddress other) => _high == other._high && _low == other._low;

    public override bool Equals(object? obj) => obj is IpAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _low);

    public override string ToString() => ToIPAddress().ToString();

    public AddressFamily Family => IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    public static bool operator ==(IpAddress left, IpAddress right) => left.Equals(right);

    public static bool operator !=(IpAddress left, IpAddress right) => !left.Equals(right);
}
