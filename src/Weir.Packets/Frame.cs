namespace Weir.Packets;

/// <summary>One frame as captured. The bytes belong to the source and are valid only during the call that hands them over.</summary>
/// <param name="data">The captured bytes, from the link-layer header.</param>
/// <param name="originalLength">Length on the wire in bytes; larger than <c>data.Length</c> when the capture cut the frame.</param>
/// <param name="timestampNs">Nanoseconds since the Unix epoch, UTC.</param>
/// <param name="linkType">What the first byte of <c>data</c> is.</param>
/// <param name="interfaceId">Index of the interface in the source's own list.</param>
/// <param name="tunnel">The tunnel that the source took the frame out of; the default for a frame as it was on the wire.</param>
public readonly ref struct Frame(
    ReadOnlySpan<byte> data, int originalLength, long timestampNs, LinkType linkType, int interfaceId = 0,
    PacketTunnel tunnel = default)
{
    public readonly ReadOnlySpan<byte> Data = data;
    public readonly int OriginalLength = originalLength;
    public readonly long TimestampNs = timestampNs;
    public readonly LinkType LinkType = linkType;
    public readonly int InterfaceId = interfaceId;
    public readonly PacketTunnel Tunnel = tunnel;

    /// <summary>802.1Q tag control information that the kernel stripped from the frame; 0 when there was none.</summary>
    public ushort StrippedVlanTci { get; init; }

    /// <summary>Which way it passed its interface.</summary>
    public FrameDirection Direction { get; init; }
}

/// <summary>Which way a frame passed its interface.</summary>
public enum FrameDirection : byte
{
    /// <summary>The source does not tell, as files do not.</summary>
    Unknown,
    /// <summary>The host received it, or saw it go by to somebody else.</summary>
    Received,
    /// <summary>The host sent it.</summary>
    Sent,
}

/// <summary>Takes frames from a source, on the source's thread.</summary>
public interface IFrameSink
{
    void OnFrame(in Frame frame);

    /// <summary>
    /// Nothing to hand over just now, or a tenth of a second has gone by; time passes all the same (Unix nanoseconds; 0 when only frames tell
    /// it). Sinks expire idle state and deliver what they hold here.
    /// </summary>
    void OnIdle(long nowNs);
}

/// <summary>A sink that also takes what was seen at sockets, where there are no frames.</summary>
public interface ISegmentSink : IFrameSink
{
    /// <summary>Bytes of one direction with their TCP sequence. They are valid during the call only.</summary>
    void OnSegment(in PacketView segment);
}
