using System.IO.Compression;
using Weir.Flows;

namespace Weir.Cli.Detection;

/// <summary>Opens flow tables: CSV of any published header, gzipped or not.</summary>
internal static class FlowFiles
{
    /// <exception cref="UsageException">It is no flow table; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FlowCsvReader Open(string path)
    {
        var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
        file.Position = 0;
        var stream = isGzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        if (FlowCsvReader.TryOpen(stream, out var reader, out var error)) return reader;
        stream.Dispose();
        throw new UsageException($"{path}: {error}");
    }
}
