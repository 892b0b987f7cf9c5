using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Weir.Benchmarks.Soak;

/// <summary>
/// Packets that no TCP stack would send, made by hand: a flood of SYNs, random flags and numbers, and whole calls whose
/// segments are lost, doubled, overlapping and out of order. They go to a device nobody answers on.
/// </summary>
internal sealed class PacketStorm : IDisposable
{
    private const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;

    /// <summary>IPv4 and TCP without options, as the header lengths in <see cref="Send"/> say.</summary>
    private const int HeaderBytes = 40;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
    private readonly Random _random = new();
    private readonly CancellationToken _end;
    private readonly Thread _thread;

    public PacketStorm(CancellationToken end)
    {
        _end = end;
        _thread = new Thread(Run) { IsBackground = true, Name = "storm" };
        _thread.Start();
    }

    /// <summary>After the token was cancelled.</summary>
    public void Dispose()
    {
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        while (!_end.IsCancellationRequested)
        {
            for (var i = 0; i < 200; i++) Send(Address(), Port(), Address(), 80, (uint)_random.Next(), 0, Syn, []);
            for (var i = 0; i < 50; i++)
            {
                var noise = new byte[_random.Next(1400)];
                _random.NextBytes(noise);
                Send(Address(), Port(), Address(), Port(), (uint)_random.NextInt64(), (uint)_random.NextInt64(), (byte)_random.Next(64), noise);
            }

            for (var i = 0; i < 20; i++) Disordered();
            Thread.Sleep(1);
        }
    }

    private void Disordered()
    {
        var (client, server, port) = (Address(), Address(), Port());
        var (isn, peerIsn) = ((uint)_random.NextInt64(), (uint)_random.NextInt64());
        var (id, length) = (SoakClients.NextId(), _random.Next(1, 20_000));
        var (request, response) = (SoakBody.Request(id, length), SoakBody.Response(id, length));
        Send(client, port, server, 80, isn, 0, Syn, []);
        Send(server, 80, client, port, peerIsn, isn + 1, Syn | Ack, []);
        Send(client, port, server, 80, isn + 1, peerIsn + 1, Ack, []);
        Send(client, port, server, 80, isn + 1, peerIsn + 1, Ack, request);

        var pieces = new List<(int Start, int Length)>();
        for (var at = 0; at < response.Length;)
        {
            var size = Math.Min(_random.Next(1, 1400), response.Length - at);
            if (_random.Next(200) > 0) pieces.Add((at, size));
            if (_random.Next(10) == 0) pieces.Add((at, size));
            if (_random.Next(10) == 0) pieces.Add((Math.Max(0, at - 100), Math.Min(400, response.Length - Math.Max(0, at - 100))));
            at += size;
        }

        var shuffled = pieces.ToArray();
        _random.Shuffle(shuffled);
        var acknowledged = isn + 1 + (uint)request.Length;
        foreach (var (start, size) in shuffled)
            Send(server, 80, client, port, peerIsn + 1 + (uint)start, acknowledged, Ack, response.AsSpan(start, size));
        var over = peerIsn + 1 + (uint)response.Length;
        if (_random.Next(2) == 0) Send(server, 80, client, port, over, acknowledged, Fin | Ack, []);
        if (_random.Next(2) == 0) Send(client, port, server, 80, acknowledged, over, _random.Next(4) == 0 ? Rst : (byte)(Fin | Ack), []);
    }

    private uint Address() => 0x0A43_0000u + (uint)_random.Next(2, 0xFFFE);

    private int Port() => _random.Next(1024, 65536);

    private void Send(uint from, int fromPort, uint to, int toPort, uint sequence, uint acknowledgment, byte flags, ReadOnlySpan<byte> payload)
    {
        Span<byte> packet = stackalloc byte[HeaderBytes + payload.Length];
        packet.Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)packet.Length);
        packet[8] = 64;
        packet[9] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], from);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], to);
        BinaryPrimitives.WriteUInt16BigEndian(packet[20..], (ushort)fromPort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], (ushort)toPort);
        BinaryPrimitives.WriteUInt32BigEndian(packet[24..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet[28..], acknowledgment);
        packet[32] = 0x50;
        packet[33] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(packet[34..], 64_000);
        payload.CopyTo(packet[HeaderBytes..]);
        try
        {
            _socket.SendTo(packet, new IPEndPoint(new IPAddress(packet[16..20]), 0));
        }
        catch (SocketException)
        {
            // The device's queue is full: the storm is as strong as it gets.
            Thread.Yield();
        }
    }
}
