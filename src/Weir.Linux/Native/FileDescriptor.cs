using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Native;

/// <summary>Owns one file descriptor.</summary>
internal sealed class FileDescriptor() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The number, for poll(2) sets; whoever stores it must hold this object open.</summary>
    public int Number => (int)DangerousGetHandle();

    /// <summary>Returns this, or throws the error of the call that made it.</summary>
    public FileDescriptor OrThrow(string operation)
    {
        if (!IsInvalid) return this;
        var error = LinuxException.Last(operation);
        Dispose();
        throw error;
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
