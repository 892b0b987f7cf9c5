using System.Buffers.Binary;

namespace Weir.Packets.Tests;

/// <summary>Writes capture files by hand in either byte order, as machines other than this one do.</summary>
internal sealed class CaptureBytes(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public MemoryStream ToStream() => new(ToArray());

    public CaptureBytes U16(int value)
    {
        var bytes = new byte[2];
        if (bigEndian) BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)value);
        else BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return Raw(bytes);
    }

    public CaptureBytes U32(uint value)
    {
        var bytes = new byte[4];
        if (bigEndian) BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public CaptureBytes U64(long value) =>
        bigEndian ? U32((uint)(value >> 32)).U32((uint)value) : U32((uint)value).U32((uint)(value >> 32));

    public CaptureBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public CaptureBytes PcapHeader(uint magic, int linkType = 1, int minor = 4) =>
        U32(magic).U16(2).U16(minor).U32(0).U32(0).U32(65_535).U32((uint)linkType);

    public CaptureBytes PcapRecord(uint seconds, uint fraction, byte[] data, int original = -1) =>
        U32(seconds).U32(fraction).U32((uint)data.Length).U32((uint)(original < 0 ? data.Length : original)).Raw(data);

    public CaptureBytes Block(uint type, Action<CaptureBytes> body)
    {
        var inner = new CaptureBytes(bigEndian);
        body(inner);
        while (inner._bytes.Count % 4 != 0) inner.Raw(0);
        var length = (uint)inner._bytes.Count + 12;
        return U32(type).U32(length).Raw(inner.ToArray()).U32(length);
    }

    public CaptureBytes Section() => Block(0x0A0D0D0A, b => b.U32(0x1A2B3C4D).U16(1).U16(0).U64(-1));

    public CaptureBytes Interface(int linkType, Action<CaptureBytes>? options = null, uint snapLength = 0) => Block(1, b =>
    {
        b.U16(linkType).U16(0).U32(snapLength);
        options?.Invoke(b);
    });

    public CaptureBytes Option(int code, params byte[] value)
    {
        U16(code).U16(value.Length).Raw(value);
        return Raw(new byte[-value.Length & 3]);
    }

    public CaptureBytes Packet(uint id, ulong timestamp, byte[] data, int original = -1) => Block(6, b =>
        b.U32(id).U32((uint)(timestamp >> 32)).U32((uint)timestamp).U32((uint)data.Length)
            .U32((uint)(original < 0 ? data.Length : original)).Raw(data));
}
