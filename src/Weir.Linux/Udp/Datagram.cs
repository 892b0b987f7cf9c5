namespace Weir.Linux;

/// <summary>One datagram of a batch. Valid until the next one is received.</summary>
public readonly ref struct Datagram(
    ReadOnlySpan<byte> data, int originalLength, long timestampNs, ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination)
{
    /// <summary>The payload of UDP.</summary>
    public readonly ReadOnlySpan<byte> Data = data;

    /// <summary>Bytes the payload had; more than were kept when it did not fit.</summary>
    public readonly int OriginalLength = originalLength;

    /// <summary>When the kernel received it: Unix nanoseconds.</summary>
    public readonly long TimestampNs = timestampNs;

    /// <summary>Address of the sender: 4 bytes, or 16, of which IPv4 in an IPv6 socket is <c>::ffff:a.b.c.d</c>.</summary>
    public readonly ReadOnlySpan<byte> Source = source;

    /// <summary>Address it was sent to, as <see cref="Source"/>.</summary>
    public readonly ReadOnlySpan<byte> Destination = destination;
}
