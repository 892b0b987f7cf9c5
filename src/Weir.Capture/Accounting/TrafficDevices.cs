using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Tells the program which interfaces there are and what their frames begin with, and numbers them as long as their counters may be told.
/// One thread; <see cref="Names"/> any.
/// </summary>
internal sealed class TrafficDevices : IDisposable
{
    /// <summary>Numbers kept of interfaces that are gone: as the ring does.</summary>
    private const int MaxRetired = RingInterfaceTable.MaxRetired;

    private readonly DeviceSelection _selection;
    private readonly BpfMap _map;
    private readonly LinkMonitor _links;
    private readonly WarningLog _warnings;
    private readonly Dictionary<uint, Device> _known = [];
    private readonly HashSet<uint> _present = [];
    private readonly Queue<uint> _retired = new();
    private volatile string[] _names = [];

    /// <exception cref="CaptureException">A named device does not exist.</exception>
    public TrafficDevices(DeviceSelection selection, LinkMonitor links, BpfMap map, WarningLog warnings)
    {
        (_selection, _links, _map, _warnings) = (selection, links, map, warnings);
        var first = links.List();
        selection.RequireKnown(first);
        Reconcile(first);
    }

    public IReadOnlyList<string> Names => _names;

    /// <summary>Takes changes over.</summary>
    public void Follow()
    {
        if (_links.TakeChanges()) Reconcile(_links.List());
    }

    /// <summary>What is known of an interface by its index; of one that has just come after another look.</summary>
    public Device Find(uint index)
    {
        if (_known.TryGetValue(index, out var device)) return device;
        Reconcile(_links.List());
        // Already gone again, and nobody knows its name: its frames count where those of all devices do.
        return _known.TryGetValue(index, out device) ? device : new Device(-1, _selection.TakesAll ? DeviceKind.Ethernet : DeviceKind.LeftOut);
    }

    public void Dispose() => _links.Dispose();

    private void Reconcile(IReadOnlyList<LinkInfo> links)
    {
        foreach (var gone in _present.Except(links.Select(link => (uint)link.Index)).ToList())
        {
            _map.Delete(gone);
            _present.Remove(gone);
            // What was counted of it may not be told yet.
            if (_known[gone].Id >= 0) _retired.Enqueue(gone);
            else _known.Remove(gone);
        }

        foreach (var link in links.Where(link => _present.Add((uint)link.Index))) Enter(link);
    }

    private void Enter(LinkInfo link)
    {
        var kind = !_selection.Wants(link) ? DeviceKind.LeftOut : KindOf(link);
        try
        {
            _map.Write((uint)link.Index, kind);
        }
        catch (BpfException full)
        {
            // Its frames are handed over one by one then, and counted all the same.
            _warnings.Add($"bytes of {link.Name} are counted outside of the kernel: {full.Message}");
        }

        _known[(uint)link.Index] = new Device(kind == DeviceKind.LeftOut ? -1 : Number(link.Name), kind);
    }

    private static DeviceKind KindOf(LinkInfo link) => DeviceSelection.LinkTypeOf(link.HardwareType) switch
    {
        LinkType.Ethernet => link.IsLoopback ? DeviceKind.Loopback : DeviceKind.Ethernet,
        LinkType.Raw => DeviceKind.Ip,
        _ => DeviceKind.LeftOut,
    };

    private int Number(string name)
    {
        if (_retired.Count <= MaxRetired)
        {
            _names = [.. _names, name];
            return _names.Length - 1;
        }

        _known.Remove(_retired.Dequeue(), out var oldest);
        var id = oldest.Id;
        string[] names = [.. _names];
        names[id] = name;
        _names = names;
        return id;
    }

    /// <param name="Id">Place in the list of names; -1 for none.</param>
    /// <param name="Kind">What its frames begin with.</param>
    internal readonly record struct Device(int Id, DeviceKind Kind)
    {
        /// <summary>As the program decides where it knows the device.</summary>
        public bool Counts(bool sent) => Kind != DeviceKind.LeftOut && !(Kind == DeviceKind.Loopback && sent);

        public LinkType LinkType => Kind == DeviceKind.Ip ? LinkType.Raw : LinkType.Ethernet;
    }
}
