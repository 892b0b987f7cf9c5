using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// Finds TLS libraries as they appear: in all processes at the start, in a process when it runs a new program or its loader adds
/// libraries, and in all again each minute. A thread of its own; everything it owns is used there only.
/// </summary>
internal sealed class TlsWatcher : IDisposable
{
    /// <summary>
    /// Milliseconds from a notice to the look at the maps, the first wait for a loader that adds libraries in a row. A new program is
    /// looked at several times: its loader may be one that is not watched yet.
    /// </summary>
    private static readonly int[] LookAfterMs = [10, 100, 1000, 5000];

    /// <summary>Milliseconds that the watcher sleeps when nothing is due and nobody wakes it.</summary>
    private const int IdleMs = 1000;

    private static readonly string[] HostLibraries = ["libssl.so*", "libgnutls.so*"];

    private static readonly string[] HostFolders =
        ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib", "/lib", "/usr/local/lib", "/usr/local/lib64"];

    private readonly TlsAttachments _attachments;
    private readonly BpfMap _processes;
    private readonly BpfMap _inUse;
    private readonly BpfRingBuffer _notices;
    private readonly TlsLimits _limits;
    private readonly Action<uint> _exited;
    private readonly Dictionary<int, (long DueMs, int Looks)> _waiting = [];
    private readonly WakeEvent _wake = new();
    private readonly PollSet _poll = new();
    private volatile bool _stop;
    private readonly ManualResetEventSlim _scanned = new();
    private readonly Thread _thread;
    private long _scan;
    private volatile Exception? _failure;

    /// <param name="programs">Loaded; used for attaching only.</param>
    /// <param name="limits">What may be held.</param>
    /// <param name="exited">Told the id of each process that ended, on the watcher's thread.</param>
    public TlsWatcher(BpfObject programs, TlsLimits limits, Action<uint> exited)
    {
        _attachments = new TlsAttachments(programs, limits);
        (_processes, _inUse, _limits, _exited) = (programs.Map("processes"), programs.Map("in_use"), limits, exited);
        _notices = new BpfRingBuffer(programs.Map("notices"));
        _poll.Add(_wake);
        _poll.Add(_notices);
        _thread = new Thread(Run) { Name = "weir-tls", IsBackground = true };
    }

    public IReadOnlyCollection<TlsFileStatus> Files => _attachments.Status;

    public long Skipped => _attachments.Skipped;

    /// <summary>Why it stopped finding libraries; null while it works.</summary>
    public Exception? Failure => _failure;

    public void Start() => _thread.Start();

    /// <summary>Waits until the first scan of all processes is done; false on timeout.</summary>
    public bool WaitForFirstScan(TimeSpan timeout) => _scanned.Wait(timeout);

    public void Dispose()
    {
        _stop = true;
        _wake.Signal();
        if (_thread.IsAlive) _thread.Join();
        _attachments.Dispose();
        _notices.Dispose();
        _wake.Dispose();
        _scanned.Dispose();
    }

    private void Run()
    {
        try
        {
            ExpectHostLibraries();
            var nextFull = 0L;
            while (!_stop)
            {
                if (Environment.TickCount64 >= nextFull)
                {
                    ScanAll();
                    nextFull = Environment.TickCount64 + _limits.FullScanMs;
                    _scanned.Set();
                }

                TakeNotices();
                ScanDue();
                _poll.Wait(MsUntilDue(nextFull));
            }
        }
#pragma warning disable CA1031 // The capture goes on with the libraries that were found; the status says why no more will be.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _failure = error;
            _scanned.Set();
        }
    }

    private int MsUntilDue(long next)
    {
        foreach (var waiting in _waiting.Values) next = Math.Min(next, waiting.DueMs);
        return (int)Math.Clamp(next - Environment.TickCount64, 1, IdleMs);
    }

    private void TakeNotices()
    {
        while (_notices.TryRead(out var record))
        {
            if (!MemoryMarshal.TryRead(record, out TlsNotice notice)) continue;
            var pid = (int)notice.Pid;
            switch (notice.Kind)
            {
                case TlsNoticeKind.Exec:
                    _attachments.Forget(pid);
                    Wait(pid, looks: 0);
                    break;
                case TlsNoticeKind.Mapped:
                    Wait(pid, looks: LookAfterMs.Length - 1);
                    break;
                case TlsNoticeKind.Memory:
                    WatchMemory(pid);
                    break;
                case TlsNoticeKind.Exit:
                    _waiting.Remove(pid);
                    _attachments.Forget(pid);
                    _exited(notice.Pid);
                    break;
            }
        }

        _notices.Release();
    }

    /// <param name="pid">The process.</param>
    /// <param name="looks">How many of the looks are done already.</param>
    private void Wait(int pid, int looks)
    {
        var known = _waiting.TryGetValue(pid, out var waiting);
        if (!known && _waiting.Count >= _limits.MaxWaiting) return;
        var due = Environment.TickCount64 + LookAfterMs[0];
        _waiting[pid] = known ? (Math.Min(due, waiting.DueMs), Math.Min(looks, waiting.Looks)) : (due, looks);
    }

    private void ScanDue()
    {
        if (_waiting.Count == 0) return;
        var now = Environment.TickCount64;
        foreach (var (pid, waiting) in _waiting.Where(one => one.Value.DueMs <= now).ToList())
        {
            var looks = waiting.Looks + 1;
            if (looks < LookAfterMs.Length) _waiting[pid] = (now + LookAfterMs[looks], looks);
            else _waiting.Remove(pid);
            Scan(pid);
        }
    }

    private void ScanAll()
    {
        _scan++;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (_stop) return;
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) Scan(pid);
        }

        _attachments.DropUnseen(_scan);
    }

    private void Scan(int pid)
    {
        if (pid == Environment.ProcessId) return;
        var maps = ProcessMaps.Read(pid);
        var memory = false;
        for (var i = 0; i < maps.Count; i++)
        {
            _attachments.Look(pid, maps[i], isProgram: i == 0, _scan);
            memory |= FeedsFromMemory(maps[i], isProgram: i == 0);
        }

        if (memory) WatchMemory(pid, maps);
    }

    /// <summary>
    /// Runtimes that never let OpenSSL touch a socket: .NET's SslStream and Node's TLSWrap. Others show it by their first call,
    /// and have to wait for that.
    /// </summary>
    private static bool FeedsFromMemory(in MappedFile file, bool isProgram) =>
        isProgram ? file.Name is "node" or "nodejs" : file.Name is "libSystem.Security.Cryptography.Native.OpenSsl.so";

    private void WatchMemory(int pid) => WatchMemory(pid, ProcessMaps.Read(pid));

    private void WatchMemory(int pid, IReadOnlyList<MappedFile> maps)
    {
        for (var i = 0; i < maps.Count; i++)
        {
            if (_attachments.Look(pid, maps[i], isProgram: i == 0, _scan) is not { } file) continue;
            if (!_attachments.WatchMemory(pid, file, maps[i])) continue;
            _processes.Write((uint)pid, TlsProcessFlags.Seen | TlsProcessFlags.Memory);
            _inUse.Write(0u, 1u);
            return;
        }
    }

    private void ExpectHostLibraries()
    {
        foreach (var folder in HostFolders.Where(Directory.Exists))
        {
            foreach (var path in HostLibraries.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)))
            {
                if (FileIdentity.TryRead(path, out var device, out var inode)) _attachments.Expect(path, new FileKey(device, inode));
            }
        }
    }
}
