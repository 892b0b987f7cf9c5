using System.Runtime.ExceptionServices;
using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>Runs code inside another network namespace.</summary>
public static class NetworkNamespace
{
    /// <summary>
    /// Runs <paramref name="action"/> on a thread of its own that entered the namespace and ends afterwards; without a path, on
    /// the calling thread. Sockets stay in the namespace they were made in, so they may be used on any thread later.
    /// setns(2) is per thread, and threads started by <paramref name="action"/> inherit the namespace: do nothing there but
    /// open sockets. /proc/net and /sys/class/net keep showing the first namespace. The path is <c>/proc/PID/ns/net</c> or
    /// <c>/run/netns/NAME</c>.
    /// </summary>
    /// <exception cref="LinuxException">The namespace is gone, or CAP_SYS_ADMIN is missing.</exception>
    public static T Run<T>(string? path, Func<T> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        if (path is null) return action();
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = action();
            }
#pragma warning disable CA1031 // Carried over to the calling thread, whole.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        { IsBackground = true, Name = "weir-netns" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    private static void Enter(string path)
    {
        using var fd = FileDescriptor.Adopt(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0), "open(network namespace)");
        if (Libc.setns(fd, Libc.CLONE_NEWNET) < 0) throw LinuxException.Last("setns(CLONE_NEWNET)");
    }
}
