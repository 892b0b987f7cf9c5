using System.IO.Pipelines;

namespace Weir.Export.Retention;

/// <summary>What a node keeps, for whoever asks from elsewhere. Thread-safe.</summary>
/// <param name="archive">Reads it.</param>
/// <param name="state">How much that is now.</param>
/// <param name="maxReaders">Questions that are answered at once.</param>
public sealed class KeptPackets(PacketArchive archive, Func<RetentionState> state, int maxReaders) : IDisposable
{
    /// <summary>Bytes that wait for a slow reader; then reading from disk waits too.</summary>
    private const int WaitingBytes = 1 << 20;

    private readonly SemaphoreSlim _readers = new(maxReaders);

    public RetentionState State => state();

    /// <summary>Reads on a thread of its own, and hands on what was read as it comes.</summary>
    /// <param name="query">What is wanted.</param>
    /// <param name="send">Takes the next bytes of a section of pcapng; its exceptions end it.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    /// <returns>What came of it; null when too many ask already.</returns>
    /// <exception cref="IOException">The folder can't be read.</exception>
    public async Task<PacketAnswer?> Send(PacketQuery query, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellation)
    {
        if (!await _readers.WaitAsync(0, cancellation)) return null;
        try
        {
            return await Read(query, send, cancellation);
        }
        finally
        {
            _readers.Release();
        }
    }

    public void Dispose() => _readers.Dispose();

    private async Task<PacketAnswer> Read(PacketQuery query, Func<ReadOnlyMemory<byte>, ValueTask> send, CancellationToken cancellation)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: WaitingBytes, resumeWriterThreshold: WaitingBytes / 2, useSynchronizationContext: false));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Factory.StartNew(() => Fill(pipe.Writer, query, over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (true)
            {
                var read = await pipe.Reader.ReadAsync(cancellation);
                foreach (var part in read.Buffer) await send(part);
                pipe.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }

            return await reading;
        }
        finally
        {
            // The thread may stand before a full pipe: nobody reads it any more, so it goes on, and sees that it is over.
            await over.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private PacketAnswer Fill(PipeWriter writer, PacketQuery query, CancellationToken cancellation)
    {
        try
        {
            using var stream = writer.AsStream(leaveOpen: true);
            var answer = archive.Write(query, stream, null, cancellation);
            cancellation.ThrowIfCancellationRequested();
            writer.Complete();
            return answer;
        }
        catch (Exception failure)
        {
            writer.Complete(failure);
            throw;
        }
    }
}
