using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Counts the bytes of all frames inside the kernel (bpf/traffic): a program at a packet socket adds them up by device, direction,
/// protocol and addresses, and hands over the beginning of the few frames that it does not judge. One thread, but for what says otherwise.
/// </summary>
/// <remarks>
/// What finds no room in the table, or in the ring of frames that are handed over, counts as other of its device and direction. Only when
/// that has no room either, packets are not counted: <see cref="ReadUncounted"/> says how many.
/// </remarks>
public sealed class KernelTraffic : IDisposable
{
    private const uint Rows = 0;
    private const uint Others = 1;
    private const int RowsAtOnce = 1024;

    private readonly BpfObject _object;
    private readonly BpfRingBuffer _frames = null!;
    private readonly PacketTap _tap = null!;
    private readonly TrafficDevices _devices = null!;
    private readonly WarningLog _warnings = new();
    private readonly TrafficRowKey[] _keys = new TrafficRowKey[RowsAtOnce];
    private readonly TrafficRowCounts[] _counts = new TrafficRowCounts[RowsAtOnce];
    private readonly long[] _perCpu = [];
    private bool _second;
    private bool _disposed;
    private long _uncounted;
    private long _handedOver;

    /// <summary>Loads the program and counts from now on.</summary>
    /// <exception cref="CaptureException">A named device does not exist.</exception>
    /// <exception cref="BpfException">The kernel, libbpf or this build can't; the message says what to do.</exception>
    /// <exception cref="LinuxException">A capability or memory is missing.</exception>
    public KernelTraffic(KernelTrafficOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _object = BpfObjects.Open("traffic");
        try
        {
            foreach (var name in new[] { "rows_a", "rows_b" }) _object.Map(name).SetMaxEntries((uint)options.MaxRows);
            Configure(options.Tunnels);
            _object.Load();
            foreach (var (port, kind) in Ports(options.Tunnels)) _object.Map("tunnel_ports").Write((uint)port, kind);
            _perCpu = new long[BpfLibrary.PossibleCpus];
            _frames = new BpfRingBuffer(_object.Map("frames"));
            var links = NetworkNamespace.Run(options.NetworkNamespace, () => new LinkMonitor());
            _devices = new TrafficDevices(new DeviceSelection(options.Devices), links, _object.Map("devices"), _warnings);
            _tap = NetworkNamespace.Run(options.NetworkNamespace, () => new PacketTap(_object.Program("count_frame")));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Names of interfaces, each at the place of its id. Any thread.</summary>
    public IReadOnlyList<string> Devices => _devices.Names;

    /// <summary>Any thread.</summary>
    public IReadOnlyList<string> Warnings => _warnings.Snapshot();

    /// <summary>Packets that found no room anywhere. Any thread.</summary>
    public long ReadUncounted()
    {
        lock (_perCpu)
        {
            if (!_disposed) _uncounted = _object.Map("uncounted").Sum(0, _perCpu);
            return _uncounted;
        }
    }

    /// <summary>Frames that were handed over so far. Any thread.</summary>
    public long HandedOver => Volatile.Read(ref _handedOver);

    /// <summary>Takes over which interfaces have come and gone.</summary>
    public void Follow() => _devices.Follow();

    /// <summary>
    /// The next frame that was handed over, cut to <see cref="TrafficFrameHeader.MaxData"/>; it is valid until the next call. Call
    /// <see cref="Release"/> when there are no more.
    /// </summary>
    /// <param name="nowNs">Its time, as far as anybody knows it.</param>
    /// <param name="frame">To be counted.</param>
    public bool TryRead(long nowNs, out Frame frame)
    {
        while (_frames.TryRead(out var record))
        {
            ref readonly var header = ref MemoryMarshal.AsRef<TrafficFrameHeader>(record);
            var device = _devices.Find(header.Device);
            if (!device.Counts(header.Sent != 0)) continue;
            Volatile.Write(ref _handedOver, _handedOver + 1);
            var data = record.Slice(TrafficFrameHeader.Bytes, (int)header.Captured);
            frame = new Frame(data, (int)header.Length, nowNs, device.LinkType, device.Id)
            {
                StrippedVlanTci = header.VlanTci,
                Direction = Direction(header.Sent),
            };
            return true;
        }

        frame = default;
        return false;
    }

    public void Release() => _frames.Release();

    /// <summary>Hands over what was added up since the last call; counting goes on in another table. Some milliseconds.</summary>
    /// <exception cref="BpfException">The kernel refuses.</exception>
    public void Take(IKernelRows sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _second = !_second;
        var (last, next) = _second ? ("a", "b") : ("b", "a");
        _object.Map("current").Point(Rows, _object.Map($"rows_{next}"));
        _object.Map("current").Point(Others, _object.Map($"others_{next}"));
        Take(_object.Map($"rows_{last}"), sink);
        Take(_object.Map($"others_{last}"), sink);
    }

    public void Dispose()
    {
        _tap?.Dispose();
        _devices?.Dispose();
        _frames?.Dispose();
        lock (_perCpu)
        {
            _disposed = true;
            _object.Dispose();
        }
    }

    private void Take(BpfMap map, IKernelRows sink)
    {
        bool more;
        do
        {
            more = map.TryTake(_keys.AsSpan(), _counts.AsSpan(), out var taken);
            for (var i = 0; i < taken; i++)
            {
                ref readonly var key = ref _keys[i];
                sink.OnRow(new KernelRow(
                    _devices.Find(key.Device).Id, Direction(key.Sent), key.Kind, key.Protocol, Address(in key, in key.Source), Address(in key, in key.Destination),
                    (long)_counts[i].Bytes, (long)_counts[i].Packets));
            }
        }
        while (more);
    }

    private void Configure(TunnelOptions tunnels)
    {
        ref var config = ref _object.Configuration<TrafficConfig>();
        // Which networks are looked into, and how deep, is decided in one place: by the decoder.
        config.LooksInside = tunnels.MaxDepth > 0 && tunnels.AllowedVnis.Count + tunnels.DeniedVnis.Count == 0 ? 1u : 0;
        config.PortMask = tunnels.PortMask;
    }

    /// <summary>The first entry of a port counts, as for the decoder.</summary>
    private static IEnumerable<(ushort Port, TunnelPortKind Kind)> Ports(TunnelOptions tunnels) =>
        tunnels.VxlanPorts.Select(port => (port, TunnelPortKind.Vxlan))
            .Concat(tunnels.GenevePorts.Select(port => (port, TunnelPortKind.Geneve)))
            .Concat(tunnels.UdpPorts.Select(port => (port, TunnelPortKind.Other)))
            .DistinctBy(one => one.port);

    private static FrameDirection Direction(byte sent) => sent != 0 ? FrameDirection.Sent : FrameDirection.Received;

    private static IpAddress Address(in TrafficRowKey key, in TrafficRowKey.Address bytes) => key.Kind == 0 ? IpAddress.FromV6(bytes) : default;
}
