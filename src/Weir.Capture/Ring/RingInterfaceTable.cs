using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Keeps the open rings of all workers in step with the interfaces that are there: joins those that come up, leaves those that
/// go. An interface that goes down and up again keeps its rings; the kernel re-attaches them in their order.
/// </summary>
/// <remarks>
/// One worker follows the interfaces for all, because rings must join an interface's group in the same order everywhere.
/// </remarks>
internal sealed class RingInterfaceTable : IDisposable
{
    /// <summary>
    /// Entries kept for interfaces that are gone, with their counters; the oldest then gives its place (and id) to a new
    /// interface and its counters go into one sum. Pods bring a new interface name each.
    /// </summary>
    public const int MaxRetired = 1024;

    private const int EthernetHeaderBytes = 14;

    private readonly RingOptions _options;
    private readonly DeviceSelection _selection;
    private readonly RingFilters _filters;
    private readonly RingBudget _budget;
    private readonly WarningLog _warnings;
    private readonly LinkMonitor _links;
    private readonly Lock _gate = new();
    private readonly List<RingInterface[]> _interfaces = [];
    private readonly List<RingInterface[]> _open = [];
    private readonly Queue<int> _retired = new();
    private readonly RingShare[] _shares;
    private readonly InterfaceStatistics[] _forgotten;

    /// <param name="options">The same for all workers.</param>
    /// <param name="workers">How many rings an interface gets.</param>
    /// <param name="warnings">Where to tell what is not captured.</param>
    public RingInterfaceTable(RingOptions options, int workers, WarningLog warnings)
    {
        (_options, _warnings) = (options, warnings);
        _selection = new DeviceSelection(options.Devices);
        _filters = new RingFilters(options.Filter, options.SnapLength, options.CountHeaders ? LiveCaptureOptions.HeaderBytes : 0);
        _budget = new RingBudget(options.BufferBytes);
        _links = NetworkNamespace.Run(options.NetworkNamespace, () => new LinkMonitor());
        _shares = [];
        _forgotten = [];
        try
        {
            var links = _links.List();
            _selection.RequireKnown(links);
            _shares = [.. Enumerable.Range(0, FittingWorkers(links, workers)).Select(_ => new RingShare())];
            _forgotten = [.. _shares.Select(_ => new InterfaceStatistics("(removed interfaces)", 0, 0, 0, 0))];
            // An expression that is wrong everywhere must fail here, not at the first interface that comes up.
            _filters.For(links.Where(_selection.Wants).Select(l => DeviceSelection.LinkTypeOf(l.HardwareType))
                .FirstOrDefault(t => t is not null) ?? LinkType.Ethernet);
            Reconcile(links, isStart: true);
        }
        catch
        {
            foreach (var share in _shares) share.Dispose();
            Dispose();
            throw;
        }
    }

    /// <summary>What each worker reads; its own to dispose of. As many as asked for, or fewer where memory is short.</summary>
    public IReadOnlyList<RingShare> Shares => _shares;

    public LinkMonitor Links => _links;

    /// <summary>Takes pending notifications and hands the changes to the shares. One thread only.</summary>
    public void Follow()
    {
        if (_links.TakeChanges()) Reconcile(_links.List(), isStart: false);
    }

    public IReadOnlyList<InterfaceStatistics> ReadStatistics(int worker)
    {
        lock (_gate)
        {
            var statistics = _interfaces.Select(i => i[worker].ReadStatistics());
            var forgotten = _forgotten[worker];
            return forgotten.Frames + forgotten.KernelDrops == 0 ? [.. statistics] : [.. statistics, forgotten];
        }
    }

    public IReadOnlyList<RingStatistics> ReadRingStatistics(int worker)
    {
        lock (_gate) return [.. _interfaces.Select(i => i[worker].ReadRingStatistics())];
    }

    /// <summary>Stops following; the shares stay as they are.</summary>
    public void Dispose() => _links.Dispose();

    /// <summary>Every interface should find the smallest ring for each worker: a node full of pods gets fewer workers.</summary>
    private int FittingWorkers(IReadOnlyList<LinkInfo> links, int workers)
    {
        var interfaces = Math.Max(1, links.Count(_selection.Wants));
        var fitting = (int)Math.Clamp(_options.BufferBytes / (2L * RingGeometry.MinBytes * interfaces), 1, workers);
        if (fitting < workers)
        {
            _warnings.Add($"{fitting} of {workers} workers: the {_options.BufferBytes >> 20} MiB for capture rings are shared by "
                + $"{interfaces} interfaces; raise them or name fewer interfaces");
        }

        return fitting;
    }

