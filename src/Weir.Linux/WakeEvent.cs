using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>An eventfd(2): lets any thread end another thread's poll.</summary>
public sealed unsafe class WakeEvent : IDisposable
{
    internal readonly FileDescriptor Fd =
        FileDescriptor.Adopt(Libc.eventfd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK), "eventfd");

    /// <summary>Wakes the poller, now or at its next poll. Does nothing once disposed.</summary>
    public void Signal()
    {
        if (Fd.IsClosed) return;
        ulong one = 1;
        // EAGAIN means the counter is full: the poller is awake anyway.
        if (Libc.write(Fd, &one, sizeof(ulong)) < 0 && LinuxException.Last("write(eventfd)") is { Errno: not Errno.EAGAIN } error)
            throw error;
    }

    /// <summary>Forgets earlier signals.</summary>
    public void Clear()
    {
        ulong count;
        if (Libc.read(Fd, &count, sizeof(ulong)) < 0 && LinuxException.Last("read(eventfd)") is { Errno: not Errno.EAGAIN } error)
            throw error;
    }

    public void Dispose() => Fd.Dispose();
}
