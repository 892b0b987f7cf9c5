using System.Collections.Immutable;
using Weir.Export.Spool;
using Weir.Rpc.Center.V1;

namespace Weir.Export.Center;

/// <summary>
/// A link to each center, all of which take batches from the one spool as fast as their center acknowledges them: the fastest gets the
/// most, one that is away gets none.
/// </summary>
internal sealed class CenterSender : BatchSender
{
    private readonly CenterOutputOptions _options;
    private readonly DeliverySpool _spool;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ImmutableArray<CenterLink> _links = [];
    private readonly List<CenterLink> _all = [];
    private ImmutableArray<Task> _runs = [];
    private int _turn;
    private long _refused;
    private long _refusedTraffic;

    public CenterSender(CenterOutputOptions options, DeliverySpool spool, TimeProvider time)
        : base(options.Stop)
    {
        (_options, _spool, _time) = (options, spool, time);
        Token = options.Token;
    }

    /// <summary>Exchanges that a center will never take.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Reports of counters that a center will never take.</summary>
    public long RefusedTraffic => Interlocked.Read(ref _refusedTraffic);

    public int Connected => _links.Count(link => link.IsConnected);

    public Func<ProbeState> State { private get; set; } = static () => ProbeState.None;

    public string? Token { get; private set; }

    public void Change(IReadOnlyList<CenterAddress> centers, string? token)
    {
        lock (_gate)
        {
            var renew = token != Token;
            Token = token;
            var kept = renew ? [] : _links.RemoveAll(link => !centers.Contains(link.Address));
            foreach (var link in _links.Except(kept)) link.Leave();
            Open(kept, centers.Where(center => kept.All(link => link.Address != center)));
        }
    }

    public override void Wake()
    {
        var links = _links;
        // Not always the first: with little traffic each gets a batch in turn.
        var turn = Interlocked.Increment(ref _turn) & int.MaxValue;
        for (var i = 0; i < links.Length; i++) links[(turn + i) % links.Length].Wake();
    }

    /// <summary>The report for a beat, without what only the link knows.</summary>
    public Beat Report()
    {
        var state = State();
        var beat = new Beat
        {
            Spooled = (ulong)Math.Max(0, _spool.Messages),
            SpoolBytes = (ulong)Math.Max(0, _spool.Bytes),
            Delivered = (ulong)Delivered,
            Captured = (ulong)Math.Max(0, state.Captured),
        };
        beat.Losses.AddRange(state.Losses.Where(loss => loss.Count > 0).Select(loss => new LossCount
        {
            Plane = loss.Plane,
            Interface = loss.Interface,
            Reason = loss.Reason,
            Count = (ulong)loss.Count,
        }));
        foreach (var (process, ends) in state.Opaque ?? ImmutableDictionary<string, long>.Empty) beat.Opaque[process] = (ulong)ends;
        return beat;
    }

    public void Stored(SpoolBatch batch)
    {
        _spool.Remove(batch);
        CountDelivered(batch.Messages);
    }

    public void Refuse(SpoolBatch batch, string why)
    {
        _spool.Remove(batch);
        Interlocked.Add(ref _refused, batch.Messages);
        if (batch.IsTraffic) Interlocked.Increment(ref _refusedTraffic);
        _options.Tell(batch.IsTraffic
            ? $"a report of counters was refused for good and is dropped: {why}"
            : $"{batch.Messages} calls were refused for good and are dropped: {why}");
    }

    /// <summary>A batch that was not taken may go to another.</summary>
    public void Return(SpoolBatch batch)
    {
        _spool.Rest(batch);
        Wake();
    }

    protected override async Task Run()
    {
        lock (_gate) Open([], _options.Centers);
        // Links that are replaced while the others are waited for are waited for too.
        for (var runs = _runs; ; runs = _runs)
        {
            await Task.WhenAll(runs);
            lock (_gate)
                if (runs.Equals(_runs)) return;
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Links that were left too: their last use may be under way until the end.
        if (disposing) _all.ForEach(link => link.Dispose());
        base.Dispose(disposing);
    }

    private void Open(ImmutableArray<CenterLink> kept, IEnumerable<CenterAddress> centers)
    {
        var added = centers.Select(center => new CenterLink(center, _options, this, _spool, _time)).ToImmutableArray();
        _links = kept.AddRange(added);
        _all.AddRange(added);
        _runs = _runs.RemoveAll(run => run.IsCompleted).AddRange(added.Select(link => Task.Run(() => link.Run(() => Ending && _spool.IsEmpty, Abort))));
    }
}
