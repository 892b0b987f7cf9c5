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
    private readonly long[] _perCpu;

    /// <exception cref="BpfException">Something that the plane needs is missing; the message says what to do.</exception>
    public KernelPlane(EbpfOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Programs = options.Programs ?? Choose();
        Sockets = BpfObjects.Open("sockets");
        try
        {
            foreach (var program in Sockets.Programs) program.SetLoaded(Wants(program.Section));
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
            foreach (var program in Sockets.Programs)
                if (Wants(program.Section)) Attach(program);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The set that was loaded.</summary>
    public ProgramSet Programs { get; }

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

    private bool Wants(string section)
    {
        var ofSet = section.TrimStart('?');
        if (ofSet is "tp_btf/sock_send_length" or "tp_btf/sock_recv_length") return Programs == ProgramSet.SocketLengths;
        if (ofSet.StartsWith("tracepoint/syscalls/", StringComparison.Ordinal)) return Programs == ProgramSet.SystemCalls;
        return true;
    }

    private void Attach(BpfProgram program) => _links.Add(program.Attach());

    private void WriteConfig(EbpfOptions options)
    {
        if (options.Ports.Count > EbpfOptions.MaxPortRanges || options.LeftOutPorts.Count > EbpfOptions.MaxPortRanges)
            throw new BpfException("eBPF", 0, $"at most {EbpfOptions.MaxPortRanges} ports or ranges can be told to the kernel programs");
        var data = Sockets.DataMap(".rodata").InitialValue();
        ref var config = ref MemoryMarshal.AsRef<ProgramConfig>(data);
        if (config.Version != ProgramConfig.ContractVersion)
            throw new BpfException("eBPF", 0, $"the kernel programs are of contract {config.Version}, Weir is of {ProgramConfig.ContractVersion}");
        config.Own[0] = (uint)Environment.ProcessId;
        config.Calls = SystemCalls.OfThisHost();
        config.AskedCount = (uint)Copy(options.Ports, ref config.Asked);
        config.OnlyAsked = config.AskedCount > 0 ? 1u : 0;
        config.LeftOutCount = (uint)Copy(options.LeftOutPorts, ref config.LeftOut);
    }

    private static int Copy(IReadOnlyList<PortRange> from, ref ProgramConfig.PortRanges to)
    {
        for (var i = 0; i < from.Count; i++) to[i] = new ProgramConfig.PortSpan((ushort)from[i].First, (ushort)from[i].Last);
        return from.Count;
    }
}
