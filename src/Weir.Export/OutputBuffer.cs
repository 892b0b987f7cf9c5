using System.Buffers;

namespace Weir.Export;

/// <summary>Collects bytes for a stream and turns its errors into the states of an output.</summary>
/// <param name="stream">Owned: closed by <see cref="Dispose"/>.</param>
/// <param name="name">How an error message calls it.</param>
internal sealed class OutputBuffer(Stream stream, string name) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Bytes after which the buffer goes to the stream: a few hundred records for one system call.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>EPIPE (include/uapi/asm-generic/errno-base.h), which .NET leaves in HResult on Unix.</summary>
    private const int BrokenPipe = 32;

    private readonly ArrayBufferWriter<byte> _bytes = new(FlushBytes);

    public bool IsOpen { get; private set; } = true;

    public int Length => _bytes.WrittenCount;

    public void Advance(int count) => _bytes.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    public void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void WriteOutWhenFull()
    {
        if (_bytes.WrittenCount >= FlushBytes) WriteOut();
    }

    public void WriteOut() => Guarded(() =>
    {
        if (_bytes.WrittenCount > 0) stream.Write(_bytes.WrittenSpan);
        stream.Flush();
    });

    /// <summary>Writes the buffer, then goes back before the last <paramref name="bytes"/>, so that the next write replaces them.</summary>
    public void WriteOutAndRewind(int bytes) => Guarded(() =>
    {
        stream.Write(_bytes.WrittenSpan);
        stream.Flush();
        stream.Seek(-bytes, SeekOrigin.Current);
    });

    public void Dispose()
    {
        try
        {
            if (IsOpen) WriteOut();
        }
        finally
        {
            IsOpen = false;
            CloseStream();
        }
    }

    private void Guarded(Action write)
    {
        if (!IsOpen)
        {
            _bytes.ResetWrittenCount();
            return;
        }

        try
        {
            write();
        }
        catch (IOException gone) when (IsBrokenPipe(gone))
        {
            // The reader has what it wanted; there is nothing to report.
            IsOpen = false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            IsOpen = false;
            throw new OutputException($"Cannot write to {name}: {failure.Message}", failure);
        }
        finally
        {
            _bytes.ResetWrittenCount();
        }
    }

    private void CloseStream()
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException gone) when (IsBrokenPipe(gone))
        {
            // As above: closing flushes what the stream itself still held.
            IsOpen = false;
        }
        catch (IOException failure)
        {
            throw new OutputException($"Cannot finish {name}: {failure.Message}", failure);
        }
    }

    private static bool IsBrokenPipe(IOException failure) => (failure.HResult & 0xFFFF) == BrokenPipe;
}
