using System.Buffers.Binary;

namespace Weir.Benchmarks.Generate;

/// <summary>
/// One TCP connection written as Ethernet frames: handshake, data in segments of at most a given size, an acknowledgment after
/// each message, FIN from both sides. Checksums are right, so a reader that verifies them sees nothing odd.
/// </summary>
public sealed class TcpConversation
{
    /// <summary>One MSS behind an MTU of 1500 bytes.</summary>
    public const int EthernetSegmentBytes = 1460;

    /// <summary>What a host captures before segmentation offload cuts it: 45 segments of 1448 bytes, as Linux sends.</summary>
    public const int OffloadedSegmentBytes = 65_160;

    private const int EthernetBytes = 14;
    private const int IpBytes = 20;
    private const int TcpBytes = 20;
    private const int HeaderBytes = EthernetBytes + IpBytes + TcpBytes;
    private const byte Fin = 1, Syn = 2, Rst = 4, Psh = 8, Ack = 16;

    private readonly IFrameTaker _writer;
    private readonly byte[] _frame;
    private readonly int _segmentBytes;
    private readonly Endpoint _client;
    private readonly Endpoint _server;
    private ushort _identification;

    /// <param name="writer">Where the frames go.</param>
    /// <param name="number">Tells connections apart: client address and port, first sequence numbers.</param>
    /// <param name="segmentBytes">Most payload of one frame.</param>
    public TcpConversation(IFrameTaker writer, int number, int segmentBytes)
        : this(writer, new byte[HeaderBytes + segmentBytes], 0x0A00_0100 + (uint)(number % 200) + 1, (ushort)(32_768 + (number % 28_000)), (uint)number)
    {
    }

    /// <param name="writer">Where the frames go.</param>
    /// <param name="frame">Room for one frame, taken by one connection after the other.</param>
    /// <param name="address">Of the client.</param>
    /// <param name="port">Of the client.</param>
    /// <param name="number">Tells first sequence numbers apart.</param>
    public TcpConversation(IFrameTaker writer, byte[] frame, uint address, ushort port, uint number)
    {
        _writer = writer;
        _segmentBytes = frame.Length - HeaderBytes;
        _frame = frame;
        _client = new Endpoint(address, port, 1000 + (number * 7919));
        _server = new Endpoint(0x0A00_0009, 8080, 500_000 + (number * 104_729));
    }

    public void Open(ref long nowNs)
    {
        Send(_client, _server, Syn, default, ref nowNs);
        Send(_server, _client, Syn | Ack, default, ref nowNs);
        Send(_client, _server, Ack, default, ref nowNs);
    }

    public void Request(ReadOnlySpan<byte> bytes, ref long nowNs) => Message(_client, _server, bytes, ref nowNs);

    public void Response(ReadOnlySpan<byte> bytes, ref long nowNs) => Message(_server, _client, bytes, ref nowNs);

    public void Close(ref long nowNs)
    {
        Send(_client, _server, Fin | Ack, default, ref nowNs);
        Send(_server, _client, Fin | Ack, default, ref nowNs);
        Send(_client, _server, Ack, default, ref nowNs);
    }

    /// <summary>The client has what it wanted, and no time for an orderly end.</summary>
    public void Abort(ref long nowNs) => Send(_client, _server, Rst | Ack, default, ref nowNs);

    private void Message(Endpoint from, Endpoint to, ReadOnlySpan<byte> bytes, ref long nowNs)
    {
        while (!bytes.IsEmpty)
        {
            var segment = bytes[..Math.Min(bytes.Length, _segmentBytes)];
            bytes = bytes[segment.Length..];
            Send(from, to, (byte)(bytes.IsEmpty ? Psh | Ack : Ack), segment, ref nowNs);
        }

        Send(to, from, Ack, default, ref nowNs);
    }

    private void Send(Endpoint from, Endpoint to, byte flags, ReadOnlySpan<byte> payload, ref long nowNs)
    {
        const int FrameIntervalNs = 9_000;
        var frame = _frame.AsSpan(0, HeaderBytes + payload.Length);
        frame[..HeaderBytes].Clear();
        WriteEthernet(frame, from, to);
        WriteIp(frame[EthernetBytes..], from, to, _identification++);
        payload.CopyTo(frame[HeaderBytes..]);
        WriteTcp(frame[(EthernetBytes + IpBytes)..], from, to, flags);
        _writer.Write(frame, nowNs);
        nowNs += FrameIntervalNs;

        // SYN and FIN take one sequence number each (RFC 9293 §3.4).
        from.Next += (uint)payload.Length + ((flags & (Syn | Fin)) != 0 ? 1u : 0u);
        to.Acknowledged = from.Next;
    }

    private static void WriteEthernet(Span<byte> frame, Endpoint from, Endpoint to)
    {
        // Locally administered addresses that end in the IP address.
        frame[0] = frame[6] = 0x02;
        BinaryPrimitives.WriteUInt32BigEndian(frame[2..], to.Address);
        BinaryPrimitives.WriteUInt32BigEndian(frame[8..], from.Address);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
    }

    private static void WriteIp(Span<byte> ip, Endpoint from, Endpoint to, ushort identification)
    {
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], identification);
        ip[6] = 0x40; // don't fragment
        ip[8] = 64;
        ip[9] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], from.Address);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], to.Address);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..IpBytes], 0));
    }

    private static void WriteTcp(Span<byte> tcp, Endpoint from, Endpoint to, byte flags)
    {
        BinaryPrimitives.WriteUInt16BigEndian(tcp, from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], from.Next);
        if ((flags & Ack) != 0) BinaryPrimitives.WriteUInt32BigEndian(tcp[8..], from.Acknowledged);
        tcp[12] = TcpBytes / 4 << 4;
        tcp[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[14..], 64_240);

        // RFC 9293 §3.1: the checksum covers a pseudo header of addresses, protocol and length.
        ulong pseudo = (from.Address >> 16) + (from.Address & 0xFFFF) + (to.Address >> 16) + (to.Address & 0xFFFF) + 6 + (uint)tcp.Length;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Checksum(tcp, pseudo));
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes, ulong sum)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (!bytes.IsEmpty) sum += (uint)bytes[0] << 8;
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }

    private sealed class Endpoint(uint address, ushort port, uint firstSequence)
    {
        public readonly uint Address = address;
        public readonly ushort Port = port;
        public uint Next = firstSequence;
        public uint Acknowledged;
    }
}
