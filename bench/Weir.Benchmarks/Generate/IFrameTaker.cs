namespace Weir.Benchmarks.Generate;

/// <summary>Where frames go: a file, or a device.</summary>
public interface IFrameTaker
{
    /// <param name="frame">Ethernet, without checksum; valid during the call.</param>
    /// <param name="timeNs">Unix nanoseconds, for those that write it down.</param>
    void Write(ReadOnlySpan<byte> frame, long timeNs);
}
