using System.Buffers;
using System.Text;

namespace Weir.Cli.Inventory;

/// <summary>Pages of lines that come newest first and are wanted oldest first. They wait in a temporary file: of memory they take one page.</summary>
internal sealed class EventSpool : IDisposable
{
    private readonly FileStream _file = Create();
    private readonly Stack<int> _pages = new();

    /// <param name="lines">UTF-8, each ended.</param>
    public void Add(ArrayBufferWriter<byte> lines)
    {
        _file.Write(lines.WrittenSpan);
        _pages.Push(lines.WrittenCount);
    }

    /// <summary>The page added last comes first. Once only.</summary>
    public IEnumerable<string> Lines()
    {
        var end = _file.Length;
        while (_pages.TryPop(out var length))
        {
            var page = new byte[length];
            _file.Position = end -= length;
            _file.ReadExactly(page);
            foreach (var line in Encoding.UTF8.GetString(page).Split('\n', StringSplitOptions.RemoveEmptyEntries)) yield return line;
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Nobody else may read it, and it goes when it is closed.</summary>
    private static FileStream Create()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(Path.GetTempPath(), $"weir-events-{Path.GetRandomFileName()}"), options);
    }
}
