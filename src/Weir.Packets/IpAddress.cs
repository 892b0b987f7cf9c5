using System.Buffers.Binary;
using System.Globalization;
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

    internal ulong High => _high;

    internal ulong Low => _low;

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

        return FormatV6(utf8);
    }

    /// <summary>RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as <c>::</c>.</summary>
    private int FormatV6(Span<byte> utf8)
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteBytes(bytes);
        var (gap, gapLength) = LongestZeroRun(bytes);
        var length = 0;
        for (var group = 0; group < 8; group++)
        {
            if (group == gap)
            {
                utf8[length++] = (byte)':';
                if (group == 0) utf8[length++] = (byte)':';
                group += gapLength - 1;
                continue;
            }

            var value = BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * group)..]);
            value.TryFormat(utf8[length..], out var digits, "x", CultureInfo.InvariantCulture);
            length += digits;
            if (group < 7) utf8[length++] = (byte)':';
        }

        return length;
    }

    private static (int Start, int Length) LongestZeroRun(ReadOnlySpan<byte> bytes)
    {
        var (best, bestLength) = (-1, 1);
        for (var start = 0; start < 8; start++)
        {
            var end = start;
            while (end < 8 && bytes[2 * end] == 0 && bytes[(2 * end) + 1] == 0) end++;
            if (end - start > bestLength) (best, bestLength) = (start, end - start);
            if (end > start) start = end - 1;
        }

        return (best, bestLength);
    }

    public bool Equals(IpAddress other) => _high == other._high && _low == other._low;

    public override bool Equals(object? obj) => obj is IpAddress other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _low);

    public override string ToString() => ToIPAddress().ToString();

    public AddressFamily Family => IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    public static bool operator ==(IpAddress left, IpAddress right) => left.Equals(right);

    public static bool operator !=(IpAddress left, IpAddress right) => !left.Equals(right);
}
