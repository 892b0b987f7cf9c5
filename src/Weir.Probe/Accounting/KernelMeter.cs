using Weir.Capture;
using Weir.Flows.Accounting;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Probe;

/// <summary>
/// Tells an accountant what the kernel counts, interval by interval, on a thread of its own. Frames that the kernel's program hands over
/// are decoded here and count for the interval in which they are read.
/// </summary>
internal sealed class KernelMeter : IKernelRows, IDisposable
{
    /// <summary>Milliseconds between two looks at the frames that were handed over, whose ring has room for 7 700.</summary>
    private const int PollMs = 20;

    private readonly KernelTraffic _kernel;
    private readonly TrafficMeter _meter;
    private readonly PacketDecoder _decoder;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private Exception? _failure;

    /// <param name="kernel">Counts already. Not disposed of.</param>
    /// <param name="accountant">Is told.</param>
    /// <param name="tunnels">Which are looked into.</param>
    /// <param name="time">Clock.</param>
    public KernelMeter(KernelTraffic kernel, TrafficAccountant accountant, TunnelOptions tunnels, TimeProvider? time = null)
    {
        (_kernel, _meter, _decoder, _time) = (kernel, accountant.Meter(1), new PacketDecoder(tunnels: tunnels), time ?? TimeProvider.System);
        accountant.Devices = () => kernel.Devices;
        accountant.Uncounted = kernel.ReadUncounted;
        _thread = new Thread(Run) { IsBackground = true, Name = "weir-kernel-meter" };
    }

    public void Start()
    {
        _meter.Advance(NowNs());
        _thread.Start();
    }

    /// <summary>Takes what is left. Counting in the kernel then goes on for nobody.</summary>
    /// <exception cref="CaptureException">Reading the counters had failed.</exception>
    public void Finish()
    {
        Dispose();
        _meter.Finish();
        if (_failure is { } failure) throw new CaptureException($"bytes are not counted: {failure.Message}", failure);
    }

    public void Dispose()
    {
        _stop.Set();
        if (_thread.IsAlive) _thread.Join();
    }

    public void OnRow(in KernelRow row) => _meter.Add(
        new TrafficKey(row.InterfaceId, row.Source, row.Destination, row.Protocol, row.Direction, (TrafficKind)row.Kind), row.Bytes, row.Packets);

    private void Run()
    {
        try
        {
            while (!_stop.Wait(PollMs)) Turn();
            Read(NowNs());
            _kernel.Take(this);
        }
        catch (Exception error) when (error is BpfException or LinuxException)
        {
            _failure = error;
        }
    }

    private void Turn()
    {
        _kernel.Follow();
        var now = NowNs();
        if (_meter.Ends(now))
        {
            _kernel.Take(this);
            _meter.Advance(now);
        }

        Read(now);
    }

    private void Read(long nowNs)
    {
        while (_kernel.TryRead(nowNs, out var frame))
        {
            var outcome = _decoder.Decode(in frame, out var packet);
            _meter.Count(in frame, outcome, in packet);
        }

        _kernel.Release();
        _decoder.OnIdle(nowNs);
    }

    /// <summary>Unix nanoseconds.</summary>
    private long NowNs() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
