using System.Globalization;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>Which file, whatever it is called: what the memory maps say of it.</summary>
/// <param name="Device">Major and minor number as in the maps (<c>fe:01</c>).</param>
/// <param name="Inode">Number on that device.</param>
internal readonly record struct FileKey(uint Device, ulong Inode);

/// <summary>A file that a process has mapped as code.</summary>
/// <param name="File">Which one.</param>
/// <param name="Start">First address of the mapping.</param>
/// <param name="End">Behind the last.</param>
/// <param name="Path">As the process sees it; not to be opened: it may be in a container, replaced or deleted.</param>
internal readonly record struct MappedFile(FileKey File, ulong Start, ulong End, string Path)
{
    /// <summary>The name under which the kernel gives the very file that is mapped, whatever became of its path (proc(5)).</summary>
    public string LinkIn(int pid) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/map_files/{Start:x}-{End:x}");

    /// <summary>Last part of the path, without <c> (deleted)</c>.</summary>
    public ReadOnlySpan<char> Name
    {
        get
        {
            var path = Path.AsSpan();
            const string Deleted = " (deleted)";
            if (path.EndsWith(Deleted)) path = path[..^Deleted.Length];
            return path[(path.LastIndexOf('/') + 1)..];
        }
    }
}
