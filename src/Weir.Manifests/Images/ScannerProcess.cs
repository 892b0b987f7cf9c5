using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Weir.Manifests.Images;

/// <summary>How a run of a program ended.</summary>
/// <param name="ExitCode">128 and the signal when one ended it.</param>
/// <param name="Output">Standard output, all of it.</param>
/// <param name="Messages">The end of standard error.</param>
/// <param name="TimedOut">It was killed because its time was over.</param>
/// <param name="TooLarge">It was killed because it wrote more than allowed.</param>
internal sealed record ScannerRun(int ExitCode, byte[] Output, string Messages, bool TimedOut, bool TooLarge);

/// <summary>Runs a program by its list of arguments, no shell between, with bounded time and output; it never outlives the call.</summary>
internal static class ScannerProcess
{
    private const int BufferBytes = 64 << 10;

    /// <exception cref="Win32Exception">It can't be started: not there, or not executable.</exception>
    /// <exception cref="OperationCanceledException">The caller wants no more; the program was killed.</exception>
    public static async Task<ScannerRun> Run(string program, IEnumerable<string> arguments, TimeSpan limit, int maxOutputBytes, int maxMessageBytes, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        var tooLarge = false;
        var output = new MemoryStream();
        var messages = new Tail(maxMessageBytes);
        var reads = Task.WhenAll(
            Read(process.StandardOutput.BaseStream, bytes =>
            {
                if (output.Length + bytes.Length > maxOutputBytes)
                {
                    tooLarge = true;
                    return false;
                }

                output.Write(bytes);
                return true;
            }, deadline),
            Read(process.StandardError.BaseStream, bytes => messages.Add(bytes), deadline));
        try
        {
            // A child that it left behind may hold the pipes open, so reading has the same deadline.
            await reads.ConfigureAwait(false);
            await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancel.ThrowIfCancellationRequested();
            return new ScannerRun(-1, [], messages.ToString(), TimedOut: !tooLarge, tooLarge);
        }

        return new ScannerRun(process.ExitCode, output.ToArray(), messages.ToString(), false, false);
    }

    /// <summary>Until the end of the stream, or until the taker has had enough, which ends the run.</summary>
    private static async Task Read(Stream stream, Func<ReadOnlySpan<byte>, bool> take, CancellationTokenSource deadline)
    {
        var buffer = new byte[BufferBytes];
        for (int count; (count = await stream.ReadAsync(buffer, deadline.Token).ConfigureAwait(false)) > 0;)
        {
            if (take(buffer.AsSpan(0, count))) continue;
            await deadline.CancelAsync().ConfigureAwait(false);
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended in the meantime.
        }
    }

    /// <summary>The last bytes of a stream.</summary>
    private sealed class Tail(int capacity)
    {
        private readonly List<byte> _bytes = [];

        public bool Add(ReadOnlySpan<byte> bytes)
        {
            _bytes.AddRange(bytes);
            if (_bytes.Count > capacity) _bytes.RemoveRange(0, _bytes.Count - capacity);
            return true;
        }

        public override string ToString() => Encoding.UTF8.GetString(_bytes.ToArray());
    }
}
