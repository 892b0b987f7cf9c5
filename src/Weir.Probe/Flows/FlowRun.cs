using System.Diagnostics;
using Weir.Capture;
using Weir.Export;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Probe.Flows;

/// <summary>
/// One run of the flow meter from start to end. Several sources have a worker each: rings of one fanout group, or a file that each reads
/// for itself. Disposing closes the sources only.
/// </summary>
public sealed class FlowRun : IDisposable
{
    private readonly IReadOnlyList<ICaptureSource> _sources;
    private readonly IExchangeOutput _output;
    private readonly string _plane;
    private readonly bool _isFile;
    private readonly bool _sharesFile;
    private readonly FlowIntake[] _intakes;
    private readonly CancellationTokenSource _ended = new();
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    /// <param name="sources">One for each worker.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="output">Where flows go; each worker opens a lane.</param>
    public FlowRun(IReadOnlyList<ICaptureSource> sources, FlowRunOptions options, IExchangeOutput output)
    {
        (_sources, _output) = (sources, output);
        _plane = WireNames.Of(options.Source);
        _isFile = options.Source == CaptureSourceKind.File;
        _sharesFile = sources.Count > 1 && sources.All(source => source is FileCaptureSource);
        _intakes = [.. sources.Select((_, worker) => new FlowIntake(options, output.OpenLane(), sources.Count, worker, _sharesFile))];
    }

    /// <summary>Counters of each interface, those of all workers added up.</summary>
    public IReadOnlyList<InterfaceStatistics> Interfaces => InterfaceStatistics.Sum(
        (_sharesFile ? _sources.Take(1) : _sources).SelectMany(source => source.ReadStatistics()));

    public IReadOnlyList<string> Warnings => [.. _sources.SelectMany(source => source.Warnings).Distinct()];

    /// <summary>Those whose counters count: of a file that each worker reads whole, the first.</summary>
    private IEnumerable<FlowIntake> Counted => _sharesFile ? _intakes.Take(1) : _intakes;

    /// <summary>Captures until the input ends or it is cancelled; then tells what is still running.</summary>
    /// <exception cref="OutputException">The output failed, in whichever worker.</exception>
    public void Run(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
        var others = _sources.Skip(1).Select((_, i) => new SourceThread(() => Run(i + 1, either.Token), i + 1, _ended.Cancel)).ToList();
        try
        {
            Run(0, either.Token);
        }
        catch
        {
            _ended.Cancel();
            foreach (var other in others) other.Wait();
            throw;
        }

        foreach (var other in others) other.Join();
        _elapsed.Stop();
    }

    public FlowReport Report() => new(
        Counted.Sum(intake => intake.Packets), Counted.Sum(intake => intake.Bytes), _intakes.Sum(intake => intake.Flows.Exported),
        _intakes.Sum(intake => intake.Flows.Interim), _elapsed.Elapsed.TotalSeconds, Losses(),
        CounterSums.Of(Counted.SelectMany(intake => intake.Ignored()).Concat(_intakes.SelectMany(intake => intake.FlowsIgnored()))));

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
        _ended.Dispose();
    }

    private List<Loss> Losses()
    {
        var losses = new List<Loss>();
        var interfaces = Interfaces;
        if (_isFile || interfaces.Count == 0) losses.Add(new Loss(_plane, Loss.Anywhere, "kernel_drops", 0));
        else losses.AddRange(interfaces.Select(one => new Loss(_plane, one.Name, "kernel_drops", one.KernelDrops)));
        losses.AddRange(
            from counted in Counted.SelectMany((intake, i) => Named(intake.FrameLosses(), _sources[i]))
            group counted.Count by (counted.Interface, counted.Reason) into same
            select new Loss(_plane, same.Key.Interface, same.Key.Reason, same.Sum()));
        losses.AddRange(
            from counter in CounterSums.Of(_intakes.SelectMany(intake => intake.FlowLosses()))
            select new Loss(_plane, Loss.Anywhere, counter.Key, counter.Value));
        losses.Add(new Loss(Loss.Anywhere, Loss.Anywhere, "output_lost", _output.Lost));
        return losses;
    }

    private IEnumerable<(string Interface, string Reason, long Count)> Named(
        IEnumerable<(int InterfaceId, string Reason, long Count)> losses, ICaptureSource source)
    {
        var names = new InterfaceNames(source);
        return losses.Select(loss => ((_isFile ? null : names.Of(loss.InterfaceId)) ?? Loss.Anywhere, loss.Reason, loss.Count));
    }

    private void Run(int number, CancellationToken cancellation)
    {
        _sources[number].Run(_intakes[number], cancellation);
        _intakes[number].Finish();
    }
}
