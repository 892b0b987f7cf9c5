using System.Collections.Concurrent;
using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>What became of one file that processes have mapped as code.</summary>
internal sealed class TlsFile(MappedFile file, ProbePlan plan) : IDisposable
{
    public MappedFile File { get; } = file;

    public ProbePlan Plan { get; } = plan;

    public List<BpfLink> Links { get; } = [];

    /// <summary>Why it has no probes although it should; null otherwise.</summary>
    public string? Failure { get; set; }

    /// <summary>Number of the last full scan that found a process with it.</summary>
    public long SeenInScan { get; set; }

    public void Dispose()
    {
        foreach (var link in Links) link.Dispose();
        Links.Clear();
    }
}

/// <summary>
/// Probes in files, once for each whatever the number of processes and mounts that show it, and probes in single processes that
/// feed their library from memory. Used by one thread; counts may be read from any.
/// </summary>
internal sealed class TlsAttachments(BpfObject programs, TlsLimits limits) : IDisposable
{
    private readonly Dictionary<FileKey, TlsFile> _files = [];
    private readonly Dictionary<int, List<BpfLink>> _memory = [];
    private readonly ConcurrentDictionary<FileKey, TlsFileStatus> _status = [];
    private long _skipped;

    /// <summary>Files with probes, for the status page.</summary>
    public IReadOnlyCollection<TlsFileStatus> Status => (IReadOnlyCollection<TlsFileStatus>)_status.Values;

    /// <summary>Files that were not looked at because there are too many.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    /// <summary>Looks into the file unless that was done before, and attaches what it offers.</summary>
    /// <param name="pid">A process that has it mapped now.</param>
    /// <param name="file">The mapping.</param>
    /// <param name="isProgram">It is what the process runs.</param>
    /// <param name="scan">Number of the scan, for <see cref="DropUnseen"/>.</param>
    /// <returns>Null when the process went away meanwhile, or the tables are full.</returns>
    public TlsFile? Look(int pid, in MappedFile file, bool isProgram, long scan)
    {
        // A number is given to another file once nothing holds the first: the path tells, as probes hold theirs.
        if (_files.TryGetValue(file.File, out var known) && (known.Links.Count > 0 || known.File.Path == file.Path))
        {
            known.SeenInScan = Math.Max(known.SeenInScan, scan);
            return known;
        }

        if (IsFull()) return null;
        var path = file.LinkIn(pid);
        using var source = MappedFileSource.TryOpen(path);
        return source is null ? null : Add(path, file, ProbePlanner.Plan(source, isProgram), scan);
    }

    /// <summary>A file of the host that no process needs to have mapped yet.</summary>
    public void Expect(string path, FileKey key)
    {
        if (_files.ContainsKey(key) || IsFull()) return;
        using var source = MappedFileSource.TryOpen(path);
        if (source is null) return;
        Add(path, new MappedFile(key, 0, 0, path), ProbePlanner.Plan(source, isProgram: false), long.MaxValue);
    }

    /// <summary>Watches what a process feeds its library from memory.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="file">What may have <see cref="ProbePlan.MemoryPoints"/>.</param>
    /// <param name="mapping">Where that is mapped in the process.</param>
    /// <returns>False when it was done before, or can't be.</returns>
    public bool WatchMemory(int pid, TlsFile file, in MappedFile mapping)
    {
        if (file.Plan.MemoryPoints.Count == 0 || _memory.ContainsKey(pid)) return false;
        if (_memory.Count >= limits.MaxMemoryProcesses)
        {
            Volatile.Write(ref _skipped, _skipped + 1);
            return false;
        }

        var links = new List<BpfLink>();
        if (TryAttach(mapping.LinkIn(pid), file.Plan.MemoryPoints, links, pid) is not null) return false;
        _memory.Add(pid, links);
        return true;
    }

    public void Forget(int pid)
    {
        if (!_memory.Remove(pid, out var links)) return;
        foreach (var link in links) link.Dispose();
    }

    /// <summary>Takes the probes out of files that no process has mapped any more.</summary>
    public void DropUnseen(long scan)
    {
        foreach (var (key, file) in _files.Where(file => file.Value.SeenInScan < scan).ToList())
        {
            _files.Remove(key);
            _status.TryRemove(key, out _);
            file.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
        foreach (var links in _memory.Values) links.ForEach(link => link.Dispose());
        _files.Clear();
        _memory.Clear();
    }

    private bool IsFull()
    {
        if (_files.Count < limits.MaxFiles) return false;
        Volatile.Write(ref _skipped, _skipped + 1);
        return true;
    }

    private TlsFile Add(string path, in MappedFile file, ProbePlan plan, long scan)
    {
        var one = new TlsFile(file, plan) { SeenInScan = scan };
        one.Failure = TryAttach(path, plan.Points, one.Links, pid: -1);
        if (_files.Remove(file.File, out var before)) before.Dispose();
        _files.Add(file.File, one);
        if (plan.Library != TlsLibrary.None) _status[file.File] = new TlsFileStatus(file.Path, plan.Library, plan.Internal, one.Links.Count, one.Failure);
        return one;
    }

    /// <summary>All or nothing; null when it worked.</summary>
    private string? TryAttach(string path, IReadOnlyList<ProbePoint> points, List<BpfLink> links, int pid)
    {
        try
        {
            foreach (var point in points)
                links.Add(programs.Program(point.Program).AttachUprobe(path, point.Offset, null, point.OnReturn, point.Cookie, pid));
            return null;
        }
        catch (BpfException error)
        {
            foreach (var link in links) link.Dispose();
            links.Clear();
            return error.Message;
        }
    }
}
