using System.Runtime.InteropServices;

namespace Weir.Linux;

/// <summary>A system call that failed, with what its caller can do about it.</summary>
public sealed class LinuxException : Exception
{
    public LinuxException(string operation, int errno, string hint)
        : base(Describe(operation, errno, hint)) => (Operation, Errno, Hint) = (operation, errno, hint);

    /// <summary>The call in C notation, with the argument that matters: <c>setsockopt(PACKET_RX_RING)</c>.</summary>
    public string Operation { get; }

    /// <summary>The error number of errno(3).</summary>
    public int Errno { get; }

    /// <summary>Names the capability, sysctl, package or kernel version that is missing; empty when none is known.</summary>
    public string Hint { get; }

    /// <summary>The error of the call that just failed on this thread, with the hint that fits.</summary>
    internal static LinuxException Last(string operation) => For(operation, Marshal.GetLastPInvokeError());

    public static LinuxException For(string operation, int errno) =>
        new(operation, errno, ErrnoHints.For(operation, errno));

    private static string Describe(string operation, int errno, string hint)
    {
        var text = $"{operation}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})";
        return hint.Length == 0 ? text : $"{text}; {hint}";
    }
}
