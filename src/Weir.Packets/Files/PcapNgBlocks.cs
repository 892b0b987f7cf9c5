using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// The blocks of a little-endian pcapng file with nanosecond times (draft-ietf-opsawg-pcapng), for writers that put them where they like.
/// Every block's length is a multiple of 4.
/// </summary>
public static class PcapNgBlocks
{
    /// <summary>Bytes of a section header without options.</summary>
    public const int SectionBytes = 28;

    internal const int PacketHeaderBytes = 28;
    private const int PacketOverheadBytes = PacketHeaderBytes + 4;

    /// <summary>An option's length field has 16 bits; no operating system has device names even near this.</summary>
    private const int MaxTextBytes = 256;

    private const ushort Comment = 1;

    /// <summary>A section header: a file begins with one, and one may follow another's section.</summary>
    public static void WriteSection(Span<byte> block) => WriteSection(block[..SectionBytes], []);

    /// <summary>A section header that says something to its reader.</summary>
    /// <param name="comment">Cut to 256 bytes.</param>
    public static byte[] Section(string comment)
    {
        var text = Text(comment);
        var block = new byte[SectionBytes + 4 + Padded(text.Length) + 4];
        WriteSection(block, text);
        return block;
    }

    /// <summary>The description of an interface: its number counts those before it in the section.</summary>
    /// <param name="name">Empty for none; cut to 256 bytes.</param>
    /// <param name="linkType">What its frames begin with.</param>
    public static byte[] Interface(string name, LinkType linkType)
    {
        var text = Text(name);
        var nameOption = text.Length == 0 ? 0 : 4 + Padded(text.Length);
        // Fixed part, name, resolution (8), end of options (4), trailing length.
        var block = new byte[16 + nameOption + 8 + 4 + 4];
        WriteUInt32LittleEndian(block, PcapNgReader.InterfaceDescription);
        WriteUInt32LittleEndian(block.AsSpan(4), (uint)block.Length);
        WriteUInt16LittleEndian(block.AsSpan(8), (ushort)linkType);
        if (nameOption > 0) WriteOption(block.AsSpan(16), PcapNgInterfaceOptions.IfName, text);
        WriteOption(block.AsSpan(16 + nameOption), PcapNgInterfaceOptions.IfTsResol, [9]);
        WriteUInt32LittleEndian(block.AsSpan(block.Length - 4), (uint)block.Length);
        return block;
    }

    /// <summary>Bytes of the block that holds a frame.</summary>
    public static int PacketBytes(in Frame frame) => PacketOverheadBytes + Padded(frame.Data.Length + FrameWriter.RestoredTagBytes(in frame));

    /// <summary>A frame with its time; a tag that the kernel took off is put back.</summary>
    /// <param name="block">Of <see cref="PacketBytes"/>.</param>
    /// <param name="frame">Its interface is not looked at.</param>
    /// <param name="interfaceNumber">In the section.</param>
    public static void WritePacket(Span<byte> block, in Frame frame, int interfaceNumber)
    {
        WritePacketHeader(block, in frame, interfaceNumber);
        var data = block[PacketHeaderBytes..];
        var written = FrameWriter.CopyFrame(in frame, data);
        data[written..^4].Clear();
        WriteUInt32LittleEndian(block[^4..], (uint)block.Length);
    }

    internal static void WritePacketHeader(Span<byte> header, in Frame frame, int interfaceNumber)
    {
        var captured = frame.Data.Length + FrameWriter.RestoredTagBytes(in frame);
        var original = Math.Max(frame.OriginalLength, frame.Data.Length) + (uint)(captured - frame.Data.Length);
        WriteUInt32LittleEndian(header, PcapNgReader.EnhancedPacket);
        WriteUInt32LittleEndian(header[4..], (uint)(PacketOverheadBytes + Padded(captured)));
        WriteUInt32LittleEndian(header[8..], (uint)interfaceNumber);
        WriteUInt32LittleEndian(header[12..], (uint)(frame.TimestampNs >> 32));
        WriteUInt32LittleEndian(header[16..], (uint)frame.TimestampNs);
        WriteUInt32LittleEndian(header[20..], (uint)captured);
        WriteUInt32LittleEndian(header[24..], (uint)original);
    }

    private static void WriteSection(Span<byte> block, ReadOnlySpan<byte> comment)
    {
        WriteUInt32LittleEndian(block, PcapNgReader.SectionHeader);
        WriteUInt32LittleEndian(block[4..], (uint)block.Length);
        WriteUInt32LittleEndian(block[8..], PcapNgReader.ByteOrderMagic);
        WriteUInt16LittleEndian(block[12..], 1);
        WriteUInt16LittleEndian(block[14..], 0);
        // -1: the section's length is not known beforehand.
        WriteInt64LittleEndian(block[16..], -1);
        if (!comment.IsEmpty) WriteOption(block[24..], Comment, comment);
        WriteUInt32LittleEndian(block[^4..], (uint)block.Length);
    }

    private static void WriteOption(Span<byte> at, ushort code, ReadOnlySpan<byte> value)
    {
        WriteUInt16LittleEndian(at, code);
        WriteUInt16LittleEndian(at[2..], (ushort)value.Length);
        value.CopyTo(at[4..]);
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bytes.Length > MaxTextBytes ? bytes[..MaxTextBytes] : bytes;
    }

    private static int Padded(int bytes) => (bytes + 3) & ~3;
}
