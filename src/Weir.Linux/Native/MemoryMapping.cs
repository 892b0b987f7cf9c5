using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Native;

/// <summary>Owns one shared mapping of a file descriptor.</summary>
internal sealed unsafe class MemoryMapping : SafeHandleMinusOneIsInvalid
{
    private readonly nuint _length;

    public MemoryMapping(FileDescriptor fd, nuint length, string operation)
        : base(ownsHandle: true)
    {
        _length = length;
        SetHandle(Libc.mmap(0, length, Libc.PROT_READ_WRITE, Libc.MAP_SHARED, fd, 0));
        if (IsInvalid) throw LinuxException.Last(operation);
    }

    public byte* Start => (byte*)handle;

    protected override bool ReleaseHandle() => Libc.munmap(handle, _length) == 0;
}
