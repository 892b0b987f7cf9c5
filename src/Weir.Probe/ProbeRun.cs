using System.Diagnostics;
using Weir.Capture;
using Weir.Export;

namespace Weir.Probe;

/// <summary>One capture from start to end: a source, its pipeline and the outputs. Disposing closes the source only.</summary>
public sealed class ProbeRun : IDisposable
{
    private readonly ICaptureSource _source;
    private readonly ExchangeFanOut _outputs;
    private readonly CapturePipeline _pipeline;
    private readonly CancellationTokenSource _limitReached = new();
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    public ProbeRun(ICaptureSource source, ProbeOptions options, IReadOnlyList<IExchangeOutput> outputs)
    {
        _source = source;
        _outputs = new ExchangeFanOut(options.Where, outputs, new ExchangeLimit(options.MaxExchanges, _limitReached.Cancel));
        _pipeline = new CapturePipeline(options, _outputs);
    }

    public IReadOnlyList<InterfaceStatistics> Interfaces => _source.ReadStatistics();

    public IReadOnlyList<string> Warnings => _source.Warnings;

    /// <summary>Every counter of reassembly and parsing.</summary>
    public IEnumerable<KeyValuePair<string, long>> Details => _pipeline.Details();

    /// <summary>Captures on the calling thread until the input ends, a limit is reached or it is cancelled; then finishes what is open.</summary>
    public void Run(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _limitReached.Token);
        _source.Run(_pipeline, either.Token);
        _pipeline.Finish();
        _elapsed.Stop();
    }

    public ProbeReport Report()
    {
        var interfaces = _source.ReadStatistics();
        var dropped = new Dictionary<string, long> { ["kernel_drops"] = interfaces.Sum(i => i.KernelDrops) };
        foreach (var (reason, count) in _pipeline.Losses()) dropped[reason] = count;
        return new ProbeReport(
            _pipeline.Packets, _pipeline.Bytes, _outputs.Matched, _outputs.Seen, _pipeline.Connections,
            _elapsed.Elapsed.TotalSeconds, dropped, new Dictionary<string, long>(_pipeline.Ignored()));
    }

    public void Dispose()
    {
        _source.Dispose();
        _limitReached.Dispose();
    }
}
