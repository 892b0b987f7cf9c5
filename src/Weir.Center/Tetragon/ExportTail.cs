namespace Weir.Center.Tetragon;

/// <summary>
/// Follows a file of lines through its rotations. The file that is open stays open when it is renamed or deleted, is read to its end, and then the
/// one that has its name is opened; one that became shorter is read from its start. Not thread-safe.
/// </summary>
/// <param name="path">The file, there or not.</param>
/// <param name="maxLineBytes">A longer line is passed over and counted.</param>
internal sealed class ExportTail(string path, int maxLineBytes) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly MemoryStream _line = new();
    private FileStream? _file;
    private string _name = "";
    private bool _passing;

    /// <summary>Lines that were longer than allowed.</summary>
    public long TooLong { get; private set; }

    /// <summary>Times that another file had the name, or the same one began anew.</summary>
    public long Rotations { get; private set; }

    /// <summary>Why nothing can be read; null when it can.</summary>
    public string? Trouble { get; private set; }

    public delegate void LineTaker(ReadOnlySpan<byte> line);

    /// <summary>Hands on the whole lines that came since the last time, and leaves the rest of an unfinished one for the next.</summary>
    /// <param name="take">Gets lines without their end; the bytes are reused.</param>
    /// <param name="cancellation">Ends it between two pieces.</param>
    public void Poll(LineTaker take, CancellationToken cancellation)
    {
        try
        {
            if (_file is null && !Open()) return;
            Trouble = null;
            // Asked before reading: what comes to the old file after this is in it before its end is seen.
            var moved = NameOf(_file!) != _name;
            Read(take, cancellation);
            if (!moved || cancellation.IsCancellationRequested) return;
            Close();
            Rotations++;
            if (Open()) Read(take, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Trouble = e.Message;
            Close();
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _line.Dispose();
    }

    private bool Open()
    {
        if (!File.Exists(path))
        {
            Trouble = $"{path} is not there";
            return false;
        }

        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _name = NameOf(_file);
        Trouble = null;
        return true;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
        _line.SetLength(0);
        _passing = false;
    }

    private void Read(LineTaker take, CancellationToken cancellation)
    {
        if (_file!.Length < _file.Position)
        {
            _file.Position = 0;
            _line.SetLength(0);
            _passing = false;
            Rotations++;
        }

        while (!cancellation.IsCancellationRequested && _file.Read(_buffer) is > 0 and var read)
        {
            var rest = _buffer.AsSpan(0, read);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..]) EndLine(rest[..end], take);
            Keep(rest);
        }
    }

    private void EndLine(ReadOnlySpan<byte> piece, LineTaker take)
    {
        Keep(piece);
        if (_passing) TooLong++;
        else if (_line.Length > 0) take(_line.GetBuffer().AsSpan(0, (int)_line.Length).TrimEnd((byte)'\r'));
        _line.SetLength(0);
        _passing = false;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_passing) return;
        _passing = _line.Length + piece.Length > maxLineBytes;
        if (!_passing) _line.Write(piece);
    }

    /// <summary>The name that the open file has now: another one after a rename, one that ends in "(deleted)" after that (proc(5)).</summary>
    private static string NameOf(FileStream file) =>
        new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget ?? "";
}
