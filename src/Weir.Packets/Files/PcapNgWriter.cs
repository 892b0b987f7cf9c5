using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Writes a little-endian pcapng file of one section with nanosecond times. An interface is described before its first
/// frame; one that hands out frames of two link types becomes two. Errors are those of the stream.
/// </summary>
public sealed class PcapNgWriter : IDisposable
{
    private readonly FrameWriter _writer;
    private readonly Func<int, string>? _interfaceName;
    private readonly List<(int Id, LinkType LinkType)> _interfaces = [];

    /// <summary><paramref name="interfaceName"/> gives the name of a frame's interface id, once for each; null leaves them unnamed.</summary>
    public PcapNgWriter(Stream stream, Func<int, string>? interfaceName = null, bool leaveOpen = false)
    {
        _writer = new FrameWriter(stream, leaveOpen);
        _interfaceName = interfaceName;
        PcapNgBlocks.WriteSection(_writer.Reserve(PcapNgBlocks.SectionBytes));
    }

    public void Write(in Frame frame)
    {
        var id = FindInterface(frame.InterfaceId, frame.LinkType);
        var length = PcapNgBlocks.PacketBytes(in frame);
        PcapNgBlocks.WritePacketHeader(_writer.Reserve(PcapNgBlocks.PacketHeaderBytes), in frame, id);
        _writer.WriteFrame(in frame);
        _writer.Reserve(-(frame.Data.Length + FrameWriter.RestoredTagBytes(in frame)) & 3).Clear();
        WriteUInt32LittleEndian(_writer.Reserve(4), (uint)length);
    }

    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();

    private int FindInterface(int id, LinkType linkType)
    {
        for (var index = 0; index < _interfaces.Count; index++)
        {
            if (_interfaces[index].Id == id && _interfaces[index].LinkType == linkType) return index;
        }

        _interfaces.Add((id, linkType));
        _writer.Write(PcapNgBlocks.Interface(_interfaceName?.Invoke(id) ?? "", linkType));
        return _interfaces.Count - 1;
    }
}
