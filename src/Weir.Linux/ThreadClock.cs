using System.Runtime.InteropServices;
using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>CPU time of the calling thread.</summary>
public static unsafe class ThreadClock
{
    /// <summary>Nanoseconds, user and system, since the thread began (CLOCK_THREAD_CPUTIME_ID). A system call of some hundred nanoseconds.</summary>
    /// <exception cref="LinuxException">The kernel has no such clock.</exception>
    public static long CpuNs
    {
        get
        {
            Libc.timespec time;
            if (Libc.clock_gettime(Libc.CLOCK_THREAD_CPUTIME_ID, &time) < 0)
                throw new LinuxException("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", Marshal.GetLastPInvokeError(), "");
            return (time.tv_sec * 1_000_000_000L) + time.tv_nsec;
        }
    }
}
