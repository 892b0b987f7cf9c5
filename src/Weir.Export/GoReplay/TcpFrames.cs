using System.Buffers.Binary;
using Weir.Packets;

namespace Weir.Export.GoReplay;

/// <summary>
/// One exchange as the TCP packets it could have travelled in: handshake, data of both sides in segments, FIN. Sequence numbers,
/// acknowledgements and checksums are right, so that any tool takes them for packets.
/// </summary>
public sealed class TcpFrames
{
    private const int Ipv4HeaderBytes = 20;
    private const int Ipv6HeaderBytes = 40;
    private const int TcpHeaderBytes = 20;
    private const byte Tcp = 6;

    /// <summary>Payload of a packet: an IP packet has 65 535 bytes at most.</summary>
    private const int SegmentBytes = 60_000;

    private const byte Fin = 0x01;
    private const byte Syn = 0x02;
    private const byte Push = 0x08;
    private const byte Ack = 0x10;

    private readonly IpAddress _client;
    private readonly IpAddress _server;
    private readonly ushort _clientPort;
    private readonly ushort _serverPort;
    private readonly int _ipBytes;
    private readonly byte[] _frame = new byte[Ipv6HeaderBytes + TcpHeaderBytes + SegmentBytes];
    private uint _clientNext;
    private uint _serverNext;

    /// <param name="client">Who asks. Both addresses are of one family, or the packets are IPv6.</param>
    /// <param name="clientPort">Its port.</param>
    /// <param name="server">Who answers.</param>
    /// <param name="serverPort">Its port.</param>
    /// <param name="firstSequence">Initial sequence number of both sides; another one on the same ports makes another connection.</param>
    public TcpFrames(IpAddress client, ushort clientPort, IpAddress server, ushort serverPort, uint firstSequence)
    {
        (_client, _clientPort, _server, _serverPort) = (client, clientPort, server, serverPort);
        _ipBytes = client.IsV4 && server.IsV4 ? Ipv4HeaderBytes : Ipv6HeaderBytes;
        _clientNext = _serverNext = firstSequence;
    }

    public void Open(IFrameSink sink, long timestampNs)
    {
        Send(sink, timestampNs, fromClient: true, Syn, default);
        _clientNext++;
        Send(sink, timestampNs, fromClient: false, Syn | Ack, default);
        _serverNext++;
        Send(sink, timestampNs, fromClient: true, Ack, default);
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
        _serverNext++;
        Send(sink, timestampNs, fromClient: true, Fin | Ack, default);
        _clientNext++;
        Send(sink, timestampNs, fromClient: false, Ack, default);
    }

    private void Send(IFrameSink sink, long timestampNs, bool fromClient, byte flags, ReadOnlySpan<byte> payload)
    {
        var frame = _frame.AsSpan(0, _ipBytes + TcpHeaderBytes + payload.Length);
        frame[..(_ipBytes + TcpHeaderBytes)].Clear();
        var (source, target) = fromClient ? (_client, _server) : (_server, _client);
        var addresses = _ipBytes == Ipv4HeaderBytes ? Ipv4(frame, source, target) : Ipv6(frame, source, target);
        // RFC 9293 §3.1
        var tcp = frame[_ipBytes..];
        BinaryPrimitives.WriteUInt16BigEndian(tcp, fromClient ? _clientPort : _serverPort);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], fromClient ? _serverPort : _clientPort);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], fromClient ? _clientNext : _serverNext);
        if ((flags & Ack) != 0) BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], fromClient ? _serverNext : _clientNext);
        tcp[12] = 5 << 4;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], ushort.MaxValue);
        payload.CopyTo(tcp[TcpHeaderBytes..]);
        // With the pseudo-header: addresses, protocol, length.
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(tcp, Sum(addresses, (uint)(Tcp + tcp.Length))));
        sink.OnFrame(new Frame(frame, frame.Length, timestampNs, LinkType.Raw));
    }

    /// <summary>RFC 791 §3.1. Returns the two addresses.</summary>
    private static ReadOnlySpan<byte> Ipv4(Span<byte> frame, IpAddress source, IpAddress target)
    {
        frame[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)frame.Length);
        frame[8] = 64;
        frame[9] = Tcp;
        source.WriteBytes(frame[12..]);
        target.WriteBytes(frame[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[10..], Checksum(frame[..Ipv4HeaderBytes], 0));
        return frame[12..Ipv4HeaderBytes];
    }

    /// <summary>RFC 8200 §3. Returns the two addresses.</summary>
    private static ReadOnlySpan<byte> Ipv6(Span<byte> frame, IpAddress source, IpAddress target)
    {
        frame[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(frame[4..], (ushort)(frame.Length - Ipv6HeaderBytes));
        frame[6] = Tcp;
        frame[7] = 64;
        WriteV6(source, frame[8..]);
        WriteV6(target, frame[24..]);
        return frame[8..Ipv6HeaderBytes];
    }

    /// <summary>An IPv4 address beside an IPv6 one is written as mapped (RFC 4291 §2.5.5.2).</summary>
    private static void WriteV6(IpAddress address, Span<byte> into)
    {
        if (address.IsV4)
        {
            into[10] = into[11] = 0xFF;
            into = into[12..];
        }

        address.WriteBytes(into);
    }

    /// <summary>RFC 1071 §4.1</summary>
    private static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum)
    {
        sum = Sum(bytes, sum);
        while (sum > ushort.MaxValue) sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return bytes.IsEmpty ? sum : sum + ((uint)bytes[0] << 8);
    }
}
