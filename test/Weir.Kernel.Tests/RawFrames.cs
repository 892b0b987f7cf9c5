using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weir.Linux;

namespace Weir.Kernel.Tests;

/// <summary>Frames written byte by byte, for what this kernel's own stack cannot send (802.1Q without its module).</summary>
internal static class RawFrames
{
    /// <summary>A SYN from 10.231.0.2 to a port of 10.231.0.1; no tag for 0.</summary>
    public static byte[] TcpSyn(int port, ushort vlanTci)
    {
        byte[] link = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1];
        byte[] tag = vlanTci == 0 ? [] : [0x81, 0x00, (byte)(vlanTci >> 8), (byte)vlanTci];
        return [.. link, .. tag, 0x08, 0x00, .. TcpSynPacket(port)];
    }

    /// <summary>The same without a link header. Checksums are left out: who captures does not look at them.</summary>
    public static byte[] TcpSynPacket(int port)
    {
        var packet = new byte[40];
        (packet[0], packet[3], packet[8], packet[9]) = (0x45, 40, 64, 6);
        IPAddress.Parse(NamespacePair.AddressB).TryWriteBytes(packet.AsSpan(12), out _);
        IPAddress.Parse(NamespacePair.AddressA).TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(20), 40_000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(22), (ushort)port);
        (packet[32], packet[33]) = (0x50, 2);
        return packet;
    }

    public static void Send(string networkNamespace, string device, params IEnumerable<byte[]> frames)
    {
        using var links = NetworkNamespace.Run(networkNamespace, () => new LinkMonitor());
        var index = links.List().Single(l => l.Name == device).Index;
        using var socket = NetworkNamespace.Run(
            networkNamespace, () => new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified));
        var there = new DeviceEndPoint(index);
        foreach (var frame in frames) socket.SendTo(frame, there);
    }

    /// <summary>struct sockaddr_ll: u16 family, u16 protocol, i32 ifindex, 12 bytes that sending does not need.</summary>
    private sealed class DeviceEndPoint(int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            BitConverter.TryWriteBytes(address.Buffer.Span[4..], index);
            return address;
        }
    }
}
