using Weir.Packets;

namespace Weir.Probe;

/// <summary>Hands the packets of one source that can be read only once to several workers. Runs on the source's thread.</summary>
internal sealed class FlowDispatcher : IPacketSink, IDisposable
{
    private readonly WorkerThread[] _threads;
    private readonly PacketBatch[] _open;

    private readonly FlowShares _shares;

    /// <param name="workers">At most <see cref="WorkerCount.Max"/>.</param>
    /// <param name="failed">Called from a worker's thread when it can't go on; may be called several times.</param>
    public FlowDispatcher(IReadOnlyList<ExchangeWorker> workers, Action failed)
    {
        _threads = [.. workers.Select((worker, number) => new WorkerThread(worker, number, failed))];
        _open = [.. _threads.Select(thread => thread.Rent())];
        _shares = new FlowShares(_threads.Length);
    }

    /// <summary>Once, before the first packet.</summary>
    public void Start()
    {
        foreach (var thread in _threads) thread.Start();
    }

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        var worker = _shares.Of(in packet);
        if (_open[worker].TryAdd(in frame, in packet)) return;
        Post(worker);
        _open[worker].TryAdd(in frame, in packet);
    }

    public void Advance(long nowNs)
    {
        for (var worker = 0; worker < _threads.Length; worker++)
        {
            if (_open[worker].TryAddTime(nowNs)) continue;
            Post(worker);
            _open[worker].TryAddTime(nowNs);
        }
    }

    public void OnIdle(long nowNs) => PostAll(BatchEnd.Idle, nowNs);

    /// <exception cref="Exception">What the first worker that failed had met.</exception>
    public void Finish(long nowNs)
    {
        PostAll(BatchEnd.Finish, nowNs);
        foreach (var thread in _threads) thread.Join();
    }

    public void Dispose()
    {
        foreach (var thread in _threads) thread.Stop();
    }

    private void PostAll(BatchEnd end, long nowNs)
    {
        for (var worker = 0; worker < _threads.Length; worker++)
        {
            _open[worker].End = end;
            _open[worker].EndNs = nowNs;
            Post(worker);
        }
    }

    private void Post(int worker)
    {
        _threads[worker].Post(_open[worker]);
        _open[worker] = _threads[worker].Rent();
    }
}
