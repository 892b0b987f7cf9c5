using System.Buffers.Binary;

namespace Weir.Testing;

/// <summary>RFC 1071, so that other tools accept the packets that tests make.</summary>
internal static class InternetChecksum
{
    public static ushort Compute(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        sum = Add(bytes, sum);
        while (sum > ushort.MaxValue) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    public static uint Add(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1) sum += (uint)bytes[0] << 8;
        return sum;
    }
}
