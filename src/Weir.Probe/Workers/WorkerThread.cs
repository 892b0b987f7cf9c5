using System.Runtime.ExceptionServices;

namespace Weir.Probe;

/// <summary>
/// A worker that gets its packets from the thread that reads, through a bounded queue of batches. When the queue is full the
/// reader waits; when it is empty the worker does.
/// </summary>
internal sealed class WorkerThread
{
    /// <summary>Batches in the queue: enough that a burst for one worker does not stop the reader, and the others with it.</summary>
    private const int MaxQueued = 6;

    private readonly ExchangeWorker _worker;
    private readonly Action _failed;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<PacketBatch> _queue = new(MaxQueued);
    private readonly Stack<PacketBatch> _free = new();
    private bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <param name="worker">Used by this object's thread only.</param>
    /// <param name="number">For the thread's name.</param>
    /// <param name="failed">Called once on the worker's thread when it can't go on: the run should end.</param>
    public WorkerThread(ExchangeWorker worker, int number, Action failed)
    {
        _worker = worker;
        _failed = failed;
        _thread = new Thread(Run) { Name = $"weir-worker-{number}", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>An empty batch.</summary>
    public PacketBatch Rent()
    {
        lock (_gate) return _free.TryPop(out var used) ? used : new PacketBatch(_worker.KeepsFrames);
    }

    /// <summary>Hands a batch over, waiting while the queue is full. A worker that failed takes no more: it is forgotten.</summary>
    public void Post(PacketBatch batch)
    {
        lock (_gate)
        {
            while (_queue.Count >= MaxQueued && !_stopped) Monitor.Wait(_gate);
            if (_stopped) return;
            _queue.Enqueue(batch);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Ends the thread without what is still queued, unless it has finished already.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        if (!_thread.ThreadState.HasFlag(ThreadState.Unstarted)) _thread.Join();
    }

    /// <summary>Waits until the batch that said <see cref="BatchEnd.Finish"/> is done; throws what made the worker fail.</summary>
    public void Join()
    {
        _thread.Join();
        _failure?.Throw();
    }

    private void Run()
    {
        try
        {
            while (Take() is { } batch)
            {
                batch.FeedTo(_worker);
                if (batch.End == BatchEnd.Finish) return;
                batch.Clear();
                lock (_gate) _free.Push(batch);
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the thread that runs the capture.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            lock (_gate)
            {
                _stopped = true;
                Monitor.PulseAll(_gate);
            }

            _failed();
        }
    }

    /// <summary>Null once stopped.</summary>
    private PacketBatch? Take()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_stopped) Monitor.Wait(_gate);
            if (_stopped) return null;
            // The reader waits for a full queue only.
            if (_queue.Count == MaxQueued) Monitor.PulseAll(_gate);
            return _queue.Dequeue();
        }
    }
}
