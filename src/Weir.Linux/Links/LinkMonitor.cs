using System.Buffers;
using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>
/// The interfaces of the network namespace it was opened in, and word of every change to them (rtnetlink(7), RTMGRP_LINK).
/// Needs no privilege. /sys and /proc are not used: they show another namespace than the thread's after setns(2).
/// </summary>
public sealed unsafe class LinkMonitor : IDisposable
{
    private const uint RTMGRP_LINK = 1;
    private const int DatagramBytes = 64 << 10;
    private const int MaxDumpAttempts = 10;

    private readonly FileDescriptor _dump;

    /// <exception cref="LinuxException">No file descriptor left.</exception>
    public LinkMonitor()
    {
        EventFd = Open(RTMGRP_LINK);
        try
        {
            _dump = Open(groups: 0);
        }
        catch
        {
            EventFd.Dispose();
            throw;
        }
    }

    internal FileDescriptor EventFd { get; }

    /// <summary>
    /// Takes all pending notifications; true when there were any. Their content is not used: whoever cares lists again, so a
    /// lost notification (ENOBUFS) costs nothing.
    /// </summary>
    public bool TakeChanges()
    {
        var changed = false;
        byte discarded;
        while (true)
        {
            if (Libc.recv(EventFd, &discarded, 1, Libc.MSG_DONTWAIT) >= 0)
            {
                changed = true;
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.EAGAIN: return changed;
                case Errno.ENOBUFS: changed = true; break;
                case Errno.EINTR: break;
                default: throw LinuxException.Last("recv(NETLINK_ROUTE)");
            }
        }
    }

    /// <summary>All interfaces, up or down.</summary>
    public IReadOnlyList<LinkInfo> List()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(DatagramBytes);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var links = new List<LinkInfo>();
                // A table that keeps changing is taken as it is: another notification is on its way.
                if (TryDump(buffer, links) || attempt == MaxDumpAttempts) return links;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Lists the interfaces of a namespace once; the calling thread's without a path.</summary>
    public static IReadOnlyList<LinkInfo> ListIn(string? networkNamespace)
    {
        using var monitor = NetworkNamespace.Run(networkNamespace, () => new LinkMonitor());
        return monitor.List();
    }

    public void Dispose()
    {
        EventFd.Dispose();
        _dump.Dispose();
    }

    private bool TryDump(byte[] buffer, List<LinkInfo> links)
    {
        var request = LinkMessages.DumpRequest();
        fixed (byte* bytes = request)
        {
            if (Libc.send(_dump, bytes, (nuint)request.Length, 0) < 0) throw LinuxException.Last("send(RTM_GETLINK)");
        }

        var interrupted = false;
        while (true)
        {
            nint received;
            fixed (byte* bytes = buffer) received = Libc.recv(_dump, bytes, (nuint)buffer.Length, 0);
            if (received < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.EINTR) continue;
                throw LinuxException.Last("recv(RTM_GETLINK)");
            }

            switch (LinkMessages.ReadDump(buffer.AsSpan(0, (int)received), links, ref interrupted, out var errno))
            {
                case LinkMessages.DumpState.Done: return !interrupted;
                case LinkMessages.DumpState.Failed: throw LinuxException.For("recv(RTM_GETLINK)", errno);
            }
        }
    }

    private static FileDescriptor Open(uint groups)
    {
        var fd = FileDescriptor.Adopt(Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, 0), "socket(AF_NETLINK)");
        // struct sockaddr_nl: u16 family, u16 pad, u32 pid (0: the kernel chooses), u32 groups.
        var address = stackalloc uint[3] { Libc.AF_NETLINK, 0, groups };
        if (Libc.bind(fd, address, 12) == 0) return fd;
        var error = LinuxException.Last("bind(AF_NETLINK)");
        fd.Dispose();
        throw error;
    }
}
