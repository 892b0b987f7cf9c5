using Microsoft.Win32.SafeHandles;
using Weir.Capture.Ebpf.Elf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>Bytes of a file of the host or of a container, read by position.</summary>
internal sealed class MappedFileSource : IByteSource, IDisposable
{
    private readonly SafeFileHandle _file;

    private MappedFileSource(SafeFileHandle file) => _file = file;

    /// <summary>Null when it is gone or can't be read; <c>/proc/PID/map_files</c> needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE.</summary>
    public static MappedFileSource? TryOpen(string path)
    {
        try
        {
            return new MappedFileSource(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(_file, buffer, offset);
        }
        catch (IOException)
        {
            // A file on a broken or vanished file system reads as if it ended there.
            return 0;
        }
    }

    public void Dispose() => _file.Dispose();
}
