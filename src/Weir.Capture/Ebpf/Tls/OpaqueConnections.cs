using System.Collections.Concurrent;
using System.Globalization;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// Encrypted connections of which no plaintext comes: the library is one that Weir does not know. They are told, not passed over: an
/// application without calls looks like one that nobody uses.
/// </summary>
internal sealed class OpaqueConnections(TlsFeedLimits limits)
{
    private readonly HashSet<TlsEnds> _covered = [];
    private readonly Queue<TlsEnds> _coveredInOrder = new();
    private readonly HashSet<uint> _coveredProcesses = [];
    private readonly Queue<Suspicion> _suspected = new();
    private readonly ConcurrentDictionary<OpaqueProcess, long> _byProcess = new();
    private long _count;

    private readonly record struct Suspicion(long DueNs, TlsEnds Ends, uint Pid, OpaqueProcess Process);

    /// <summary>Ends of connections that stay encrypted. An end whose other end is read does not count.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The same by process: the first <see cref="TlsFeedLimits.MaxOpaqueProcesses"/> of them.</summary>
    public IReadOnlyDictionary<OpaqueProcess, long> ByProcess => _byProcess;

    /// <summary>A socket carries TLS. Whether its plaintext is read shows within a moment.</summary>
    public void Suspect(in EventHeader header, SocketProcess? process, long nowNs)
    {
        if (_suspected.Count >= limits.MaxStreams) return;
        var name = process?.Name ?? header.Pid.ToString(CultureInfo.InvariantCulture);
        var opaque = new OpaqueProcess(name, process?.ContainerId, process?.ContainerId is null ? null : process.Cgroup);
        _suspected.Enqueue(new Suspicion(nowNs + limits.OpaqueAfterNs, TlsEnds.Of(in header), header.Pid, opaque));
    }

    /// <summary>A session is read on this connection.</summary>
    public void Cover(in TlsEnds ends)
    {
        if (!_covered.Add(ends)) return;
        _coveredInOrder.Enqueue(ends);
        if (_coveredInOrder.Count > limits.MaxStreams) _covered.Remove(_coveredInOrder.Dequeue());
    }

    /// <summary>Sessions of this process are read, of which it is not known where they lead.</summary>
    public void Cover(uint pid)
    {
        if (_coveredProcesses.Count < limits.MaxStreams) _coveredProcesses.Add(pid);
    }

    public void Forget(uint pid) => _coveredProcesses.Remove(pid);

    public void Advance(long nowNs)
    {
        while (_suspected.TryPeek(out var first) && first.DueNs <= nowNs)
        {
            _suspected.Dequeue();
            if (_covered.Contains(first.Ends) || _coveredProcesses.Contains(first.Pid)) continue;
            Volatile.Write(ref _count, _count + 1);
            if (_byProcess.ContainsKey(first.Process) || _byProcess.Count < limits.MaxOpaqueProcesses)
                _byProcess.AddOrUpdate(first.Process, 1, static (_, count) => count + 1);
        }
    }
}
