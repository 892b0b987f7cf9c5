namespace Weir.Linux;

/// <summary>What one libpcap handle is to do.</summary>
/// <param name="Device">A device name, or <c>any</c>.</param>
public sealed record PcapCaptureSettings(string Device)
{
    /// <summary>Bytes kept of each frame.</summary>
    public int SnapLength { get; init; } = 262_144;

    public bool Promiscuous { get; init; }

    /// <summary>Bytes of the kernel's buffer.</summary>
    public int BufferBytes { get; init; } = 16 << 20;

    /// <summary>Milliseconds that packets may wait to be handed over together.</summary>
    public int TimeoutMs { get; init; } = 10;
}
