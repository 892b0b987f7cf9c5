namespace Weir.Packets;

/// <summary>An interface as the capture file describes it.</summary>
/// <param name="Name">Device name; empty when the file tells none (pcap never does).</param>
/// <param name="LinkType">Header type of its frames; a number outside the enum when Weir does not know it.</param>
/// <param name="SnapLength">Most bytes captured of one frame; 0 when unlimited.</param>
public sealed record CaptureInterface(string Name, LinkType LinkType, int SnapLength);

/// <summary>Container format of a capture file.</summary>
public enum CaptureFileFormat
{
    Pcap,
    PcapNg,
}

/// <summary>Where reading a capture file stands.</summary>
public enum CaptureFileState
{
    Reading,
    /// <summary>The file ended behind a complete packet.</summary>
    Ended,
    /// <summary>The file ended within a packet or block: the capture was stopped or copied half way.</summary>
    CutShort,
    /// <summary>The bytes contradict the format, or the stream failed; nothing behind that point can be trusted.</summary>
    Damaged,
}
