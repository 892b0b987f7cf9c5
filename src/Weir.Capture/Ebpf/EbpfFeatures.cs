using Weir.Linux;
using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>One thing that the kernel plane wants of a host.</summary>
/// <param name="Id">For scripts: lower case, words joined by hyphens; each differs.</param>
/// <param name="Name">What it is.</param>
/// <param name="IsThere">Found by trying.</param>
/// <param name="Detail">Of a yes what was found; of a no the reason and what to do.</param>
public sealed record EbpfFeature(string Id, string Name, bool IsThere, string Detail);

/// <summary>What of the kernel plane works here, found by trying each part.</summary>
public static class EbpfFeatures
{
    /// <summary>The feature that is the plane itself.</summary>
    public const string CaptureId = "ebpf";

    private const string TrafficId = "ebpf-traffic";

    private const string Loaded = "loaded and attached";

    private static readonly EbpfOptions Trial = new() { RingBytes = 256 << 10 };

    /// <summary>In the order in which one needs the other; what can't be tried because an earlier one is missing is left out.</summary>
    public static IReadOnlyList<EbpfFeature> Probe()
    {
        var features = new List<EbpfFeature>();
        Add(features, "ebpf-programs", "kernel programs in this build", BpfObjects.IsCompiled("sockets"), "compiled", "this build was made without clang and the headers of libbpf: apt-get install clang llvm libbpf-dev make, and build again");
        Add(features, "libbpf", "libbpf", BpfLibrary.IsAvailable, BpfLibrary.IsAvailable ? BpfLibrary.Version : "", "apt-get install libbpf1");
        if (features.TrueForAll(feature => feature.IsThere)) Try(features, TrafficId, "bytes of all traffic counted in the kernel", Traffic, "; captured frames are counted instead");
        Add(features, "ebpf-types", "types of the kernel (BTF)", BpfLibrary.HasKernelTypes, "/sys/kernel/btf/vmlinux", "/sys/kernel/btf/vmlinux is missing: a kernel with CONFIG_DEBUG_INFO_BTF, 5.10 or newer");
        if (features.Exists(feature => !feature.IsThere && feature.Id != TrafficId)) return features;
        var found = BpfLibrary.FindTracepoints("sock_send_length", "sock_recv_length", "tcp_sendmsg_locked", "inet_sock_set_state");
        Add(features, "ebpf-socket-lengths", "sends and receives told by sockets", found.Contains("sock_send_length"), "sock_send_length, sock_recv_length", "needs Linux 6.3; without it the exits of system calls are watched, which costs more");
        Add(features, "ebpf-connections", "beginning and end of connections", found.Contains("inet_sock_set_state"), "inet_sock_set_state", "needs Linux 4.16 with tracepoints");
        Add(features, "ebpf-io-uring", "bytes that io_uring sends", found.Contains("tcp_sendmsg_locked"), "tcp_sendmsg_locked", "needs Linux 6.15; without it only their length is known, and counted");
        Try(features, CaptureId, "capture at sockets (--source ebpf)", static () => Sockets(KernelPlane.Choose()));
        Try(features, "ebpf-system-calls", "capture by system calls, for older kernels", static () => Sockets(ProgramSet.SystemCalls));
        Try(features, "ebpf-tls", "TLS in the clear", Tls);
        Add(features, "ebpf-cgroups", "containers by control group", File.Exists("/sys/fs/cgroup/cgroup.controllers"), "cgroup v2",
            "this host has cgroup v1: the container is read from /proc/PID/cgroup, and a process that ends within milliseconds has none");
        return features;
    }

    private static (bool, string) Sockets(ProgramSet programs)
    {
        using var plane = new KernelPlane(Trial with { Programs = programs });
        return (true, plane.Missing.Count == 0 ? Loaded : $"{Loaded}, but for {string.Join("; ", plane.Missing)}");
    }

    private static (bool, string) Traffic()
    {
        using var traffic = new KernelTraffic(new KernelTrafficOptions());
        return (true, Loaded);
    }

    /// <summary>Looks at all processes once, as a capture does at its start.</summary>
    private static (bool, string) Tls()
    {
        using var source = new EbpfCaptureSource(Trial);
        if (source.Tls is not { } tls) return (false, string.Join("; ", source.Warnings));
        tls.WaitUntilAttached(TimeSpan.FromSeconds(30));
        var reasons = tls.Files.Select(file => file.Failure).OfType<string>().Append(tls.Failure).OfType<string>().Distinct().ToList();
        if (reasons.Count > 0) return (false, string.Join("; ", reasons));
        var files = tls.Files.Select(file => Path.GetFileName(file.Path)).Distinct().Order(StringComparer.Ordinal).ToList();
        return (true, files.Count == 0 ? "no library is in use yet" : string.Join(", ", files));
    }

    /// <param name="features">Gets one more.</param>
    /// <param name="id">Of it.</param>
    /// <param name="name">Of it.</param>
    /// <param name="attempt">Says whether it is there, and what was found or is missing; what it throws is the reason of a no.</param>
    /// <param name="otherwise">What follows from a no, after the reason.</param>
    private static void Try(List<EbpfFeature> features, string id, string name, Func<(bool IsThere, string Detail)> attempt, string otherwise = "")
    {
        try
        {
            var (isThere, detail) = attempt();
            features.Add(new EbpfFeature(id, name, isThere, detail));
        }
        catch (Exception error) when (error is BpfException or LinuxException)
        {
            features.Add(new EbpfFeature(id, name, false, error.Message + otherwise));
        }
    }

    private static void Add(List<EbpfFeature> features, string id, string name, bool isThere, string found, string missing) =>
        features.Add(new EbpfFeature(id, name, isThere, isThere ? found : missing));
}
