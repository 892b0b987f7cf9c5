namespace Weir.Cli;

/// <summary>Standard input, output and error as they were handed to the process.</summary>
internal static class StandardStreams
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    /// <summary>O_CLOEXEC of asm-generic/fcntl.h, as /proc/PID/fdinfo shows it.</summary>
    private const int CloseOnExec = 0x80000;

    /// <summary>
    /// False when the shell closed it (<c>&lt;&amp;-</c>): the number then belongs to some file or pipe of the runtime's own, which must not be
    /// read or written. What came through exec(2) cannot be marked close-on-exec; what the runtime opens is.
    /// </summary>
    public static bool IsOpen(int descriptor)
    {
        if (!OperatingSystem.IsLinux()) return true;
        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}").First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags["flags:".Length..].Trim(), 8) & CloseOnExec) == 0;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // No /proc here: take it as it is.
            return true;
        }
    }

    /// <summary>Makes messages on standard error a best effort: when nobody can read them there is nobody to tell either.</summary>
    public static void GuardError()
    {
        var stream = IsOpen(Error) ? Console.OpenStandardError() : Stream.Null;
        Console.SetError(new StreamWriter(new BestEffortStream(stream)) { AutoFlush = true });
    }

    private sealed class BestEffortStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                inner.Write(buffer);
            }
            catch (IOException)
            {
                // A full disk or a terminal that has gone: the work itself goes on.
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
            // Nothing is held.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
