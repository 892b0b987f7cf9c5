using System.Buffers.Binary;
using Weir.Packets;

namespace Weir.Cli.GoReplay;

/// <summary>
/// One HTTP exchange as the TCP packets it could have travelled in: SYN, data of both sides in segments, FIN. Checksums stay 0,
/// as captures of sending machines show them (offloading).
/// </summary>
/// <param name="client">An IPv4 address.</param>
/// <param name="clientPort">Who asks.</param>
/// <param name="server">An IPv4 address.</param>
/// <param name="serverPort">Who answers.</param>
internal sealed class TcpFrames(IpAddress client, ushort clientPort, IpAddress server, ushort serverPort)
{
    private const int HeaderBytes = 40;

    /// <summary>Payload of a packet: an IPv4 packet has 65 535 bytes at most.</summary>
    private const int SegmentBytes = 60_000;

    private const byte Fin = 0x01;
    private const byte Syn = 0x02;
    private const byte Push = 0x08;
    private const byte Ack = 0x10;

    private readonly byte[] _frame = new byte[HeaderBytes + SegmentBytes];
    private uint _clientNext = 1;
    private uint _serverNext = 1;

    public void Open(IFrameSink sink, long timestampNs)
    {
        _clientNext = 0;
        Send(sink, timestampNs, fromClient: true, Syn, default);
        _clientNext = 1;
    }

    public void Data(IFrameSink sink, long timestampNs, bool fromClient, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var segment = bytes[..Math.Min(SegmentBytes, bytes.Length)];
            Send(sink, timestampNs, fromClient, Push | Ack, segment);
            if (fromClient) _clientNext += (uint)segment.Length;
            else _serverNext += (uint)segment.Length;
            bytes = bytes[segment.Length..];
        }
    }

    public void Close(IFrameSink sink, long timestampNs)
    {
        Send(sink, timestampNs, fromClient: false, Fin | Ack, default);
        Send(sink, timestampNs, fromClient: true, Fin | Ack, default);
    }

    private void Send(IFrameSink sink, long timestampNs, bool fromClient, byte flags, ReadOnlySpan<byte> payload)
    {
        var frame = _frame.AsSpan(0, HeaderBytes + payload.Length);
        frame[..HeaderBytes].Clear();
        // RFC 791 §3.1
        frame[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)frame.Length);
        frame[8] = 64;
        frame[9] = 6;
        (fromClient ? client : server).WriteBytes(frame[12..]);
        (fromClient ? server : client).WriteBytes(frame[16..]);
        // RFC 9293 §3.1
        var tcp = frame[20..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, fromClient ? clientPort : serverPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], fromClient ? serverPort : clientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], fromClient ? _clientNext : _serverNext);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], fromClient ? _serverNext : _clientNext);
        tcp[12] = 5 << 4;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
        payload.CopyTo(tcp[20..]);
        sink.OnFrame(new Frame(frame, frame.Length, timestampNs, LinkType.Raw));
    }
}
