using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

internal static unsafe partial class Libc
{
    public const int AT_FDCWD = -100;

    /// <summary><c>struct statx</c> of linux/stat.h, 256 bytes: the same on every architecture, unlike <c>struct stat</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct statx_result
    {
        [FieldOffset(32)]
        public ulong stx_ino;

        [FieldOffset(136)]
        public uint stx_dev_major;

        [FieldOffset(140)]
        public uint stx_dev_minor;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int directory, string path, int flags, uint mask, statx_result* result);
}
