using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>Which file a path leads to, in the numbers that /proc/PID/maps uses.</summary>
public static unsafe class FileIdentity
{
    /// <summary>Follows links. False when there is no such file, or it can't be reached.</summary>
    /// <param name="path">Any path.</param>
    /// <param name="device">Major number in the upper 12 bits, minor in the lower 20.</param>
    /// <param name="inode">Number on that device.</param>
    public static bool TryRead(string path, out uint device, out ulong inode)
    {
        const uint Inode = 0x100;
        Libc.statx_result result;
        var read = Libc.statx(Libc.AT_FDCWD, path, 0, Inode, &result) == 0;
        device = read ? (result.stx_dev_major << 20) | (result.stx_dev_minor & 0xFFFFF) : 0;
        inode = read ? result.stx_ino : 0;
        return read;
    }
}
