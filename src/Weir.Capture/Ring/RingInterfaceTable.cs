using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Keeps the open rings in step with the interfaces that are there: joins those that come up, leaves those that go. An interface
/// that goes down and up again keeps its ring; the kernel re-attaches it.
/// </summary>
internal sealed class RingInterfaceTable : IDisposable
{
    /// <summary>
    /// Entries kept for interfaces that are gone, with their counters; the oldest then gives its place (and id) to a new
    /// interface and its counters go into one sum. Pods bring a new interface name each.
    /// </summary>
    public const int MaxRetired = 1024;

    private readonly RingOptions _options;
    private readonly DeviceSelection _selection;
    private readonly RingFilters _filters;
    private readonly RingBudget _budget;
    private readonly WarningLog _warnings;
    private readonly LinkMonitor _links;
    private readonly Lock _gate = new();
    private readonly List<RingInterface> _interfaces = [];
    private readonly Queue<int> _retired = new();
    private InterfaceStatistics _forgotten = new("(removed interfaces)", 0, 0, 0, 0);

    public RingInterfaceTable(RingOptions options, WarningLog warnings)
    {
        (_options, _warnings) = (options, warnings);
        _selection = new DeviceSelection(options.Devices);
        _filters = new RingFilters(options.Filter, options.SnapLength);
        _budget = new RingBudget(options.BufferBytes);
        _links = NetworkNamespace.Run(options.NetworkNamespace, () => new LinkMonitor());
        try
        {
            var links = _links.List();
            _selection.RequireKnown(links);
            // An expression that is wrong everywhere must fail here, not at the first interface that comes up.
            _filters.For(links.Where(_selection.Wants).Select(l => DeviceSelection.LinkTypeOf(l.HardwareType))
                .FirstOrDefault(t => t is not null) ?? LinkType.Ethernet);
            Reconcile(links, isStart: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Interfaces with an open ring. Reading thread only.</summary>
    public List<RingInterface> Open { get; } = [];

    public LinkMonitor Links => _links;

    /// <summary>Takes pending notifications; true when <see cref="Open"/> has changed.</summary>
    public bool Follow() => _links.TakeChanges() && Reconcile(_links.List(), isStart: false);

    public IReadOnlyList<InterfaceStatistics> ReadStatistics()
    {
        lock (_gate)
        {
            var statistics = _interfaces.Select(i => i.ReadStatistics());
            return _forgotten.Frames + _forgotten.KernelDrops == 0 ? [.. statistics] : [.. statistics, _forgotten];
        }
    }

    public IReadOnlyList<RingStatistics> ReadRingStatistics()
    {
        lock (_gate) return [.. _interfaces.Select(i => i.ReadRingStatistics())];
    }

    public void Dispose()
    {
        foreach (var open in Open) open.Close();
        Open.Clear();
        _links.Dispose();
    }

    private bool Reconcile(IReadOnlyList<LinkInfo> links, bool isStart)
    {
        var changed = Open.RemoveAll(open => links.All(l => l.Index != open.Link.Index) && Leave(open)) > 0;
        var joining = new List<(LinkInfo Link, LinkType Type)>();
        foreach (var link in links)
        {
            if (!_selection.Wants(link) || Open.Exists(o => o.Link.Index == link.Index)) continue;
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

        for (var i = 0; i < joining.Count; i++)
            changed |= Join(joining[i].Link, joining[i].Type, joining.Count - i, isStart);
        return changed;
    }

    private bool Join(LinkInfo link, LinkType type, int pending, bool isStart)
    {
        if (!_budget.TryTake(pending, Demand(isStart), out var geometry))
        {
            _warnings.Add($"{link.Name}: not captured: the {_options.BufferBytes >> 20} MiB for capture rings are used up; raise them or name fewer interfaces");
            return false;
        }

        try
        {
            var settings = new PacketRingSettings(link.Index, geometry)
            {
                BlockTimeoutMs = _options.BlockTimeoutMs,
                Filter = _filters.For(type),
                IgnoreOutgoing = _options.IngressOnly || link.HardwareType == 772,
                Promiscuous = _options.Promiscuous,
                // A group belongs to one interface.
                FanoutGroup = _options.FanoutGroup is { } group ? (ushort)(group + link.Index) : null,
            };
            var ring = NetworkNamespace.Run(_options.NetworkNamespace, () => new PacketRing(settings));
            var joined = Enter(link, type);
            joined.Open(ring);
            Open.Add(joined);
            return true;
        }
        catch (LinuxException gone) when (gone.Errno is Errno.ENODEV or Errno.ENXIO)
        {
            // It was removed between listing and opening; the notification of that is on its way.
            _budget.GiveBack(geometry);
            return false;
        }
        catch (Exception error) when (error is LibpcapException || (error is LinuxException && !isStart))
        {
            _budget.GiveBack(geometry);
            _warnings.Add($"{link.Name}: not captured: {error.Message}");
            return false;
        }
    }

    private RingDemand Demand(bool isStart) =>
        !_selection.IsOpenEnded ? RingDemand.Fixed : isStart ? RingDemand.First : RingDemand.Later;

    private RingInterface Enter(LinkInfo link, LinkType type)
    {
        lock (_gate)
        {
            if (_retired.Count <= MaxRetired)
            {
                _interfaces.Add(new RingInterface(_interfaces.Count, link, type));
                return _interfaces[^1];
            }

            var id = _retired.Dequeue();
            var old = _interfaces[id].ReadStatistics();
            _forgotten = _forgotten with
            {
                Frames = _forgotten.Frames + old.Frames,
                Bytes = _forgotten.Bytes + old.Bytes,
                KernelDrops = _forgotten.KernelDrops + old.KernelDrops,
                Truncated = _forgotten.Truncated + old.Truncated,
            };
            return _interfaces[id] = new RingInterface(id, link, type);
        }
    }

    private bool Leave(RingInterface gone)
    {
        _budget.GiveBack(gone.Close());
        lock (_gate) _retired.Enqueue(gone.Id);
        return true;
    }
}
