using System.Net.Sockets;

namespace Weir.Export;

/// <summary>
/// An output whose lanes encode on their worker's thread and hand over whole batches, one at a time. A batch leaves when it has
/// <see cref="BatchBytes"/>, or when the worker has nothing to do: at once in slow traffic, rarely in fast.
/// </summary>
/// <param name="name">How an error message calls the place.</param>
public abstract class BatchingOutput(string name) : IExchangeOutput
{
    /// <summary>Bytes after which a lane hands over: a hundred records and more for one system call.</summary>
    public const int BatchBytes = 64 * 1024;

    /// <summary>EPIPE (include/uapi/asm-generic/errno-base.h), which .NET leaves in HResult on Unix.</summary>
    private const int BrokenPipe = 32;

    private readonly Lock _gate = new();
    private readonly List<BatchLane> _lanes = [];
    private volatile bool _isOpen = true;
    private bool _disposed;
    private long _lost;

    public bool IsOpen => _isOpen;

    public virtual bool TakesFlows => false;

    public long Lost => Interlocked.Read(ref _lost);

    public IExchangeLane OpenLane()
    {
        lock (_gate)
        {
            var lane = new BatchLane(this, CreateEncoder());
            _lanes.Add(lane);
            return lane;
        }
    }

    /// <summary>Delivers what the lanes still hold, ends and closes the output. No worker may use its lane any more.</summary>
    /// <exception cref="OutputException">The last bytes could not be delivered.</exception>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        GC.SuppressFinalize(this);
        try
        {
            foreach (var lane in _lanes) lane.Flush();
            lock (_gate)
            {
                if (_isOpen) Try(default, 0, isEnd: true);
            }
        }
        finally
        {
            _isOpen = false;
            CloseGuarded();
        }
    }

    /// <summary>An encoder for one lane.</summary>
    protected abstract IExchangeEncoder CreateEncoder();

    /// <summary>Delivers whole records; never called by two threads at once. Throws an <see cref="IOException"/> when it cannot.</summary>
    protected abstract void Deliver(ReadOnlySpan<byte> batch, int exchanges);

    /// <summary>Delivers what stands behind the last record. Not called after a failure.</summary>
    protected virtual void DeliverEnd()
    {
    }

    /// <summary>Frees what the output owns; called once, after a failure too.</summary>
    protected abstract void Close();

    internal void CountLost(int exchanges) => Interlocked.Add(ref _lost, exchanges);

    internal void HandOver(ReadOnlySpan<byte> batch, int exchanges)
    {
        lock (_gate)
        {
            if (_isOpen) Try(batch, exchanges, isEnd: false);
            else CountLost(exchanges);
        }
    }

    private void Try(ReadOnlySpan<byte> batch, int exchanges, bool isEnd)
    {
        try
        {
            if (isEnd) DeliverEnd();
            else Deliver(batch, exchanges);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _isOpen = false;
            CountLost(exchanges);
            // The reader of a pipe that has gone has what it wanted; there is nothing to report.
            if (IsBrokenPipe(failure)) return;
            throw failure as OutputException ?? new OutputException($"Cannot write to {name}: {failure.Message}", failure);
        }
    }

    private void CloseGuarded()
    {
        try
        {
            Close();
        }
        catch (IOException gone) when (IsBrokenPipe(gone))
        {
            // As above: closing delivers what the place itself still held.
        }
        catch (IOException failure)
        {
            throw new OutputException($"Cannot finish {name}: {failure.Message}", failure);
        }
    }

    /// <summary>A pipe of .NET's own is a socket pair, whose EPIPE arrives as a socket error.</summary>
    private static bool IsBrokenPipe(Exception failure) =>
        failure is IOException &&
        ((failure.HResult & 0xFFFF) == BrokenPipe ||
         failure.InnerException is SocketException { SocketErrorCode: SocketError.Shutdown });
}
