using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Collects a capture file's bytes and hands them to the stream in large writes; also puts stripped VLAN tags back.</summary>
internal sealed class FrameWriter(Stream stream, bool leaveOpen) : IDisposable
{
    private const int BufferBytes = 1 << 16;
    private const int AddressPairBytes = 12;
    private const ushort Dot1Q = 0x8100;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _used;

    /// <summary>The bytes that <see cref="WriteFrame"/> adds to what was captured.</summary>
    public static int RestoredTagBytes(in Frame frame) =>
        frame.StrippedVlanTci != 0 && frame.LinkType == LinkType.Ethernet && frame.Data.Length >= AddressPairBytes ? 4 : 0;

    /// <summary>The same as <see cref="WriteFrame"/> writes, into memory; returns how many bytes that were.</summary>
    public static int CopyFrame(in Frame frame, Span<byte> into)
    {
        if (RestoredTagBytes(in frame) == 0)
        {
            frame.Data.CopyTo(into);
            return frame.Data.Length;
        }

        frame.Data[..AddressPairBytes].CopyTo(into);
        WriteUInt16BigEndian(into[AddressPairBytes..], Dot1Q);
        WriteUInt16BigEndian(into[(AddressPairBytes + 2)..], frame.StrippedVlanTci);
        frame.Data[AddressPairBytes..].CopyTo(into[(AddressPairBytes + 4)..]);
        return frame.Data.Length + 4;
    }

    /// <summary>Room for a header of at most a few dozen bytes, to be filled by the caller.</summary>
    public Span<byte> Reserve(int count)
    {
        if (BufferBytes - _used < count) Drain();
        var span = _buffer.AsSpan(_used, count);
        _used += count;
        return span;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BufferBytes - _used) Drain();
        if (bytes.Length > BufferBytes)
        {
            stream.Write(bytes);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_used));
        _used += bytes.Length;
    }

    public void WriteFrame(in Frame frame)
    {
        if (RestoredTagBytes(in frame) == 0)
        {
            Write(frame.Data);
            return;
        }

        Write(frame.Data[..AddressPairBytes]);
        var tag = Reserve(4);
        WriteUInt16BigEndian(tag, Dot1Q);
        WriteUInt16BigEndian(tag[2..], frame.StrippedVlanTci);
        Write(frame.Data[AddressPairBytes..]);
    }

    public void Flush()
    {
        Drain();
        stream.Flush();
    }

    public void Dispose()
    {
        Flush();
        if (!leaveOpen) stream.Dispose();
    }

    private void Drain()
    {
        stream.Write(_buffer, 0, _used);
        _used = 0;
    }
}
