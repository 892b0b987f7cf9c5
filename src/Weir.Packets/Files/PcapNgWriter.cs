using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Writes a little-endian pcapng file of one section with nanosecond times. An interface is described before its first
/// frame; one that hands out frames of two link types becomes two. Errors are those of the stream.
/// </summary>
public sealed class PcapNgWriter : IDisposable
{
    private const int SectionBytes = 28;
    private const int PacketOverheadBytes = 32;

    /// <summary>An option's length field has 16 bits; no operating system has device names even near this.</summary>
    private const int MaxNameBytes = 256;
    private readonly FrameWriter _writer;
    private readonly Func<int, string>? _interfaceName;
    private readonly List<(int Id, LinkType LinkType)> _interfaces = [];

    /// <summary><paramref name="interfaceName"/> gives the name of a frame's interface id, once for each; null leaves them unnamed.</summary>
    public PcapNgWriter(Stream stream, Func<int, string>? interfaceName = null, bool leaveOpen = false)
    {
        _writer = new FrameWriter(stream, leaveOpen);
        _interfaceName = interfaceName;
        var block = _writer.Reserve(SectionBytes);
        WriteUInt32LittleEndian(block, PcapNgReader.SectionHeader);
        WriteUInt32LittleEndian(block[4..], SectionBytes);
        WriteUInt32LittleEndian(block[8..], PcapNgReader.ByteOrderMagic);
        WriteUInt16LittleEndian(block[12..], 1);
        WriteUInt16LittleEndian(block[14..], 0);
        // -1: the section's length is not known beforehand.
        WriteInt64LittleEndian(block[16..], -1);
        WriteUInt32LittleEndian(block[24..], SectionBytes);
    }

    public void Write(in Frame frame)
    {
        var id = FindInterface(frame.InterfaceId, frame.LinkType);
        var captured = frame.Data.Length + FrameWriter.RestoredTagBytes(in frame);
        var original = Math.Max(frame.OriginalLength, frame.Data.Length) + (uint)(captured - frame.Data.Length);
        var padding = -captured & 3;
        var length = (uint)(PacketOverheadBytes + captured + padding);
        var header = _writer.Reserve(PacketOverheadBytes - 4);
        WriteUInt32LittleEndian(header, PcapNgReader.EnhancedPacket);
        WriteUInt32LittleEndian(header[4..], length);
        WriteUInt32LittleEndian(header[8..], (uint)id);
        WriteUInt32LittleEndian(header[12..], (uint)(frame.TimestampNs >> 32));
        WriteUInt32LittleEndian(header[16..], (uint)frame.TimestampNs);
        WriteUInt32LittleEndian(header[20..], (uint)captured);
        WriteUInt32LittleEndian(header[24..], (uint)original);
        _writer.WriteFrame(in frame);
        _writer.Reserve(padding).Clear();
        WriteUInt32LittleEndian(_writer.Reserve(4), length);
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
        WriteInterface(_interfaceName?.Invoke(id) ?? "", linkType);
        return _interfaces.Count - 1;
    }

    private void WriteInterface(string name, LinkType linkType)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        if (nameBytes.Length > MaxNameBytes) nameBytes = nameBytes[..MaxNameBytes];
        var nameOption = nameBytes.Length == 0 ? 0 : 4 + ((nameBytes.Length + 3) & ~3);
        // Fixed part, name, resolution (8), end of options (4), trailing length.
        var length = 16 + nameOption + 8 + 4 + 4;
        var block = _writer.Reserve(length);
        block.Clear();
        WriteUInt32LittleEndian(block, PcapNgReader.InterfaceDescription);
        WriteUInt32LittleEndian(block[4..], (uint)length);
        WriteUInt16LittleEndian(block[8..], (ushort)linkType);
        if (nameOption > 0)
        {
            WriteUInt16LittleEndian(block[16..], PcapNgInterfaceOptions.IfName);
            WriteUInt16LittleEndian(block[18..], (ushort)nameBytes.Length);
            nameBytes.CopyTo(block[20..]);
        }

        var resolution = block[(16 + nameOption)..];
        WriteUInt16LittleEndian(resolution, PcapNgInterfaceOptions.IfTsResol);
        WriteUInt16LittleEndian(resolution[2..], 1);
        resolution[4] = 9;
        WriteUInt32LittleEndian(block[(length - 4)..], (uint)length);
    }
}
