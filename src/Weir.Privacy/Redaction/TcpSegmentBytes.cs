using System.Buffers.Binary;
using Weir.Packets;

namespace Weir.Privacy.Redaction;

/// <summary>Where the TCP payload of a frame stands, for overwriting it.</summary>
internal readonly record struct TcpSegmentBytes(byte[] Frame, int HeaderOffset, int Offset, int Length, uint Sequence)
{
    private const int MinHeaderBytes = 20;
    private const int MaxHeaderBytes = 60;
    private const int ChecksumOffset = 16;

    public Span<byte> Payload => Frame.AsSpan(Offset, Length);

    /// <returns>False when the payload is not in the frame itself but was put together from fragments.</returns>
    public static bool TryLocate(byte[] frame, in PacketView packet, out TcpSegmentBytes segment)
    {
        segment = default;
        if (!((ReadOnlySpan<byte>)frame).Overlaps(packet.Payload, out var offset)) return false;
        // The header ends where the payload begins; ports, sequence number and data offset tell where it starts.
        for (var length = MinHeaderBytes; length <= MaxHeaderBytes && length <= offset; length += 4)
        {
            var header = frame.AsSpan(offset - length, length);
            if (header[12] >> 4 != length / 4 || BinaryPrimitives.ReadUInt32BigEndian(header[4..]) != packet.Sequence) continue;
            if (BinaryPrimitives.ReadUInt16BigEndian(header) != packet.SourcePort
                || BinaryPrimitives.ReadUInt16BigEndian(header[2..]) != packet.DestinationPort) continue;
            // Data on a SYN (TCP Fast Open) comes behind the SYN's own number.
            var sequence = (packet.Flags & TcpFlags.Syn) != 0 ? packet.Sequence + 1 : packet.Sequence;
            segment = new TcpSegmentBytes(frame, offset - length, offset, packet.Payload.Length, sequence);
            return true;
        }

        return false;
    }

    public void Blank(int start, int count)
    {
        var marks = new bool[Length];
        marks.AsSpan(start, count).Fill(true);
        Blank(marks);
    }

    /// <summary>Overwrites the marked bytes and corrects the checksum by the difference (RFC 1624), so that a wrong one stays as wrong as it was.</summary>
    public void Blank(ReadOnlySpan<bool> marks)
    {
        var checksum = Frame.AsSpan(HeaderOffset + ChecksumOffset, 2);
        uint sum = (ushort)~BinaryPrimitives.ReadUInt16BigEndian(checksum);
        var changed = false;
        for (var i = 0; i < marks.Length; i++)
        {
            ref var c = ref Frame[Offset + i];
            if (!marks[i] || c == '*') continue;
            // The payload begins at an even place of the segment.
            var shift = i % 2 == 0 ? 8 : 0;
            sum += (ushort)~(c << shift) + (uint)('*' << shift);
            sum = (sum & 0xFFFF) + (sum >> 16);
            c = (byte)'*';
            changed = true;
        }

        if (!changed) return;
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(checksum, (ushort)~sum);
    }
}
