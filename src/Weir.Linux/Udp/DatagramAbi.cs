using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

/// <summary>Receiving datagrams in batches: linux/socket.h, linux/in.h, linux/in6.h and asm-generic/socket.h.</summary>
internal static unsafe partial class DatagramAbi
{
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOCK_DGRAM = 2;
    public const int SO_RCVBUF = 8;
    public const int SO_BINDTODEVICE = 25;
    public const int SO_RCVBUFFORCE = 33;
    public const int SO_TIMESTAMPNS = 35;
    public const int SO_MEMINFO = 55;
    public const int SK_MEMINFO_RCVBUF = 1;
    public const int SK_MEMINFO_DROPS = 8;
    public const int SK_MEMINFO_VARS = 9;
    public const int IPPROTO_IP = 0;
    public const int IP_PKTINFO = 8;
    public const int IPPROTO_UDP = 17;
    public const int UDP_NO_CHECK6_RX = 102;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_V6ONLY = 26;
    public const int IPV6_RECVPKTINFO = 49;
    public const int IPV6_PKTINFO = 50;
    public const int MSG_TRUNC = 0x20;

    /// <summary>struct sockaddr_in6; sockaddr_in has its 4 bytes of address at offset 4.</summary>
    public const int AddressBytes = 28;

#pragma warning disable CS8981 // C names are kept.
    [StructLayout(LayoutKind.Sequential)]
    public struct iovec
    {
        public byte* iov_base;
        public nuint iov_len;
    }

    /// <summary>struct user_msghdr: the kernel's, which glibc's equals and musl's pads to.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct msghdr
    {
        public byte* msg_name;
        public uint msg_namelen;
        public iovec* msg_iov;
        public nuint msg_iovlen;
        public byte* msg_control;
        public nuint msg_controllen;
        public uint msg_flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct mmsghdr
    {
        public msghdr msg_hdr;
        public uint msg_len;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct cmsghdr
    {
        public nuint cmsg_len;
        public int cmsg_level;
        public int cmsg_type;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct timespec
    {
        public nint tv_sec;
        public nint tv_nsec;
    }
#pragma warning restore CS8981

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(FileDescriptor fd, mmsghdr* messages, uint count, int flags, timespec* timeout);
}
