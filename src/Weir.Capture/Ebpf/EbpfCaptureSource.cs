using System.Diagnostics;
using Weir.Capture.Ebpf.Tls;
using Weir.Linux;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Live capture at the sockets of this host's processes, by programs in the kernel. It sees who calls whom where no interface does, and
/// the connections that were there before it.
/// </summary>
public sealed class EbpfCaptureSource : ICaptureSource
{
    /// <summary>Milliseconds between two calls of <see cref="IFrameSink.OnIdle"/> while nothing happens.</summary>
    private const int IdleIntervalMs = 100;

    private const long LookEveryNs = 1_000_000_000;

    /// <summary>Name of the plane on the record and in the ledger.</summary>
    public const string Plane = "ebpf";

    /// <summary>The same of what is read inside TLS libraries.</summary>
    public const string TlsPlaneName = "ebpf_tls";

    private readonly KernelPlane _plane;
    private readonly SegmentFeed _feed;
    private readonly ProcessTable _processes = new();
    private readonly KernelClock _clock = new();
    private readonly WarningLog _warnings = new();
    private readonly Governor _governor;
    private readonly PlaneCost _cost = new();
    private long _drainedNs;
    private double _ringFill;
    private long _lookedNs;
    private long _events;
    private long _bytes;

    /// <exception cref="BpfException">Something that the plane needs is missing; the message says what to do.</exception>
    /// <exception cref="LinuxException">No memory for the ring.</exception>
    public EbpfCaptureSource(EbpfOptions options)
    {
        _plane = new KernelPlane(options);
        _governor = new Governor(Environment.ProcessorCount, options.Governor);
        _feed = new SegmentFeed(_processes, _clock, OwnNamespace());
        if (options.Tls) Tls = OpenTls(options);
    }

    /// <summary>The part that reads inside TLS libraries; null when it was not asked for or could not be loaded.</summary>
    public TlsPlane? Tls { get; }

    public KernelPlane Kernel => _plane;

    public IReadOnlyList<string> Warnings => [.. _warnings.Snapshot(), .. Tls?.Warnings() ?? []];

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
        [new("sockets", Volatile.Read(ref _events), Volatile.Read(ref _bytes), 0, 0)];

    /// <inheritdoc/>
    public IReadOnlyDictionary<OpaqueProcess, long>? ReadOpaque() => Tls?.Opaque;

    /// <inheritdoc/>
    public IEnumerable<CaptureLoss> ReadLosses() =>
        EbpfLosses.All.Select(loss => new CaptureLoss(Plane, loss.Reason, _plane.Read(loss.Counter)))
            .Append(new CaptureLoss(Plane, "ebpf_malformed_events", _feed.Malformed))
            .Append(new CaptureLoss(Plane, "ebpf_off_seconds", _governor.OffNs / 1_000_000_000))
            .Concat((Tls?.Losses() ?? []).Select(loss => new CaptureLoss(TlsPlaneName, loss.Reason, loss.Count)));

    /// <inheritdoc/>
    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        var segments = sink as ISegmentSink ?? throw new ArgumentException("the sink takes no segments", nameof(sink));
        var lastIdle = Stopwatch.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            var worked = Drain(segments);
            if (worked || Stopwatch.GetElapsedTime(lastIdle).TotalMilliseconds >= IdleIntervalMs)
            {
                segments.OnIdle(_clock.ToUnixNs(KernelClock.MonotonicNs));
                lastIdle = Stopwatch.GetTimestamp();
            }

            cancellation.WaitHandle.WaitOne(BpfRingBuffer.PollIntervalMs);
        }

        Finish(segments);
    }

    /// <summary>Hands over what is in the ring now; true when there was something.</summary>
    public bool Drain(ISegmentSink sink)
    {
        var begunNs = ThreadClock.CpuNs;
        _clock.Measure();
        Govern();
        var (events, bytes) = (0L, 0L);
        while (_plane.Ring.TryRead(out var record))
        {
            if (Tls is not null && EventHeader.TryRead(record, out var header, out var data) && TlsPlane.Wants(header.Kind)) Tls.Take(in header, data, sink);
            else _feed.Take(record, sink);
            events++;
            bytes += record.Length;
        }

        _plane.Ring.Release();
        Tls?.Advance(sink);
        _feed.TellMissing(KernelClock.MonotonicNs, sink);
        Volatile.Write(ref _events, _events + events);
        Volatile.Write(ref _bytes, _bytes + bytes);
        _drainedNs += ThreadClock.CpuNs - begunNs;
        return events > 0;
    }

    /// <summary>The capture is over: hands over the rest and tells what is missing.</summary>
    public void Finish(ISegmentSink sink)
    {
        Drain(sink);
        Tls?.Finish(sink);
        _feed.TellMissing(long.MaxValue, sink);
    }

    public void Dispose()
    {
        Tls?.Dispose();
        _plane.Dispose();
    }

    /// <summary>Without it the rest still works: why is a warning.</summary>
    private TlsPlane? OpenTls(EbpfOptions options)
    {
        try
        {
            return new TlsPlane(_plane, _processes, _clock, options.TlsLimits);
        }
        catch (BpfException error)
        {
            _warnings.Add($"TLS stays encrypted: {error.Message}");
            return null;
        }
    }

    private void Govern()
    {
        _ringFill = Math.Max(_ringFill, (double)_plane.Ring.PendingBytes / _plane.Ring.SizeBytes);
        var now = KernelClock.MonotonicNs;
        if (now - _lookedNs < LookEveryNs) return;
        _lookedNs = now;
        _cost.Count(_plane.Read(BpfCounter.Runs), _plane.Read(BpfCounter.TimedRuns), _plane.Read(BpfCounter.TimedNs));
        var calls = _plane.Read(BpfCounter.Calls) - _plane.Read(BpfCounter.IgnoredCalls) + _plane.Read(BpfCounter.OffCalls)
            + _plane.Read(BpfCounter.SampledCalls);
        var load = new PlaneLoad(_cost.TotalNs(_drainedNs), calls, _plane.Read(BpfCounter.RingFull), _ringFill);
        _ringFill = 0;
        if (_governor.Look(now, load) is not { } change) return;
        _plane.Control = _plane.Control with { Level = _governor.Level };
        _warnings.Add($"ebpf: {change}");
    }

    /// <summary>The number in the name that /proc/self/ns/net links to; 0 when it can't be read.</summary>
    private static uint OwnNamespace()
    {
        var target = new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
        return uint.TryParse(target.AsSpan(target.IndexOf('[') + 1).TrimEnd(']'), out var number) ? number : 0;
    }
}
