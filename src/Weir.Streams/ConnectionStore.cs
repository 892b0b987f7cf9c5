using System.Security.Cryptography;
using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// The connections that are held: a chained hash table whose entries are the connections themselves, the lists by age, the
/// free ones, and the table's time. Time is the latest timestamp seen, because interfaces deliver theirs interleaved.
/// </summary>
internal sealed class ConnectionStore
{
    /// <summary>Year 2116; keeps every sum and difference of times within 64 bits.</summary>
    private const long LatestNs = long.MaxValue / 2;

    private readonly StreamLimits _limits;
    private readonly StreamCounters _counters;
    private readonly IConnectionSink? _over;
    private readonly ulong _seed;
    private readonly long _reportIntervalNs;
    private readonly Chain<TrackedConnection> _reports = new();
    private TrackedConnection?[] _buckets = new TrackedConnection?[256];
    private TrackedConnection? _free;
    private TrackedConnection? _last;
    private bool _clockSet;

    public ConnectionStore(StreamLimits limits, StreamCounters counters, IConnectionSink? over)
    {
        _limits = limits;
        _counters = counters;
        _over = over;
        _reportIntervalNs = over is null ? 0 : limits.ReportIntervalNs;
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        _seed = BitConverter.ToUInt64(seed);
    }

    public long NowNs { get; private set; }

    /// <summary>Connections held, lingering ones included.</summary>
    public int Count { get; private set; }

    /// <summary>Open without payload so far. First to go at the limit, so a flood of SYNs pushes out itself.</summary>
    public Chain<TrackedConnection> Silent { get; } = new();

    public Chain<TrackedConnection> Active { get; } = new();

    public Chain<TrackedConnection> Lingering { get; } = new();

    /// <summary>Moves time forward; back only when the source's clock was clearly set back, by more than the idle limit.</summary>
    public void SetTime(long nowNs)
    {
        nowNs = Math.Clamp(nowNs, 0, LatestNs);
        if (nowNs > NowNs || !_clockSet || NowNs - nowNs > _limits.IdleTimeoutNs) NowNs = nowNs;
        _clockSet = true;
    }

    /// <summary>The connection that a packet belongs to; null when none is known.</summary>
    /// <param name="key">Of the packet.</param>
    /// <param name="fromLow">As <see cref="ConnectionKey.From"/> says.</param>
    /// <param name="packet">Tells the network that it travelled in; tenants may use the same addresses.</param>
    public TrackedConnection? Find(in ConnectionKey key, bool fromLow, in PacketView packet)
    {
        var network = packet.Tunnel.Network;
        if (_last is not null && _last.Key.Equals(key) && (network == 0 || _last.Half(fromLow).Network == network)) return _last;
        var hash = key.Hash(_seed);
        TrackedConnection? best = null;
        var fit = NetworkFit.None;
        for (var entry = _buckets[(int)hash & (_buckets.Length - 1)]; entry is not null && fit != NetworkFit.Same; entry = entry.NextInBucket)
        {
            if (entry.Hash != hash || !entry.Key.Equals(key)) continue;
            var here = Networks.Fit(entry.Half(fromLow), network, packet);
            if (here > fit) (best, fit) = (entry, here);
        }

        if (best is null) return null;
        if (network != 0) best.Half(fromLow).Network = network;
        return _last = best;
    }

    /// <summary>Adds a blank connection; the caller has made room.</summary>
    public TrackedConnection Add(in ConnectionKey key)
    {
        if (Count >= _buckets.Length) Grow();
        var connection = _free ?? new TrackedConnection();
        _free = connection.NextInBucket;
        connection.Reset();
        connection.Key = key;
        connection.Hash = key.Hash(_seed);
        ref var bucket = ref _buckets[(int)connection.Hash & (_buckets.Length - 1)];
        connection.NextInBucket = bucket;
        bucket = connection;
        connection.OpenedNs = connection.SinceNs = NowNs;
        Silent.Append(connection.Age);
        if (_reportIntervalNs > 0) Schedule(connection);
        Count++;
        _counters.ConnectionsOpened++;
        _counters.ConnectionsActive++;
        return _last = connection;
    }

    public void Touch(TrackedConnection connection, bool hasPayload)
    {
        if (connection.Lingering) return;
        connection.SinceNs = NowNs;
        var chain = connection.Age.Chain!;
        var target = hasPayload ? Active : chain;
        if (ReferenceEquals(target.LastLink, connection.Age)) return;
        chain.Remove(connection.Age);
        target.Append(connection.Age);
    }

    /// <summary>
    /// Both directions ended. After FIN or RST the connection lingers, so it stays valid for the packet being processed;
    /// otherwise it is freed.
    /// </summary>
    public void Retire(TrackedConnection connection, StreamEnd reason)
    {
        _counters.CountClosed(connection.Info, reason);
        connection.Handler = null;
        connection.Info.End = reason;
        if (reason is not (StreamEnd.Fin or StreamEnd.Reset))
        {
            Free(connection);
            return;
        }

        connection.Lingering = true;
        connection.SinceNs = NowNs;
        connection.Age.Chain!.Remove(connection.Age);
        Lingering.Append(connection.Age);
    }

    public void Free(TrackedConnection connection)
    {
        _over?.OnOver(connection.Info);
        connection.Age.Chain!.Remove(connection.Age);
        connection.Report.Chain?.Remove(connection.Report);
        ref var link = ref _buckets[(int)connection.Hash & (_buckets.Length - 1)];
        while (!ReferenceEquals(link, connection)) link = ref link!.NextInBucket;
        link = connection.NextInBucket;
        connection.NextInBucket = _free;
        _free = connection;
        if (ReferenceEquals(_last, connection)) _last = null;
        Count--;
    }

    /// <summary>Tells the connections that have been open, or were told, an interval ago. Costs one comparison when none is due.</summary>
    public void ReportDue()
    {
        while (_reports.First is { } due && (NowNs >= due.ReportDueNs || due.ReportDueNs - NowNs > _reportIntervalNs))
        {
            _reports.Remove(due.Report);
            if (due.Lingering) continue;
            Schedule(due);
            _over!.OnOpen(due.Info);
        }
    }

    private void Schedule(TrackedConnection connection)
    {
        connection.ReportDueNs = NowNs + _reportIntervalNs;
        _reports.Append(connection.Report);
    }

    private void Grow()
    {
        var larger = new TrackedConnection?[_buckets.Length * 2];
        foreach (var chain in _buckets)
        {
            for (var entry = chain; entry is not null;)
            {
                var next = entry.NextInBucket;
                ref var bucket = ref larger[(int)entry.Hash & (larger.Length - 1)];
                entry.NextInBucket = bucket;
                bucket = entry;
                entry = next;
            }
        }

        _buckets = larger;
    }
}
