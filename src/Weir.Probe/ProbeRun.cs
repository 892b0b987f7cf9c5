using System.Diagnostics;
using Weir.Capture;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Probe;

/// <summary>
/// One capture from start to end: sources, workers and outputs. Several sources have a worker each (rings of one fanout group);
/// a
/// capture file is read by each worker for itself; what can be read only once is read by one thread that shares its flows among
/// the workers. Disposing closes the sources only.
/// </summary>
public sealed class ProbeRun : IDisposable
{
    private readonly IReadOnlyList<ICaptureSource> _sources;
    private readonly IReadOnlyList<IExchangeOutput> _outputs;
    private readonly string _plane;
    private readonly bool _isFile;
    private readonly bool _sharesFile;
    private readonly PacketIntake[] _intakes;
    private readonly ExchangeWorker[] _workers;
    private readonly FlowDispatcher? _dispatcher;
    private readonly TrafficAccountant? _traffic;
    private readonly KernelMeter? _kernel;
    private readonly CancellationTokenSource _ended = new();
    private readonly IPeerIdentifier? _identifier;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();

    /// <param name="sources">One, or as many as <see cref="ProbeOptions.Workers"/>.</param>
    /// <param name="options">What is captured and kept.</param>
    /// <param name="outputs">Where exchanges go; each worker opens a lane.</param>
    public ProbeRun(IReadOnlyList<ICaptureSource> sources, ProbeOptions options, IReadOnlyList<IExchangeOutput> outputs)
    {
        (_sources, _outputs, _identifier) = (sources, outputs, options.Identifier);
        _plane = WireNames.Of(options.Source);
        _isFile = options.Source == CaptureSourceKind.File;
        _sharesFile = sources.Count > 1 && sources.All(source => source is FileCaptureSource);
        var count = sources.Count > 1 ? sources.Count : Math.Clamp(options.Workers, 1, WorkerCount.Max);
        var limit = new ExchangeLimit(options.MaxExchanges, _ended.Cancel);
        var packets = options.PacketOutput is { } file ? new PacketFile(new PcapNgWriter(file)) : null;
        // Where nobody reads the content there is nothing to hide in it.
        var privacy = packets is null && outputs.All(output => output is NoneOutput) ? options.Privacy.ForCountingOnly : options.Privacy;
        _workers = [.. Enumerable.Range(0, count).Select(worker => new ExchangeWorker(
            options, new ExchangeFanOut(options.Where, outputs, limit, new ExchangeGuard(privacy, packets is not null), options.Identifier), packets, count, Names(sources[worker % sources.Count])))];
        if (sources.Count == 1 && count > 1) _dispatcher = new FlowDispatcher(_workers, _ended.Cancel);
        _traffic = options.Traffic;
        if (_traffic is not null && options.KernelTraffic is { } kernel) _kernel = new KernelMeter(kernel, _traffic, options.Tunnels);
        var counted = _kernel is null ? _traffic : null;
        if (counted is not null && !_isFile) counted.Devices = () => [.. sources[0].ReadStatistics().Select(one => one.Name)];
        var meters = _dispatcher is not null || _sharesFile ? 1 : count;
        _intakes = _dispatcher is not null
            ? [new PacketIntake(options, _dispatcher, counted?.Meter(meters))]
            : [.. _workers.Select((worker, number) => new PacketIntake(
                options, _sharesFile ? new FlowPart(worker, new FlowShares(count), number) : worker, number < meters ? counted?.Meter(meters) : null))];
    }

    /// <summary>Those whose counters count: of a file that each worker reads whole, the first.</summary>
    private IEnumerable<PacketIntake> CountedIntakes => _sharesFile ? _intakes.Take(1) : _intakes;

    /// <summary>Counters of each interface, those of all workers added up.</summary>
    public IReadOnlyList<InterfaceStatistics> Interfaces => InterfaceStatistics.Sum(
        (_sharesFile ? _sources.Take(1) : _sources).SelectMany(source => source.ReadStatistics()));

    public IReadOnlyList<string> Warnings => [.. _sources.SelectMany(source => source.Warnings).Distinct()];

    /// <summary>
    /// Ends of encrypted connections of which nothing can be read, by name of their process, behind namespace and name of its pod where it has one:
    /// <c>shop/orders-5c9f java</c>.
    /// </summary>
    public IReadOnlyDictionary<string, long> Opaque => _sources.Select(source => source.ReadOpaque()).OfType<IReadOnlyDictionary<OpaqueProcess, long>>()
        .SelectMany(one => one).GroupBy(one => Name(one.Key), one => one.Value, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Sum(), StringComparer.Ordinal);

