using Weir.Packets;
using Weir.Protocols.Dns;

namespace Weir.Probe;

/// <summary>
/// Shares the packets of one source among several workers, a connection always to the same one: both directions, every
/// interface, inside tunnels and put together from fragments alike, because it looks at what the decoder found. Runs on the
/// source's thread.
/// </summary>
/// <remarks>
/// Flows are put into buckets by <see cref="FlowHash"/>; a bucket goes to the workers in turn when its first packet comes, which
/// spreads a few long connections better than the hash would.
/// </remarks>
internal sealed class FlowDispatcher : IPacketSink, IDisposable
{
    /// <summary>A power of two; so many that a few dozen long connections seldom share one.</summary>
    private const int Buckets = 4096;

    private readonly WorkerThread[] _threads;
    private readonly PacketBatch[] _open;

    /// <summary>Worker number + 1; 0 for a bucket that nothing came for yet.</summary>
    private readonly byte[] _owners = new byte[Buckets];
    private int _assigned;

    /// <param name="workers">At most <see cref="WorkerCount.Max"/>.</param>
    /// <param name="failed">Called from a worker's thread when it can't go on; may be called several times.</param>
    public FlowDispatcher(IReadOnlyList<ExchangeWorker> workers, Action failed)
    {
        _threads = [.. workers.Select((worker, number) => new WorkerThread(worker, number, failed))];
        _open = [.. _threads.Select(thread => thread.Rent())];
    }

    /// <summary>Once, before the first packet.</summary>
    public void Start()
    {
        foreach (var thread in _threads) thread.Start();
    }

    public void OnPacket(in Frame frame, in PacketView packet)
    {
        // What was asked of a group is answered by another address: one worker sees both.
        var hash = DnsDatagrams.IsOfGroup(in packet) ? 0 : FlowHash.Of(in packet);
        ref var owner = ref _owners[(int)(hash & (Buckets - 1))];
        if (owner == 0) owner = (byte)((_assigned++ % _threads.Length) + 1);
        var worker = owner - 1;
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
