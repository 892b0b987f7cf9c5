using System.Runtime.ExceptionServices;
using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>
/// tracefs, in which the kernel gives its tracepoints their numbers. Where it is not mounted, which is common in containers, it is
/// mounted for one thread only, and nobody else sees it.
/// </summary>
public static unsafe class TraceFileSystem
{
    private const string Mounted = "/sys/kernel/tracing";

    public static bool IsMounted => Directory.Exists(Mounted + "/events") || Directory.Exists("/sys/kernel/debug/tracing/events");

    /// <summary>Runs an action that attaches to tracepoints, on the calling thread where tracefs is mounted, else on one of its own.</summary>
    /// <exception cref="LinuxException">It is not mounted and CAP_SYS_ADMIN is missing.</exception>
    public static void Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (IsMounted)
        {
            action();
            return;
        }

        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                MountHere();
                action();
            }
#pragma warning disable CA1031 // Carried over to the calling thread, whole.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true, Name = "weir-tracefs" };
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    /// <summary>Leaves the mount namespace of the process (unshare(2): a thread may) and mounts tracefs in the new one.</summary>
    private static void MountHere()
    {
        if (Libc.unshare(Libc.CLONE_NEWNS) < 0) throw LinuxException.Last("unshare(CLONE_NEWNS)");
        if (Libc.mount("none", "/", null, Libc.MS_REC | Libc.MS_PRIVATE, null) < 0) throw LinuxException.Last("mount(MS_PRIVATE)");
        if (Libc.mount("tracefs", Mounted, "tracefs", 0, null) < 0) throw LinuxException.Last("mount(tracefs)");
    }
}
