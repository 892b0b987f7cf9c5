using System.Collections.Concurrent;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// The programs inside TLS libraries, beside those on sockets, with whom they share ring, counters and control. Disposing takes every
/// probe out; the kernel does the same when the process ends in whatever way.
/// </summary>
public sealed class TlsPlane : IDisposable
{
    private static readonly string[] Tracepoints = ["tls_sent", "tls_received", "tls_exec", "tls_exit"];

    private readonly KernelPlane _sockets;
    private readonly BpfObject _programs;
    private readonly List<BpfLink> _links = [];
    private readonly TlsWatcher _watcher;
    private readonly TlsFeed _feed;
    private readonly KernelClock _clock;
    private readonly ConcurrentQueue<uint> _ended = new();
    private readonly long[] _perCpu = new long[BpfLibrary.PossibleCpus];

    /// <summary>Loads the programs, attaches those that need no library, and begins to look for libraries.</summary>
    /// <exception cref="BpfException">Something that the plane needs is missing; the message says what to do.</exception>
    internal TlsPlane(KernelPlane sockets, ProcessTable processes, KernelClock clock, TlsLimits limits)
    {
        if (KernelPlane.Choose() != ProgramSet.SocketLengths)
            throw new BpfException("eBPF", 0, "a session is bound to its socket by what sockets tell of their sends and receives, which needs Linux 6.3");
        (_sockets, _clock) = (sockets, clock);
        _feed = new TlsFeed(processes, clock, TlsFeedLimits.Default);
        _programs = BpfObjects.Open("tls");
        try
        {
            foreach (var shared in (string[])["events", "counters", "control"]) _programs.Map(shared).Share(sockets.Sockets.Map(shared));
            ref var config = ref _programs.Configuration<ProgramConfig>();
            config.Own[0] = (uint)Environment.ProcessId;
            config.Calls = SystemCalls.OfThisHost();
            _programs.Load();
            foreach (var name in Tracepoints) _links.Add(_programs.Program(name).Attach());
            _watcher = new TlsWatcher(_programs, limits, _ended.Enqueue);
        }
        catch
        {
            Detach();
            throw;
        }

        _watcher.Start();
    }

    /// <summary>Programs and libraries in which plaintext is, or should be, read.</summary>
    public IReadOnlyCollection<TlsFileStatus> Files => _watcher.Files;

    public TlsFeedCounters Counters => _feed.Counters;

    /// <summary>Ends of encrypted connections that nothing could be read of, by their process.</summary>
    public IReadOnlyDictionary<OpaqueProcess, long> Opaque => _feed.Opaque.ByProcess;

    /// <summary>What a user should know and no counter says.</summary>
    internal IEnumerable<string> Warnings()
    {
        if (Failure is { } failure) yield return $"new TLS libraries are not found any more: {failure}";
        foreach (var file in Files)
            if (file.Failure is { } reason) yield return $"TLS in {file.Path} stays encrypted: {reason}";
        foreach (var (name, count) in Opaque)
            yield return $"{name}: {count} encrypted {(count == 1 ? "connection" : "connections")}, library unknown (read are OpenSSL and its kin, GnuTLS and Go)";
    }

    /// <summary>Waits until all processes have been looked at once; false on timeout.</summary>
    public bool WaitUntilAttached(TimeSpan timeout) => _watcher.WaitForFirstScan(timeout);

    /// <summary>Why new libraries are not found any more; null while they are.</summary>
    public string? Failure => _watcher.Failure?.Message;

    /// <summary>A counter of the TLS programs, all CPUs together.</summary>
    public long Read(TlsCounter counter)
    {
        lock (_perCpu) return _sockets.Sockets.Map("counters").Sum((uint)counter, _perCpu);
    }

    /// <summary>What was lost, under the names of the ledger.</summary>
    internal IEnumerable<(string Reason, long Count)> Losses()
    {
        yield return ("tls_table_full", Read(TlsCounter.TableFull));
        yield return ("tls_depth", Read(TlsCounter.Depth));
        yield return ("tls_shape", Read(TlsCounter.Shape));
        yield return ("tls_notices", Read(TlsCounter.Notices));
        yield return ("tls_files_skipped", _watcher.Skipped);
        yield return ("tls_sessions_evicted", _feed.Counters.Evicted);
        yield return ("tls_opaque", _feed.Opaque.Count);
        yield return ("tls_unbound", _feed.Counters.Unbound);
    }

    /// <summary>True for events that <see cref="Take"/> wants.</summary>
    internal static bool Wants(EventKind kind) => kind is EventKind.TlsData or EventKind.TlsClose or EventKind.TlsBound or EventKind.Encrypted;

    internal void Take(in EventHeader header, ReadOnlySpan<byte> data, ISegmentSink sink) => _feed.Take(in header, data, sink);

    /// <summary>After the ring was drained.</summary>
    internal void Advance(ISegmentSink sink)
    {
        var nowNs = _clock.ToUnixNs(KernelClock.MonotonicNs);
        while (_ended.TryDequeue(out var pid)) _feed.ProcessEnded(pid, nowNs, sink);
        _feed.Advance(nowNs, sink);
    }

    internal void Finish(ISegmentSink sink) => _feed.Finish(sink);

    public void Dispose()
    {
        _watcher.Dispose();
        Detach();
    }

    private void Detach()
    {
        foreach (var link in _links) link.Dispose();
        _programs.Dispose();
    }
}
