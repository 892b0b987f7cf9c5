using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>
/// The programs on sockets, loaded and attached, with the maps that other programs share: ring, counters, control, connections. Disposing
/// detaches everything; the kernel does the same when the process ends in whatever way.
/// </summary>
public sealed class KernelPlane : IDisposable
{
    private readonly List<BpfLink> _links = [];
    private readonly List<string> _missing = [];
    private readonly long[] _perCpu = [];

    /// <exception cref="BpfException">Something that the plane needs is missing; the message says what to do.</exception>
    public KernelPlane(EbpfOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Programs = options.Programs ?? Choose();
        Sockets = BpfObjects.Open("sockets");
        try
        {
            var tracepoints = BpfLibrary.FindTracepoints("tcp_sendmsg_locked");
            var wanted = Sockets.Programs.Where(program => Wants(program.Section, tracepoints)).ToList();
            foreach (var program in Sockets.Programs) program.SetLoaded(wanted.Contains(program));
            Sockets.Map("events").SetMaxEntries((uint)options.RingBytes);
            WriteConfig(options);
            Sockets.Load();
            _perCpu = new long[BpfLibrary.PossibleCpus];
            Control = new ProgramControl
            {
                Level = CaptureLevel.Bodies,
                CallBytes = (uint)options.CallBytes,
                HeaderBytes = (uint)options.HeaderBytes,
                BudgetBytes = (uint)options.BudgetBytes,
            };
            Ring = new BpfRingBuffer(Sockets.Map("events"));
            AttachAll(wanted);
            if (Programs == ProgramSet.SystemCalls && _missing.Count > wanted.Count / 2)
                throw new BpfException("eBPF", 0, $"the tracepoints of system calls are not there: {_missing[0]}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The set that was loaded.</summary>
    public ProgramSet Programs { get; }

    /// <summary>Places where a program could not be attached, each with the reason.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>The loaded object. Others take its maps by <see cref="BpfMap.Share"/> before they are loaded.</summary>
    public BpfObject Sockets { get; }

    public BpfRingBuffer Ring { get; } = null!;

    /// <summary>What the programs may do from now on.</summary>
    public ProgramControl Control
    {
        get;
        set
        {
            field = value;
            Sockets.Map("control").Write(0u, value);
        }
    }

    /// <summary>The best set that this kernel has.</summary>
    /// <exception cref="BpfException">libbpf or the kernel's types are missing.</exception>
    public static ProgramSet Choose()
    {
        if (!BpfLibrary.HasKernelTypes)
            throw new BpfException("eBPF", 0, "the kernel does not tell its types: /sys/kernel/btf/vmlinux is missing (CONFIG_DEBUG_INFO_BTF)");
        var found = BpfLibrary.FindTracepoints("sock_send_length", "sock_recv_length");
        return found.Count == 2 ? ProgramSet.SocketLengths : ProgramSet.SystemCalls;
    }

    /// <summary>A counter of the programs, all CPUs together.</summary>
    public long Read(BpfCounter counter)
    {
        lock (_perCpu) return Sockets.Map("counters").Sum((uint)counter, _perCpu);
    }

    public void Dispose()
    {
        foreach (var link in _links) link.Dispose();
        Ring?.Dispose();
        Sockets.Dispose();
    }

    /// <summary>Whether a program belongs to the set and its place exists in this kernel.</summary>
    private bool Wants(string section, IReadOnlySet<string> tracepoints)
    {
        var place = section.TrimStart('?');
        var bySockets = Programs == ProgramSet.SocketLengths;
        return place switch
        {
            "tp_btf/sock_send_length" or "tp_btf/sock_recv_length" => bySockets,
            "tp_btf/tcp_sendmsg_locked" => bySockets && tracepoints.Contains("tcp_sendmsg_locked"),
            _ when place.StartsWith("tracepoint/syscalls/sys_enter_", StringComparison.Ordinal) => bySockets,
            _ when place.StartsWith("tracepoint/syscalls/sys_exit_", StringComparison.Ordinal) => !bySockets,
            _ => true,
        };
    }

    private void AttachAll(List<BpfProgram> programs)
    {
        var ofTracefs = programs.FindAll(program => program.Section.Contains("/syscalls/", StringComparison.Ordinal));
        foreach (var program in programs.Except(ofTracefs)) _links.Add(program.Attach());
        try
        {
            TraceFileSystem.Run(() => ofTracefs.ForEach(Attach));
        }
        catch (LinuxException error) when (Programs == ProgramSet.SocketLengths)
        {
            // Only sendmmsg and recvmmsg need it there, and they are told without bytes then.
            _missing.Add(error.Message);
        }
    }

    /// <summary>A system call that this kernel does not have is no loss; without any there is no plane.</summary>
    private void Attach(BpfProgram program)
    {
        try
        {
            _links.Add(program.Attach());
        }
        catch (BpfException error)
        {
            _missing.Add(error.Message);
        }
    }

    private void WriteConfig(EbpfOptions options)
    {
        if (options.Ports.Count > EbpfOptions.MaxPortRanges || options.LeftOutPorts.Count > EbpfOptions.MaxPortRanges)
            throw new BpfException("eBPF", 0, $"at most {EbpfOptions.MaxPortRanges} ports or ranges can be told to the kernel programs");
        ref var config = ref Sockets.Configuration<ProgramConfig>();
        config.StackBytes = StackBytes();
        config.Own[0] = (uint)Environment.ProcessId;
        config.Calls = SystemCalls.OfThisHost();
        config.AskedCount = (uint)Copy(options.Ports, ref config.Asked);
        config.OnlyAsked = config.AskedCount > 0 ? 1u : 0;
        config.LeftOutCount = (uint)Copy(options.LeftOutPorts, ref config.LeftOut);
    }

    /// <summary>
    /// Before Linux 5.15 no helper tells where a thread's registers are. On x86-64 they end at the top of its kernel stack, which is
    /// 16 KiB (arch/x86/include/asm/page_64_types.h) unless the kernel is built with KASAN; they take 168 bytes.
    /// </summary>
    private static uint StackBytes()
    {
        if (Environment.OSVersion.Version >= new Version(5, 15)) return 0;
        return RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? (16u << 10) - 168
            : throw new BpfException("eBPF", 0, "needs Linux 5.15 on this architecture");
    }

    private static int Copy(IReadOnlyList<PortRange> from, ref ProgramConfig.PortRanges to)
    {
        for (var i = 0; i < from.Count; i++) to[i] = new ProgramConfig.PortSpan((ushort)from[i].First, (ushort)from[i].Last);
        return from.Count;
    }
}
