using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary><c>struct weir_traffic_config</c> of bpf/contract/traffic.h.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TrafficConfig
{
    public uint Version;
    public uint LooksInside;
    public ulong PortMask;
}

/// <summary><c>struct weir_traffic_key</c>: what the program counts together.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TrafficRowKey
{
    public uint Device;
    public byte Sent;
    public byte Kind;
    public byte Protocol;
    public byte Padding;
    public Address Source;
    public Address Destination;

    /// <summary>Network order; IPv4 as <c>::ffff:a.b.c.d</c>.</summary>
    [InlineArray(16)]
    public struct Address
    {
        private byte _first;
    }
}

/// <summary><c>struct weir_traffic_counts</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TrafficRowCounts
{
    public ulong Bytes;
    public ulong Packets;
}

/// <summary><c>struct weir_traffic_frame</c> without its data.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct TrafficFrameHeader
{
    /// <summary><c>WEIR_TRAFFIC_FRAME_BYTES</c></summary>
    public const int MaxData = 512;

    /// <summary>Size of this structure, behind which the data begins.</summary>
    public const int Bytes = 16;

    public uint Device;
    public uint Length;
    public uint Captured;
    public ushort VlanTci;
    public byte Sent;
    public byte Padding;
}

/// <summary><c>enum weir_device_kind</c>.</summary>
public enum DeviceKind : uint
{
    LeftOut = 0,
    Ethernet = 1,
    Ip = 2,
    Loopback = 3,
}

/// <summary><c>enum weir_tunnel_port</c>.</summary>
public enum TunnelPortKind : uint
{
    Vxlan = 1,
    Geneve = 2,
    Other = 3,
}
