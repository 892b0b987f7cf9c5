using Weir.Packets;

namespace Weir.Capture;

/// <summary>What the kernel counted together since it was asked last.</summary>
/// <param name="InterfaceId">Place in <see cref="KernelTraffic.Devices"/>.</param>
/// <param name="Direction">Which way the frames passed.</param>
/// <param name="Kind">enum weir_traffic_kind of bpf/contract/traffic.h.</param>
/// <param name="Protocol">IANA's number of IP's payload.</param>
/// <param name="Source">Of a tunnelled packet, of the packet inside.</param>
/// <param name="Destination">As <paramref name="Source"/>.</param>
/// <param name="Bytes">Of whole frames, link header included.</param>
/// <param name="Packets">How many.</param>
public readonly record struct KernelRow(
    int InterfaceId, FrameDirection Direction, byte Kind, byte Protocol, IpAddress Source, IpAddress Destination, long Bytes, long Packets);

/// <summary>Takes rows.</summary>
public interface IKernelRows
{
    void OnRow(in KernelRow row);
}
