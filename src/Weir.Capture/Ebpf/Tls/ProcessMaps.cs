using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>Reads /proc/PID/maps (proc_pid_maps(5)): files mapped as code, each once.</summary>
/// <remarks><code>7f2d5c400000-7f2d5c45b000 r-xp 0001f000 fe:01 918273   /usr/lib/x86_64-linux-gnu/libssl.so.3</code></remarks>
internal static class ProcessMaps
{
    /// <summary>Bytes of one process's maps that are read: forty thousand lines. A JVM has a few thousand.</summary>
    private const int MaxBytes = 4 << 20;

    /// <summary>Code mappings of the process, in order of address: the program itself is usually first. Empty when it is gone.</summary>
    public static IReadOnlyList<MappedFile> Read(int pid)
    {
        try
        {
            using var stream = new FileStream(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            return Read(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended, or it is a zombie: both are told by there being nothing.
            return [];
        }
    }

    public static IReadOnlyList<MappedFile> Read(Stream maps)
    {
        var files = new List<MappedFile>();
        var seen = new HashSet<FileKey>();
        var buffer = new byte[16 << 10];
        var (length, total) = (0, 0);
        while (total < MaxBytes)
        {
            var read = maps.Read(buffer, length, buffer.Length - length);
            total += read;
            length += read;
            var rest = buffer.AsSpan(0, length);
            for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
            {
                if (TryParse(rest[..end], out var file) && seen.Add(file.File)) files.Add(file);
                rest = rest[(end + 1)..];
            }

            if (read == 0) break;
            // A line without an end is longer than any path can make it.
            if (rest.Length == buffer.Length) rest = default;
            rest.CopyTo(buffer);
            length = rest.Length;
        }

        return files;
    }

    /// <summary>False for lines that are no file mapped as code.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out MappedFile file)
    {
        file = default;
        if (!Utf8Parser.TryParse(line, out ulong start, out var used, 'x') || line.Length <= used || line[used] != '-') return false;
        line = line[(used + 1)..];
        if (!Utf8Parser.TryParse(line, out ulong end, out used, 'x')) return false;
        line = line[used..];
        const int FlagsAt = 1, ExecutableAt = 3, AfterFlags = 6;
        if (line.Length < AfterFlags || line[ExecutableAt] != (byte)'x' || line[FlagsAt - 1] != (byte)' ') return false;
        line = line[AfterFlags..];
        if (!Utf8Parser.TryParse(line, out ulong _, out used, 'x')) return false;
        line = line[Math.Min(used + 1, line.Length)..];
        if (!Utf8Parser.TryParse(line, out uint major, out used, 'x') || line.Length <= used || line[used] != ':') return false;
        line = line[(used + 1)..];
        if (!Utf8Parser.TryParse(line, out uint minor, out used, 'x')) return false;
        line = line[Math.Min(used + 1, line.Length)..];
        if (!Utf8Parser.TryParse(line, out ulong inode, out used) || inode == 0) return false;
        var path = Encoding.UTF8.GetString(line[used..].TrimStart((byte)' '));
        file = new MappedFile(new FileKey((major << 20) | (minor & 0xFFFFF), inode), start, end, path);
        return path.StartsWith('/');
    }
}
