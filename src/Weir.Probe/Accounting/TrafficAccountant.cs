using System.Security.Cryptography;
using Weir.Flows.Accounting;
using Weir.Records.Status;
using Weir.Records.Traffic;

namespace Weir.Probe;

/// <summary>
/// Puts together what the workers counted and tells it once an interval. Workers hand over whole tables, which costs them nothing but the
/// exchange; the rest happens on a thread of its own.
/// </summary>
public sealed class TrafficAccountant : ITrafficIntervals, IStatusSource, IDisposable
{
    /// <summary>How long a closed interval waits for slower workers: ten times what a quiet one takes to notice that time has passed.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);

    /// <summary>Intervals that are put together at once; from a file they come as fast as it is read.</summary>
    private const int MaxOpen = 2;

    private readonly TrafficOptions _options;
    private readonly TrafficReports _reports;
    private readonly TimeProvider _time;
    private readonly bool _live;
    private readonly long _intervalNs;
    private readonly object _gate = new();
    private readonly Queue<TrafficTable> _full = [];
    private readonly Stack<TrafficTable> _spare = new();
    private readonly SortedDictionary<long, TrafficTable> _open = [];
    private readonly ulong _seed;
    private readonly Thread _thread;
    private int _tables;
    private bool _ending;
    private long _intervals;
    private long _rows;
    private long _bytes;
    private long _packets;
    private long _overflowed;
    private long _postponed;

    /// <param name="options">What is told where.</param>
    /// <param name="live">Intervals end by the clock; of a file they end when later ones come.</param>
    /// <param name="time">Clock.</param>
    public TrafficAccountant(TrafficOptions options, bool live, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Interval, TimeSpan.FromSeconds(1));
        (_options, _live, _time) = (options, live, time ?? TimeProvider.System);
        _intervalNs = options.Interval.Ticks * 100;
        _reports = new TrafficReports(options);
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        _seed = BitConverter.ToUInt64(seed);
        _thread = new Thread(Run) { IsBackground = true, Name = "weir-accounting" };
        _thread.Start();
    }

    public string Name => "accounting";

    /// <summary>Bytes that were told so far.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public long Packets => Interlocked.Read(ref _packets);

    /// <summary>Names of interfaces, each at the place of its id; asked once a report, since interfaces come and go.</summary>
    internal Func<IReadOnlyList<string>> Devices { private get; set; } = static () => [];

    /// <summary>Packets that could not be counted at all.</summary>
    internal Func<long> Uncounted { private get; set; } = static () => 0;

    /// <summary>A meter for one worker.</summary>
    /// <param name="workers">How many share the rows that the limits allow.</param>
    internal TrafficMeter Meter(int workers)
    {
        var limits = _options.Limits with { MaxRows = Math.Max(1, _options.Limits.MaxRows / workers) };
        lock (_gate)
        {
            // One to fill and one to hand over for each.
            _tables++;
            _spare.Push(new TrafficTable(limits, _seed));
            return new TrafficMeter(new TrafficTable(limits, _seed), this, _intervalNs);
        }
    }

    public bool TryExchange(ref TrafficTable table)
    {
        lock (_gate)
        {
            TrafficTable? empty;
            while (!_spare.TryPop(out empty))
            {
                // A file waits where a live capture would lose packets.
                if (!_live && !_ending) Monitor.Wait(_gate);
                else
                {
                    _postponed++;
                    return false;
                }
            }

            _full.Enqueue(table);
            table = empty;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    public void Take(TrafficTable last)
    {
        lock (_gate)
        {
            _full.Enqueue(last);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The workers have finished: tells what is left.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            if (_ending) return;
            _ending = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
    }

    public void Report(IStatusReport report)
    {
        report.Counter("intervals", Interlocked.Read(ref _intervals));
        report.Counter("rows", Interlocked.Read(ref _rows));
        report.Counter("bytes", Bytes);
        report.Counter("packets", Packets);
        report.Counter("overflow_packets", Interlocked.Read(ref _overflowed));
        report.Counter("uncounted_packets", Uncounted());
        report.Counter("postponed", Interlocked.Read(ref _postponed));
    }

    public void Dispose() => Finish();

    private void Run()
    {
        while (true)
        {
            TrafficTable? table = null;
            bool ending;
            lock (_gate)
            {
                if (_full.Count == 0 && !_ending) Monitor.Wait(_gate, Rest());
                _full.TryDequeue(out table);
                ending = _ending;
            }

            if (table is not null) Merge(table);
            Tell(all: ending && table is null);
            if (ending && table is null) return;
        }
    }

    private void Merge(TrafficTable table)
    {
        if (table.Count == 0) return;
        if (!_open.TryGetValue(table.StartNs, out var sum))
            _open.Add(table.StartNs, sum = new TrafficTable(_options.Limits, _seed) { StartNs = table.StartNs });
        sum.Add(table);
        table.Clear();
        lock (_gate)
        {
            if (_spare.Count < _tables) _spare.Push(table);
            Monitor.PulseAll(_gate);
        }
    }

    private void Tell(bool all)
    {
        while (_open.Count > 0)
        {
            var (start, table) = _open.First();
            if (!all && _open.Count <= MaxOpen && (!_live || NowNs() < start + _intervalNs + (s_grace.Ticks * 100))) return;
            _open.Remove(start);
            var report = _reports.Make(table, _intervalNs, Devices());
            Interlocked.Add(ref _bytes, report.Counts.Sum(count => count.Bytes));
            Interlocked.Add(ref _packets, report.Counts.Sum(count => count.Packets));
            Interlocked.Increment(ref _intervals);
            Interlocked.Add(ref _rows, report.Counts.Count);
            Interlocked.Add(ref _overflowed, table.Overflowed);
            if (report.Counts.Count > 0) _options.Sink.Write(report);
        }
    }

    /// <summary>Until the oldest interval can be told, at most.</summary>
    private TimeSpan Rest()
    {
        if (_open.Count == 0 || !_live) return TimeSpan.FromSeconds(1);
        var rest = _open.First().Key + _intervalNs + (s_grace.Ticks * 100) - NowNs();
        return TimeSpan.FromMilliseconds(Math.Clamp(rest / 1_000_000, 1, 1000));
    }

    private long NowNs() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