    /// <summary>Every counter of reassembly and parsing, those of all workers added up.</summary>
    public IEnumerable<KeyValuePair<string, long>> Details => CounterSums.Of(_workers.SelectMany(worker => worker.Details()));

    /// <summary>
    /// Captures until the input ends, a limit is reached or it is cancelled; then finishes what is open. The calling thread
    /// reads the first source, or the only one.
    /// </summary>
    /// <exception cref="OutputException">An output failed, in whichever worker.</exception>
    public void Run(CancellationToken cancellation)
    {
        _dispatcher?.Start();
        _kernel?.Start();
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
        _kernel?.Finish();
        _traffic?.Finish();
        _elapsed.Stop();
    }

    public ProbeReport Report()
    {
        var ignored = CounterSums.Of(
        [
            .. CountedIntakes.SelectMany(intake => intake.Ignored()),
            .. _workers.SelectMany(worker => worker.Ignored()),
            new("datagram_no_tunnel", Interfaces.Sum(i => i.NoTunnel)),
        ]);
        return new ProbeReport(
            CountedIntakes.Sum(intake => intake.Packets), CountedIntakes.Sum(intake => intake.Bytes), _workers.Sum(worker => worker.Outputs.Matched),
            _workers.Sum(worker => worker.Outputs.Seen), _workers.Sum(worker => worker.Connections),
            _elapsed.Elapsed.TotalSeconds, Losses(), ignored);
    }

    /// <summary>Every counter of loss, also those at zero; what happened on one interface by itself, the rest in one line a reason.</summary>
    private List<Loss> Losses()
    {
        var losses = new List<Loss>();
        var interfaces = Interfaces;
        if (_isFile || interfaces.Count == 0) losses.Add(new Loss(_plane, Loss.Anywhere, "kernel_drops", 0));
        else losses.AddRange(interfaces.Select(one => new Loss(_plane, one.Name, "kernel_drops", one.KernelDrops)));
        losses.AddRange(
            from counted in CountedIntakes.SelectMany((intake, i) => Named(intake.Losses(), _sources[i]))
                .Concat(_workers.SelectMany((worker, i) => Named(worker.Losses(), _sources[i % _sources.Count])))
            group counted.Count by (counted.Interface, counted.Reason) into same
            select new Loss(_plane, same.Key.Interface, same.Key.Reason, same.Sum()));
        losses.AddRange(_sources.SelectMany(source => source.ReadLosses()).Select(loss => new Loss(loss.Plane, Loss.Anywhere, loss.Reason, loss.Count)));
        losses.Add(new Loss(Loss.Anywhere, Loss.Anywhere, "output_lost", _outputs.Sum(output => output.Lost)));
        return losses;
    }

    public void Dispose()
    {
        foreach (var source in _sources) source.Dispose();
        _kernel?.Dispose();
        _dispatcher?.Dispose();
        _ended.Dispose();
    }

    private static IEnumerable<(string Interface, string Reason, long Count)> Named(
        IEnumerable<(int InterfaceId, string Reason, long Count)> losses, ICaptureSource source)
    {
        var nameOf = Names(source);
        return losses.Select(loss => (nameOf(loss.InterfaceId) ?? Loss.Anywhere, loss.Reason, loss.Count));
    }

    /// <summary>A file has one name for all that is in it, which says nothing of a flow.</summary>
    private string Name(OpaqueProcess process)
    {
        if (_identifier is null || process is { ContainerId: null, Cgroup: null }) return process.Name;
        var flow = new FlowRecord();
        (flow.Client.Peer.ContainerId, flow.Client.Peer.Cgroup) = (process.ContainerId, process.Cgroup);
        _identifier.Identify(flow);
        return flow.Client.Peer.Pod is { } pod ? $"{flow.Client.Peer.Namespace}/{pod} {process.Name}" : process.Name;
    }

    private static Func<int, string?> Names(ICaptureSource source) =>
        source is FileCaptureSource ? static _ => null : new InterfaceNames(source).Of;

    private void Run(int number, CancellationToken cancellation)
    {
        _sources[number].Run(_intakes[number], cancellation);
        _intakes[number].Finish();
    }
}
