using System.IO.Compression;

namespace Weir.Export.GoReplay;

/// <summary>One open .gor file; compressed when its name ends in .gz.</summary>
internal sealed class GorFile : IDisposable
{
    private readonly Stream _stream;

    public GorFile(string path, bool append)
    {
        Path = path;
        try
        {
            if (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            var file = new FileStream(path, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            // A gzip member more at the end of a file is read as its continuation (RFC 1952 §2.2).
            _stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new OutputException($"Cannot create {path}: {failure.Message}", failure);
        }
    }

    public string Path { get; }

    public long Bytes { get; private set; }

    public long Records { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes, int records)
    {
        _stream.Write(bytes);
        Bytes += bytes.Length;
        Records += records;
    }

    public void Flush() => _stream.Flush();

    public void Dispose() => _stream.Dispose();
}
