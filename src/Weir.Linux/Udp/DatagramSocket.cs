using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux.Native;
using static Weir.Linux.Native.DatagramAbi;

namespace Weir.Linux;

/// <summary>
/// A UDP socket that receives whole datagrams in batches, with the kernel's time and both addresses of each. One thread
/// receives; <see cref="ReadDrops"/> is safe beside it.
/// </summary>
public sealed unsafe class DatagramSocket : IDisposable
{
    private readonly bool _isV6;
    private readonly DatagramBatch _batch;

    /// <summary>Opens the socket in the calling thread's network namespace; it is bound last, so no option comes too late.</summary>
    /// <exception cref="LinuxException">The port is taken, or a permission is missing.</exception>
    public DatagramSocket(DatagramSocketSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (Fd, _isV6) = Open(settings.Address);
        try
        {
            Set(Libc.SOL_SOCKET, SO_TIMESTAMPNS, 1, "setsockopt(SO_TIMESTAMPNS)");
            SetBuffer(settings.BufferBytes);
            if (settings.Device is { } device) BindToDevice(device);
            if (_isV6) PrepareV6(settings.Address);
            else Set(IPPROTO_IP, IP_PKTINFO, 1, "setsockopt(IP_PKTINFO)");
            Bind(settings.Address, settings.Port);
            _batch = new DatagramBatch(_isV6);
        }
        catch
        {
            Fd.Dispose();
            throw;
        }
    }

    internal FileDescriptor Fd { get; }

    /// <summary>Bytes of kernel memory that were granted; less than asked without CAP_NET_ADMIN.</summary>
    public int BufferBytes => (int)ReadMemoryInfo(SK_MEMINFO_RCVBUF);

    /// <summary>Takes what waits, up to a batch, without waiting; how many they are.</summary>
    public int Receive() => _batch.Receive(Fd);

    /// <summary>One of those received last.</summary>
    public Datagram this[int index] => _batch[index];

    /// <summary>
    /// Datagrams that the kernel dropped because the buffer was full (or the checksum wrong), modulo 2^32. It is the counter
    /// that SO_RXQ_OVFL attaches to datagrams, which tells nothing of drops behind the last one; SO_MEMINFO does (Linux 4.12).
    /// </summary>
    public uint ReadDrops() => ReadMemoryInfo(SK_MEMINFO_DROPS);

    public void Dispose()
    {
        Fd.Dispose();
        _batch.Dispose();
    }

    /// <summary>An IPv6 socket takes both families; hosts booted without IPv6 have the other kind only.</summary>
    private static (FileDescriptor Fd, bool IsV6) Open(IPAddress? address)
    {
        if (address?.AddressFamily != AddressFamily.InterNetwork)
        {
            var number = Libc.socket(AF_INET6, SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
            if (number >= 0 || address is not null || Marshal.GetLastPInvokeError() != Errno.EAFNOSUPPORT)
                return (FileDescriptor.Adopt(number, "socket(AF_INET6)"), true);
        }

        return (FileDescriptor.Adopt(Libc.socket(AF_INET, SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0), "socket(AF_INET)"), false);
    }

    /// <summary>The kernel doubles the number for its bookkeeping; beyond net.core.rmem_max only CAP_NET_ADMIN gets.</summary>
    private void SetBuffer(int bytes)
    {
        var half = bytes / 2;
        if (Libc.setsockopt(Fd, Libc.SOL_SOCKET, SO_RCVBUFFORCE, &half, sizeof(int)) < 0)
            Set(Libc.SOL_SOCKET, SO_RCVBUF, half, "setsockopt(SO_RCVBUF)");
    }

    private void BindToDevice(string device)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(device + '\0'))
        {
            if (Libc.setsockopt(Fd, Libc.SOL_SOCKET, SO_BINDTODEVICE, name, (uint)Encoding.UTF8.GetByteCount(device) + 1) < 0)
                throw LinuxException.Last("setsockopt(SO_BINDTODEVICE)");
        }
    }

    private void PrepareV6(IPAddress? address)
    {
        Set(IPPROTO_IPV6, IPV6_V6ONLY, address is null ? 0 : 1, "setsockopt(IPV6_V6ONLY)");
        Set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "setsockopt(IPV6_RECVPKTINFO)");
        // RFC 6935: tunnels may leave the checksum out over IPv6 too, and the kernel drops such datagrams otherwise.
        Set(IPPROTO_UDP, UDP_NO_CHECK6_RX, 1, "setsockopt(UDP_NO_CHECK6_RX)");
    }

    private void Bind(IPAddress? address, ushort port)
    {
        var name = stackalloc byte[AddressBytes];
        new Span<byte>(name, AddressBytes).Clear();
        *(ushort*)name = _isV6 ? (ushort)AF_INET6 : (ushort)AF_INET;
        name[2] = (byte)(port >> 8);
        name[3] = (byte)port;
        address?.TryWriteBytes(new Span<byte>(name + (_isV6 ? 8 : 4), 16), out _);
        if (_isV6 && address is not null) *(uint*)(name + 24) = (uint)address.ScopeId;
        if (Libc.bind(Fd, name, _isV6 ? (uint)AddressBytes : 16) < 0) throw LinuxException.Last("bind(UDP)");
    }

    private uint ReadMemoryInfo(int index)
    {
        var values = stackalloc uint[SK_MEMINFO_VARS];
        var length = (uint)(SK_MEMINFO_VARS * sizeof(uint));
        if (Libc.getsockopt(Fd, Libc.SOL_SOCKET, SO_MEMINFO, values, &length) < 0)
            throw LinuxException.Last("getsockopt(SO_MEMINFO)");
        return index * sizeof(uint) < length ? values[index] : 0;
    }

    private void Set(int level, int name, int value, string operation)
    {
        if (Libc.setsockopt(Fd, level, name, &value, sizeof(int)) < 0) throw LinuxException.Last(operation);
    }
}
