using static Weir.Linux.Errno;

namespace Weir.Linux;

/// <summary>What to do about an error, by operation and errno. One row a case that has been met in the field.</summary>
internal static class ErrnoHints
{
    private const string NetRaw =
        "needs CAP_NET_RAW: run as root, or `setcap cap_net_raw+ep` the binary, or add NET_RAW to the container's capabilities";

    public static string For(string operation, int errno) => (operation, errno) switch
    {
        ("socket(AF_PACKET)", EPERM or EACCES) => NetRaw,
        ("socket(AF_PACKET)", EAFNOSUPPORT) => "the kernel lacks packet sockets: `modprobe af_packet` (CONFIG_PACKET)",
        ("setsockopt(PACKET_IGNORE_OUTGOING)", ENOPROTOOPT) => "needs Linux 4.20 or newer",
        ("setsockopt(PACKET_VERSION)", EINVAL or ENOPROTOOPT) => "needs Linux 3.2 or newer (TPACKET_V3)",
        ("setsockopt(PACKET_RX_RING)", ENOMEM) =>
            "no memory for the capture ring: choose a smaller ring or raise the container's memory limit",
        ("setsockopt(PACKET_RX_RING)", EINVAL) => "ring blocks must be a power of two, at least one page",
        ("mmap(PACKET_RX_RING)", ENOMEM or EAGAIN) =>
            "no address space or locked memory for the ring: choose a smaller ring or raise `ulimit -l`",
        ("setsockopt(SO_ATTACH_FILTER)", ENOMEM) =>
            "the filter is larger than the sysctl net.core.optmem_max allows: raise it or name fewer ports",
        ("setsockopt(SO_ATTACH_FILTER)", EINVAL) =>
            "the kernel refused the filter: at most 4096 instructions (BPF_MAXINSNS); name fewer ports",
        ("setsockopt(PACKET_FANOUT)", EINVAL or EALREADY) =>
            "another program holds this fanout group with other settings: choose another group number",
        ("setsockopt(PACKET_ADD_MEMBERSHIP)", EPERM) => "promiscuous mode " + NetRaw,
        ("bind(AF_PACKET)", ENODEV or ENXIO) => "the interface is gone",
        ("bind(AF_PACKET)", ENETDOWN) => "the interface is down: `ip link set dev … up`",
        ("setns(CLONE_NEWNET)", EPERM) =>
            "needs CAP_SYS_ADMIN: add SYS_ADMIN to the container's capabilities, or capture from the host's own namespace",
        ("open(network namespace)", ENOENT) => "the network namespace or its process is gone",
        ("open(network namespace)", EACCES or EPERM) => "needs CAP_SYS_PTRACE to look into another process's namespaces",
        ("bind(UDP)", EADDRINUSE) =>
            "another program, or a VXLAN device of this host (`ip -d link show type vxlan`), has the port: name another one, or "
            + "capture on the interface, where VXLAN is looked into as well",
        ("bind(UDP)", EADDRNOTAVAIL) => "this host does not have the address: `ip address` lists those it has",
        ("bind(UDP)", EACCES) =>
            "needs CAP_NET_BIND_SERVICE for ports below 1024: run as root, or choose a port from 1024 on",
        ("setsockopt(SO_BINDTODEVICE)", ENODEV) => "there is no such interface: `ip link` lists those that are",
        ("setsockopt(SO_BINDTODEVICE)", EPERM) => "before Linux 5.7 choosing an interface " + NetRaw,
        ("unshare(CLONE_NEWNS)" or "mount(tracefs)" or "mount(MS_PRIVATE)", EPERM or EACCES) =>
            "tracefs is not mounted: `mount -t tracefs tracefs /sys/kernel/tracing` on the host and into the container, or add SYS_ADMIN",
        ("bpf_object__load", EPERM or EACCES) =>
            "needs CAP_BPF and CAP_PERFMON (before Linux 5.8 CAP_SYS_ADMIN): run as root or add them to the container's capabilities",
        (_, EMFILE) => "out of file descriptors: raise `ulimit -n` or capture on fewer interfaces",
        (_, ENFILE) => "the system is out of file descriptors: raise the sysctl fs.file-max",
        _ => "",
    };
}
