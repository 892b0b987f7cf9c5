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

    /// <param name="fd">Stays its owner's; the mapping outlives it.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="protection">PROT_ bits.</param>
    /// <param name="offset">In the file; a multiple of the page size.</param>
    /// <param name="operation">For the error.</param>
    public MemoryMapping(int fd, nuint length, int protection, nint offset, string operation)
        : base(ownsHandle: true)
    {
        _length = length;
        SetHandle(Libc.mmap(0, length, protection, Libc.MAP_SHARED, fd, offset));
        if (IsInvalid) throw LinuxException.Last(operation);
    }

    public byte* Start => (byte*)handle;

    protected override bool ReleaseHandle() => Libc.munmap(handle, _length) == 0;
}
