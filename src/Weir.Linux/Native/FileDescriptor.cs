using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Native;

/// <summary>Owns one file descriptor.</summary>
internal sealed class FileDescriptor() : SafeHandleMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>The number, for poll(2) sets; whoever stores it must hold this object open.</summary>
    public int Number => (int)DangerousGetHandle();

    /// <summary>
    /// Takes what a call returned as a C <c>int</c>, or throws that call's error. The call must be declared to return
    /// <c>int</c>: as a handle the upper half of the register, which the C ABI leaves undefined, would hide -1.
    /// </summary>
    public static FileDescriptor Adopt(int number, string operation)
    {
        if (number < 0) throw LinuxException.Last(operation);
        var owner = new FileDescriptor();
        owner.SetHandle(number);
        return owner;
    }

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
