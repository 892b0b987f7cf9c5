using Weir.Linux.Native;

namespace Weir.Linux.Bpf;

/// <summary>The libbpf of this host and what its kernel offers. libbpf is optional: without it there is no kernel plane.</summary>
public static unsafe class BpfLibrary
{
    /// <summary>BTF_KIND_TYPEDEF of linux/btf.h.</summary>
    private const uint TypedefKind = 8;

    public static bool IsAvailable => OperatingSystem.IsLinux() && NativeLibraries.IsAvailable("libbpf");

    /// <summary>For example "v1.1".</summary>
    public static string Version
    {
        get
        {
            Require();
            return Libpcap.Text(Libbpf.libbpf_version_string());
        }
    }

    /// <summary>CPUs that could ever be there: per-cpu maps have a value for each.</summary>
    public static int PossibleCpus
    {
        get
        {
            Require();
            return Libbpf.libbpf_num_possible_cpus();
        }
    }

    /// <summary>The kernel tells its types (CONFIG_DEBUG_INFO_BTF), without which no program finds its fields.</summary>
    public static bool HasKernelTypes => File.Exists("/sys/kernel/btf/vmlinux");

    /// <summary>Which of some tracepoints the kernel has, as programs of kind tp_btf see them.</summary>
    public static IReadOnlySet<string> FindTracepoints(params IEnumerable<string> names)
    {
        Require();
        var btf = Libbpf.btf__load_vmlinux_btf();
        if (btf == 0) return new HashSet<string>();
        var found = names.Where(name => Libbpf.btf__find_by_name_kind(btf, "btf_trace_" + name, TypedefKind) > 0).ToHashSet();
        Libbpf.btf__free(btf);
        return found;
    }

    /// <exception cref="BpfException">libbpf is not installed, or this is not Linux.</exception>
    internal static void Require()
    {
        if (!OperatingSystem.IsLinux()) throw new BpfException("eBPF", 0, "needs Linux");
        if (!IsAvailable)
            throw new BpfException("libbpf", 0, "is not installed (Debian, Ubuntu: `apt-get install libbpf1`; Alpine: `apk add libbpf`; Fedora: `dnf install libbpf`)");
        LibbpfLog.Install();
    }
}
