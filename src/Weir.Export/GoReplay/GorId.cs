using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Weir.Packets;
using Weir.Records;

namespace Weir.Export.GoReplay;

/// <summary>
/// The id of a call in a .gor file: hex of client port, server port, four bytes of the client's address and four that tell calls
/// apart. GoReplay puts a TCP sequence number last; here it is the counter of the exchange id, which does not repeat.
/// </summary>
public static class GorId
{
    /// <summary>Hex digits.</summary>
    public const int Length = 24;

    public static string Of(Exchange exchange)
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        Span<byte> address = stackalloc byte[16];
        var length = exchange.Client.Ip.WriteBytes(address);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, exchange.Client.Port);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], exchange.Server.Port);
        address[(length - 4)..length].CopyTo(bytes[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)(exchange.Id.Value & uint.MaxValue));
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Who talked to whom, as far as the id tells; ids of 40 digits (before GoReplay 1.2) do not.</summary>
    public static bool TryReadPeers(string id, [NotNullWhen(true)] out IpAddress client, out ushort clientPort, out ushort serverPort)
    {
        client = default;
        clientPort = serverPort = 0;
        Span<byte> bytes = stackalloc byte[Length / 2];
        if (id.Length != Length || Convert.FromHexString(id, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        clientPort = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        serverPort = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        client = IpAddress.FromV4(bytes[4..8]);
        return true;
    }
}
