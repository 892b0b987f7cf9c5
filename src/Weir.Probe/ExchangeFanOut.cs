using Weir.Records;

namespace Weir.Probe;

/// <summary>Drops the exchanges that the filter does not want and hands the rest to every output.</summary>
public sealed class ExchangeFanOut : IExchangeSink
{
    private readonly ProbeOptions _options;
    private readonly IExchangeSink[] _outputs;
    private readonly Action _limitReached;
    private long _seen;
    private long _matched;

    public ExchangeFanOut(ProbeOptions options, IReadOnlyList<IExchangeSink> outputs, Action limitReached)
    {
        _options = options;
        _outputs = [.. outputs];
        _limitReached = limitReached;
    }

    public long Seen => Volatile.Read(ref _seen);

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
        if (_matched >= _options.MaxExchanges) return;
        var wanted = _options.Where is null || _options.Where(exchange);
        Recorder?.OnExchange(exchange, wanted);
        if (!wanted) return;
        Volatile.Write(ref _matched, _matched + 1);
        foreach (var output in _outputs) output.Write(exchange);
        if (_matched == _options.MaxExchanges) _limitReached();
    }

    /// <summary>It comes again when it is over; until then it is counted nowhere and shown where that is wanted.</summary>
    private void WriteRunning(Exchange exchange)
    {
        if (_matched >= _options.MaxExchanges || _options.Where?.Invoke(exchange) == false) return;
        foreach (var output in _outputs)
            if (output.TakesInProgress) output.Write(exchange);
    }
}