    private void Reconcile(IReadOnlyList<LinkInfo> links, bool isStart)
    {
        _open.RemoveAll(open => links.All(l => l.Index != open[0].Link.Index) && Leave(open));
        var joining = new List<(LinkInfo Link, LinkType Type)>();
        foreach (var link in links)
        {
            if (!_selection.Wants(link) || _open.Exists(o => o[0].Link.Index == link.Index)) continue;
            if (DeviceSelection.LinkTypeOf(link.HardwareType) is not { } type)
            {
                if (link.IsUp || _selection.Names(link.Name))
                    _warnings.Add($"{link.Name}: not captured: its link type (ARPHRD {link.HardwareType}) is not known");
            }
            else if (link.IsUp)
            {
                joining.Add((link, type));
            }
            else if (_selection.Names(link.Name))
            {
                _warnings.Add($"{link.Name} is down: capture starts when it comes up (`ip link set dev {link.Name} up`)");
            }
        }

        for (var i = 0; i < joining.Count; i++) Join(joining[i].Link, joining[i].Type, joining.Count - i, isStart);
    }

    private void Join(LinkInfo link, LinkType type, int pending, bool isStart)
    {
        if (!_budget.TryTake(pending, Demand(isStart), out var geometry, _shares.Length))
        {
            _warnings.Add($"{link.Name}: not captured: the {_options.BufferBytes >> 20} MiB for capture rings are used up; raise them or name fewer interfaces");
            return;
        }

        try
        {
            var settings = new PacketRingSettings(link.Index, geometry)
            {
                BlockTimeoutMs = _options.BlockTimeoutMs,
                Filter = _filters.For(type),
                IgnoreOutgoing = _options.IngressOnly || link.IsLoopback,
                Promiscuous = _options.Promiscuous,
            };
            var linkHeaderBytes = type == LinkType.Ethernet ? EthernetHeaderBytes : 0;
            var rings = NetworkNamespace.Run(_options.NetworkNamespace, () => PacketRingGroup.Open(
                settings, _shares.Length, linkHeaderBytes, _options.Tunnels, _options.Fanout));
            var joined = Enter(link, type);
            for (var worker = 0; worker < rings.Count; worker++)
            {
                joined[worker].Open(rings[worker]);
                _shares[worker].Join(joined[worker]);
            }

            _open.Add(joined);
        }
        catch (LinuxException gone) when (gone.Errno is Errno.ENODEV or Errno.ENXIO)
        {
            // It was removed between listing and opening; the notification of that is on its way.
            _budget.GiveBack(geometry, _shares.Length);
        }
        catch (Exception error) when (error is LibpcapException || (error is LinuxException && !isStart))
        {
            _budget.GiveBack(geometry, _shares.Length);
            _warnings.Add($"{link.Name}: not captured: {error.Message}");
        }
    }

    private RingDemand Demand(bool isStart) =>
        !_selection.IsOpenEnded ? RingDemand.Fixed : isStart ? RingDemand.First : RingDemand.Later;

    private RingInterface[] Enter(LinkInfo link, LinkType type)
    {
        lock (_gate)
        {
            if (_retired.Count <= MaxRetired)
            {
                _interfaces.Add(New(_interfaces.Count));
                return _interfaces[^1];
            }

            var id = _retired.Dequeue();
            for (var worker = 0; worker < _shares.Length; worker++)
                _forgotten[worker] = InterfaceStatistics.Sum(_forgotten[worker].Name, [_forgotten[worker], _interfaces[id][worker].ReadStatistics()]);
            return _interfaces[id] = New(id);
        }

        RingInterface[] New(int id) => [.. _shares.Select(_ => new RingInterface(id, link, type))];
    }

    /// <summary>The memory counts as free from now on, though each worker unmaps its ring a moment later.</summary>
    private bool Leave(RingInterface[] gone)
    {
        _budget.GiveBack(gone[0].Geometry, gone.Length);
        for (var worker = 0; worker < gone.Length; worker++) _shares[worker].Leave(gone[worker]);
        lock (_gate) _retired.Enqueue(gone[0].Id);
        return true;
    }
}
