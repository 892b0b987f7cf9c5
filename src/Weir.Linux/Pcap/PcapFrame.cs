namespace Weir.Linux;

/// <summary>One frame of libpcap. Valid until the next one is read.</summary>
public readonly unsafe ref struct PcapFrame
{
    // struct pcap_pkthdr {struct timeval ts; u32 caplen; u32 len}: timeval is two longs, and a long on Windows has 32 bits.
    internal PcapFrame(byte* header, byte* data, bool nanoseconds)
    {
        var wide = !OperatingSystem.IsWindows() && sizeof(nint) == 8;
        var seconds = wide ? *(long*)header : *(int*)header;
        var fraction = *(int*)(header + (wide ? 8 : 4));
        var lengths = (uint*)(header + (wide ? 16 : 8));
        TimestampNs = (seconds * 1_000_000_000L) + (nanoseconds ? fraction : fraction * 1000L);
        Data = new ReadOnlySpan<byte>(data, (int)lengths[0]);
        OriginalLength = (int)lengths[1];
    }

    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Bytes on the wire.</summary>
    public int OriginalLength { get; }

    /// <summary>Unix nanoseconds.</summary>
    public long TimestampNs { get; }
}
