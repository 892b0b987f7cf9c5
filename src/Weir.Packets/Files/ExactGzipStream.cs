using System.IO.Compression;

namespace Weir.Packets;

/// <summary>
/// Inflates a file that can be read twice and gives every byte before a damaged place. <see cref="GZipStream"/> alone loses what the
/// failing call had inflated, which with a wrong checksum is the end of the data. So after a failure the data is inflated again up
/// to what was given, and from there byte by byte: a call whose output is full returns before it meets the damage.
/// </summary>
internal sealed class ExactGzipStream(Stream compressed, bool leaveOpen) : Stream
{
    private readonly long _startsAt = compressed.Position;
    private GZipStream _inflating = new(compressed, CompressionMode.Decompress, leaveOpen: true);
    private long _given;
    private bool _careful;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = _inflating.Read(_careful && buffer.Length > 1 ? buffer[..1] : buffer);
            _given += read;
            return read;
        }
        catch (InvalidDataException) when (!_careful)
        {
            StartAgain(buffer);
            return Read(buffer);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inflating.Dispose();
            if (!leaveOpen) compressed.Dispose();
        }

        base.Dispose(disposing);
    }

    private void StartAgain(Span<byte> scratch)
    {
        _careful = true;
        _inflating.Dispose();
        compressed.Position = _startsAt;
        _inflating = new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        for (var left = _given; left > 0;) left -= _inflating.Read(scratch[..(int)Math.Min(left, scratch.Length)]);
    }
}
