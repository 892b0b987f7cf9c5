using System.Diagnostics;
using System.Net;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Receives traffic that is mirrored to this host in VXLAN (AWS VPC traffic mirroring, vTap and the like): the Ethernet frames
/// inside, each with the tunnel's addresses and its VNI, which the decoder asks <see cref="TunnelOptions"/> about. Datagrams
/// that are no VXLAN are counted. Needs no capability for ports from 1024 on.
/// </summary>
/// <remarks>
/// The socket buffer is <see cref="LiveCaptureOptions.BufferBytes"/>, 64 MiB by default: the kernel charges 2.3 KB or more a
/// frame of 1500 bytes, so it holds about 28 000, a quarter of a second of a full 1 Gbit/s mirror, longer than any pause of
/// the process. Without CAP_NET_ADMIN the sysctl net.core.rmem_max bounds it, which is told as a warning.
/// </remarks>
public sealed class VxlanCaptureSource : ICaptureSource
{
    /// <summary>Milliseconds after cancellation in which datagrams that were already received are still handed over.</summary>
    private const int DrainMs = 120;

    private readonly WarningLog _warnings = new();
    private readonly List<VxlanPort> _ports = [];
    private readonly WakeEvent _wake;
    private readonly PollSet _poll = new();
    private readonly Lock _runGate = new();
    private volatile bool _disposed;

    /// <summary>Opens a socket for each of <see cref="LiveCaptureOptions.VxlanPorts"/>.</summary>
    /// <exception cref="CaptureException">An option is out of range or has no meaning here.</exception>
    /// <exception cref="LinuxException">A port is taken, an address is not this host's, or a permission is missing.</exception>
    public VxlanCaptureSource(LiveCaptureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.VxlanPorts.Count == 0) throw new CaptureException("name at least one port for mirrored traffic");
        if (options.Filter.Expression is not null)
            throw new CaptureException("a capture filter looks at frames of an interface; of mirrored traffic choose ports or calls");
        _wake = new WakeEvent();
        try
        {
            foreach (var port in options.VxlanPorts.Distinct()) Open(port, options);
        }
        catch
        {
            Close();
            throw;
        }

        _poll.Add(_wake);
        foreach (var port in _ports) _poll.Add(port.Socket);
    }

    public IReadOnlyList<string> Warnings => _warnings.Snapshot();

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [.. _ports.Select(port => port.ReadStatistics())];

    /// <inheritdoc/>
    /// <remarks>Returns within 200 ms of the cancellation, after what had been received was handed over.</remarks>
    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_runGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var registration = cancellation.UnsafeRegister(static wake => ((WakeEvent)wake!).Signal(), _wake);
            try
            {
                Loop(sink, cancellation);
            }
            finally
            {
                if (_disposed) Close();
            }
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _wake.Signal();
        if (_runGate.IsHeldByCurrentThread) return;
        lock (_runGate) Close();
    }

    private void Loop(IFrameSink sink, CancellationToken cancellation)
    {
        var lastIdle = Stopwatch.GetTimestamp();
        long? stopping = null;
        var clock = new IdleClock(TimeProvider.System);
        while (true)
        {
            if (stopping is null && (_disposed || cancellation.IsCancellationRequested)) stopping = Stopwatch.GetTimestamp();
            var latestNs = 0L;
            foreach (var port in _ports) latestNs = Math.Max(latestNs, port.Deliver(sink));
            if (latestNs > 0) clock.Seen(latestNs);
            if (stopping is { } since && (latestNs == 0 || MillisecondsSince(since) > DrainMs)) return;
            if (MillisecondsSince(lastIdle) >= RingCaptureSource.IdleIntervalMs)
            {
                // While datagrams wait, time has come only as far as those that were handed over.
                sink.OnIdle(latestNs > 0 ? latestNs : clock.NowNs);
                lastIdle = Stopwatch.GetTimestamp();
            }

            if (latestNs > 0) continue;
            var patience = (int)(RingCaptureSource.IdleIntervalMs - MillisecondsSince(lastIdle));
            if (_poll.Wait(Math.Clamp(patience, 1, RingCaptureSource.IdleIntervalMs)) > 0 && _poll.IsReady(0)) _wake.Clear();
        }
    }

    private void Open(ushort port, LiveCaptureOptions options)
    {
        var (address, device) = LocalEnd(options.Devices);
        var wanted = (int)Math.Min(options.BufferBytes / options.VxlanPorts.Count, 1 << 30);
        var settings = new DatagramSocketSettings(port) { Address = address, Device = device, BufferBytes = wanted };
        var socket = NetworkNamespace.Run(options.NetworkNamespace, () => new DatagramSocket(settings));
        var open = new VxlanPort(_ports.Count, port, socket, options.SnapLength);
        _ports.Add(open);
        if (socket.BufferBytes < wanted)
        {
            _warnings.Add($"{open.Name}: the kernel allows a receive buffer of {socket.BufferBytes >> 10} KiB instead of {wanted >> 10} KiB: "
                + $"set the sysctl net.core.rmem_max to {wanted / 2} or add NET_ADMIN, or short pauses will lose frames");
        }
    }

    /// <summary>A device here is where datagrams arrive: an interface, or an address of this host.</summary>
    private static (IPAddress? Address, string? Device) LocalEnd(IReadOnlyList<string> devices) => devices switch
    {
        [] or ["any"] => (null, null),
        [var one] => IPAddress.TryParse(one, out var address) ? (address, null) : (null, one),
        _ => throw new CaptureException("mirrored traffic is received on all interfaces, on one, or at one address"),
    };

    private void Close()
    {
        foreach (var port in _ports) port.Dispose();
        _wake.Dispose();
    }

    private static double MillisecondsSince(long timestamp) => Stopwatch.GetElapsedTime(timestamp).TotalMilliseconds;
}
