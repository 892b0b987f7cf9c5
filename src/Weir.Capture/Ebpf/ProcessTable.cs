using System.Text;
using Weir.Linux.Bpf;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Who the processes of events are. The name comes with the event; container and control group are read from /proc once a process.
/// </summary>
/// <param name="procRoot">/proc of the host.</param>
internal sealed class ProcessTable(string procRoot = "/proc")
{
    /// <summary>Processes remembered; then all are forgotten, which costs one read of /proc each.</summary>
    private const int MaxProcesses = 8192;

    private readonly Dictionary<(uint Id, ulong StartNs), SocketProcess> _known = [];

    /// <summary>Control groups by id: a process that was gone before it could be asked is where others of its group are.</summary>
    private readonly Dictionary<ulong, string> _groups = [];

    /// <summary>Processes that had ended before their control group was read, and whose group no other had told.</summary>
    public long Missed { get; private set; }

    public SocketProcess? Of(in EventHeader header)
    {
        if ((header.Flags & EventFlags.Process) == 0) return null;
        var key = (header.Pid, header.ProcessStartNs);
        if (_known.TryGetValue(key, out var known) && NameIs(known, header.Comm)) return known;
        if (_known.Count >= MaxProcesses) _known.Clear();
        var group = known?.Cgroup ?? ReadGroup(header.Pid, header.Cgroup);
        var process = new SocketProcess((int)header.Pid, Name(header.Comm), ContainerOf(group), group);
        return _known[key] = process;
    }

    /// <summary>The last 64 hexadecimal digits in a row of a control group's path: every runtime's container id. Null without.</summary>
    internal static string? ContainerOf(string? group)
    {
        if (group is null) return null;
        var run = 0;
        for (var i = group.Length - 1; i >= 0; i--)
        {
            run = char.IsAsciiHexDigitLower(group[i]) ? run + 1 : 0;
            if (run == 64 && (i == 0 || !char.IsAsciiHexDigitLower(group[i - 1]))) return group.Substring(i, 64);
        }

        return null;
    }

    /// <summary>Of the lines of /proc/PID/cgroup the unified hierarchy's, or another's that tells a container.</summary>
    internal static string? GroupOf(IEnumerable<string> lines)
    {
        string? unified = null, other = null;
        foreach (var line in lines)
        {
            var path = line[(line.LastIndexOf(':') + 1)..];
            if (line.StartsWith("0::", StringComparison.Ordinal)) unified = path;
            else if (other is null && ContainerOf(path) is not null) other = path;
        }

        return ContainerOf(unified) is null && other is not null ? other : unified;
    }

    private static string Name(ReadOnlySpan<byte> comm)
    {
        var end = comm.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? comm : comm[..end]);
    }

    /// <summary>A process takes its name when it executes its program, after it may have used a socket.</summary>
    private static bool NameIs(SocketProcess process, ReadOnlySpan<byte> comm)
    {
        var end = comm.IndexOf((byte)0);
        Span<byte> name = stackalloc byte[64];
        return Encoding.UTF8.TryGetBytes(process.Name, name, out var length) && name[..length].SequenceEqual(end < 0 ? comm : comm[..end]);
    }

    private string? ReadGroup(uint pid, ulong id)
    {
        try
        {
            var group = GroupOf(File.ReadLines($"{procRoot}/{pid}/cgroup"));
            // In the root of the unified hierarchy are all processes of hosts with the old one.
            if (group is not null && id > 1) _groups[id] = group;
            return group;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (id > 1 && _groups.TryGetValue(id, out var group)) return group;
            Missed++;
            return null;
        }
    }
}
