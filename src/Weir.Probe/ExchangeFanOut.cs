using Weir.Export;
using Weir.Records;

namespace Weir.Probe;

/// <summary>
/// One worker's end: has the peers named, drops the exchanges that the filter does not want, lets the guard take away what nobody may
/// see, and hands the rest to its lane of every output. Its counters may be read from any thread.
/// </summary>
public sealed class ExchangeFanOut : IExchangeSink, IFlowSink
{
    private readonly Func<Exchange, bool>? _where;
    private readonly ExchangeGuard? _guard;
    private readonly IPeerIdentifier? _identifier;
    private readonly ExchangeLimit _limit;
    private readonly IExchangeLane[] _lanes;
    private readonly IExchangeLane[] _flowLanes;
    private long _seen;
    private long _matched;

    /// <param name="where">Sees exchanges as they were sent; null keeps all.</param>
    /// <param name="outputs">Each opens a lane.</param>
    /// <param name="limit">Shared by all workers.</param>
    /// <param name="guard">This worker's own; null lets everything through as it is.</param>
    /// <param name="identifier">Shared by all workers; null leaves it unknown who the peers are.</param>
    public ExchangeFanOut(
        Func<Exchange, bool>? where, IEnumerable<IExchangeOutput> outputs, ExchangeLimit limit, ExchangeGuard? guard = null,
        IPeerIdentifier? identifier = null)
    {
        _identifier = identifier;
        _guard = guard;
        _where = where;
        _limit = limit;
        var opened = outputs.Select(output => (Lane: output.OpenLane(), output.TakesFlows)).ToArray();
        _lanes = [.. opened.Select(one => one.Lane)];
        _flowLanes = [.. opened.Where(one => one.TakesFlows).Select(one => one.Lane)];
    }

    /// <summary>Some output wants flows.</summary>
    public bool TakesFlows => _flowLanes.Length > 0;

    public long Seen => Volatile.Read(ref _seen);

    /// <summary>Exchanges that logging rules kept from every output.</summary>
    public long Stopped => _guard?.Stopped ?? 0;

    public long Matched => Volatile.Read(ref _matched);

    /// <summary>Told of every exchange with whether it matched; the packet recorder listens here.</summary>
    public PacketRecorder? Recorder { get; set; }

    public void Write(Exchange exchange)
    {
        if (exchange.InProgress)
        {
            WriteRunning(exchange);
            return;
        }

        Volatile.Write(ref _seen, _seen + 1);
        if (_limit.IsReached) return;
        var shown = Admit(exchange);
        var wanted = shown is not null && _limit.TryTake();
        Recorder?.OnExchange(exchange, wanted, _guard?.Trace);
        if (!wanted) return;
        Volatile.Write(ref _matched, _matched + 1);
        foreach (var lane in _lanes) lane.Write(shown!);
    }

    public void Write(FlowRecord flow)
    {
        _identifier?.Identify(flow);
        foreach (var lane in _flowLanes) lane.Write(flow);
    }

    /// <summary>Delivers what the lanes hold; the worker calls it whenever it has nothing better to do.</summary>
    public void Flush()
    {
        foreach (var lane in _lanes) lane.Flush();
    }

    /// <summary>It comes again when it is over; until then it is counted nowhere and shown where that is wanted.</summary>
    private void WriteRunning(Exchange exchange)
    {
        if (_limit.IsReached || Admit(exchange) is not { } shown) return;
        foreach (var lane in _lanes)
            if (lane.TakesInProgress) lane.Write(shown);
    }

    private Exchange? Admit(Exchange exchange)
    {
        _identifier?.Identify(exchange);
        if (_where?.Invoke(exchange) == false) return null;
        return _guard is null ? exchange : _guard.Admit(exchange);
    }
}
