using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Benchmarks.Generate;

namespace Weir.Benchmarks.Chaos.Load;

/// <summary>A device of this network namespace that frames are sent onto as they are.</summary>
internal sealed class PacketDevice : IFrameTaker, IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);

    /// <param name="name">Of the device.</param>
    public PacketDevice(string name) => _socket.Bind(new LinkEndPoint(int.Parse(File.ReadAllText($"/sys/class/net/{name}/ifindex"), CultureInfo.InvariantCulture)));

    public long Sent { get; private set; }

    /// <summary>Frames that are too long for the device, or that its queue had no room for.</summary>
    public long Refused { get; private set; }

    public void Write(ReadOnlySpan<byte> frame, long timeNs)
    {
        try
        {
            _socket.Send(frame);
            Sent++;
        }
        catch (SocketException)
        {
            Refused++;
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>sockaddr_ll (packet(7)): family, protocol, device index, the rest empty. Without a protocol nothing is received.</summary>
    private sealed class LinkEndPoint(int device) : EndPoint
    {
        private const int Bytes = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Bytes);
            for (var i = 0; i < sizeof(int); i++) address[4 + i] = (byte)(device >> (8 * i));
            return address;
        }
    }
}
