using System.IO.Compression;

namespace Weir.Packets;

/// <summary>
/// Inflates and gives the bytes before a damaged place too. <see cref="GZipStream"/> alone loses what the failing call had inflated;
/// when only the checksum behind the data is wrong, that is all of its end.
/// </summary>
/// <remarks>
/// A file is then inflated once more up to what was given, and from there byte by byte. A pipe cannot be read again, so little
/// is asked of it at a time: at most the last <see cref="PipeReadBytes"/> bytes are lost.
/// </remarks>
internal sealed class ExactGzipStream(Stream compressed, bool leaveOpen) : Stream
{
    /// <summary>So small a read costs a fifth more time than a large one.</summary>
    private const int PipeReadBytes = 256;

    private readonly bool _seekable = compressed.CanSeek;
    private readonly long _startsAt = compressed.CanSeek ? compressed.Position : 0;
    private GZipStream _inflating = new(compressed, CompressionMode.Decompress, leaveOpen: true);
    private long _given;
    private bool _careful;
    private InvalidDataException? _damage;

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
        if (buffer.IsEmpty) return 0;
        if (_damage is not null) throw _damage;
        if (_careful) return ReadByteCarefully(buffer);
        try
        {
            var read = _inflating.Read(_seekable ? buffer : buffer[..Math.Min(buffer.Length, PipeReadBytes)]);
            _given += read;
            return read;
        }
        catch (InvalidDataException) when (_seekable)
        {
            _careful = true;
            StartAgain(buffer);
            return ReadByteCarefully(buffer);
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

    /// <summary>
    /// The call that meets the damage may have written the byte before it. Whether it did shows by what was there: with two
    /// different values before, what is the same afterwards was written.
    /// </summary>
    private int ReadByteCarefully(Span<byte> buffer)
    {
        buffer[0] = 0;
        try
        {
            var read = _inflating.Read(buffer[..1]);
            _given += read;
            return read;
        }
        catch (InvalidDataException damage)
        {
            _damage = damage;
        }

        var first = buffer[0];
        StartAgain(buffer);
        buffer[0] = 0xFF;
        try
        {
            _inflating.ReadExactly(buffer[..1]);
        }
        catch (InvalidDataException) when (buffer[0] != first)
        {
            throw _damage;
        }
        catch (InvalidDataException)
        {
            // Written both times: this is the last byte, and the damage is told by the next call.
        }

        return 1;
    }

    private void StartAgain(Span<byte> scratch)
    {
        _inflating.Dispose();
        compressed.Position = _startsAt;
        _inflating = new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        for (var left = _given; left > 0;) left -= _inflating.Read(scratch[..(int)Math.Min(left, scratch.Length)]);
    }
}
