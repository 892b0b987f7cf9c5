using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>What keeps a container away from its node and from its neighbours.</summary>
internal static class IsolationChecks
{
    private const string AppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

    /// <summary>Each of them leads to root on the node.</summary>
    private static readonly HashSet<string> s_dangerous = new(StringComparer.OrdinalIgnoreCase)
    {
        "ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF", "SYS_BOOT", "SYS_TIME",
    };

    private static readonly string[] s_unsafeSysctls = ["kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net."];

    /// <summary>Pod Security Standards, baseline, "Sysctls".</summary>
    private static readonly HashSet<string> s_safeSysctls =
    [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ];

    /// <summary>Pod Security Standards, baseline, "SELinux".</summary>
    private static readonly string[] s_seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

    public static readonly CheckFamily Family = new("SEC", "Privilege and isolation",
    [
        new("SEC-001", "privileged-container", Critical, "KL:privileged-container KS:container-security-context-privileged PO:runAsPrivileged RA S4 PSS",
            Every.Container(c => c.Security["privileged"] is { IsTrue: true } it ? it.Says("runs privileged") : null))
        {
            Title = "Container runs privileged",
            Remedy = "A privileged container is root on the node. Remove privileged and add the single capabilities that are needed.",
        },
        new("SEC-002", "privilege-escalation", High, "KL:privilege-escalation-container PO:privilegeEscalationAllowed RA S4 PSS",
            Every.LinuxContainer(c => c.Security["allowPrivilegeEscalation"] switch
            {
                { IsTrue: true } it => it.Says("allows privilege escalation"),
                { IsFalse: true } => null,
                var it => it.Says("does not forbid privilege escalation", Medium),
            }))
        {
            Title = "Privilege escalation is not forbidden",
            Remedy = "Setuid programs can gain rights that the container was not given. Set securityContext.allowPrivilegeEscalation: false.",
        },
        new("SEC-003", "run-as-root", High, "KL:run-as-non-root PO:runAsRootAllowed S4 PSS",
            Every.Container(c => (User: c.Effective("runAsUser"), NonRoot: c.Effective("runAsNonRoot")) switch
            {
                { User: { Integer: 0 } user } => user.Says("runs as user 0"),
                { User.Integer: > 0 } or { NonRoot.IsTrue: true } => null,
                var (_, nonRoot) => nonRoot.Says("may run as root: neither runAsNonRoot nor a user is set"),
            }))
        {
            Title = "Container may run as root",
            Remedy = "Root in the container is one kernel flaw away from root on the node. Set runAsNonRoot: true, or runAsUser to a user above 0.",
        },
        new("SEC-004", "root-group", Low, "KL:run-as-non-root W",
            Every.PodAndContainer(s => ((Field[])[s["runAsGroup"], s["fsGroup"]]).Where(it => it.Integer == 0).Select(it => it.Says($"{it.Key} is 0"))))
        {
            Title = "Root's group is set",
            Remedy = "Group 0 may read and write more than the application needs. Set runAsGroup and fsGroup to a group of its own.",
        },
        new("SEC-005", "low-uid-gid", Low, "KS:container-security-context-user-group-id",
            Every.PodAndContainer(s => ((Field[])[s["runAsUser"], s["runAsGroup"]]).Where(it => it.Integer is < 10_000)
                .Select(it => it.Says($"{it.Key} {it.Text} may be that of a user of the node"))))
        {
            ByDefault = false,
            Title = "User or group below 10000",
            Remedy = "Users of the node have low numbers; after an escape the container's user is one of them. Use a number from 10000.",
        },
        new("SEC-006", "missing-security-context", Medium, "RA S4 KS:container-security-context",
            Every.Container(c => c.Security.Exists || c.Pod.Spec["securityContext"].Members.Any() ? null : c.Security.Says("has no securityContext, nor has its pod")))
        {
            Title = "No security context",
            Remedy = "Everything is at its permissive default. Add a securityContext to the pod or the container.",
        },
        new("SEC-007", "writable-root-fs", Medium, "KL:no-read-only-root-fs KS:container-security-context-readonlyrootfilesystem PO:notReadOnlyRootFilesystem",
            Every.LinuxContainer(c => c.Security["readOnlyRootFilesystem"] is { IsTrue: false } it ? it.Says("can write to its root file system") : null))
        {
            Title = "Root file system is writable",
            Remedy = "An attacker can replace programs and leave tools behind. Set readOnlyRootFilesystem: true and mount an emptyDir where the application writes.",
        },
        new("SEC-008", "host-network", High, "KL:host-network PO:hostNetworkSet RA PSS", Every.Pod(p => IsTrue(p.Spec["hostNetwork"], "shares the node's network")))
        {
            Title = "Pod shares the node's network",
            Remedy = "It sees the node's traffic, reaches what listens on localhost and is not bound by network policies. Remove hostNetwork.",
        },
        new("SEC-009", "host-pid", High, "KL:host-pid PO:hostPIDSet RA PSS", Every.Pod(p => IsTrue(p.Spec["hostPID"], "sees the node's processes")))
        {
            Title = "Pod sees the node's processes",
            Remedy = "It can read environment and memory of other containers' processes. Remove hostPID.",
        },
        new("SEC-010", "host-ipc", High, "KL:host-ipc PO:hostIPCSet RA PSS", Every.Pod(p => IsTrue(p.Spec["hostIPC"], "shares the node's IPC")))
        {
            Title = "Pod shares the node's IPC",
            Remedy = "Shared memory of the node's processes is open to it. Remove hostIPC.",
        },
        new("SEC-011", "host-port", Medium, "PO:hostPortSet PSS",
            Every.Container(c => c.Field["ports"].Items.Select(port => port["hostPort"]).Where(it => it.Integer is not (null or 0)).Select(it => it.Says($"takes port {it.Text} of the node"))))
        {
            Title = "Container takes a port of the node",
            Remedy = "It bypasses Services and network policies, and no second pod fits on the node. Use a Service.",
        },
        new("SEC-012", "dangerous-capability", High, "PO:dangerousCapabilities RA SK",
            Every.LinuxContainer(c => c.Security["capabilities"]["add"].Items.FirstOrDefault(it => s_dangerous.Contains(Capability(it))) is { } it
                ? it.Says($"adds {string.Join(", ", c.Security["capabilities"]["add"].Items.Select(Capability).Where(s_dangerous.Contains))}")
                : null))
        {
            Title = "Capability that leads to the node",
            Remedy = "With it a process can take over the node. Remove it, or isolate the workload on nodes of its own.",
        },
        new("SEC-013", "caps-not-dropped", Medium, "PO:insecureCapabilities PSS",
            Every.LinuxContainer(c => Drops(c, "ALL") ? null : c.Security["capabilities"]["drop"].Says("does not drop all capabilities")))
        {
            Title = "Default capabilities are kept",
            Remedy = "The runtime gives some fourteen capabilities that most applications never use. Set capabilities.drop: [ALL] and add back what is needed.",
        },
        new("SEC-014", "net-raw-kept", Medium, "KL:drop-net-raw-capability",
            Every.LinuxContainer(c => c.Security["capabilities"]["add"].Items.FirstOrDefault(it => Capability(it) == "NET_RAW") is { } added ? added.Says("adds NET_RAW")
                : Drops(c, "ALL") || Drops(c, "NET_RAW") ? null : c.Security["capabilities"]["drop"].Says("keeps NET_RAW")))
        {
            Title = "NET_RAW is kept",
            Remedy = "Raw sockets allow to forge packets inside the cluster. Drop NET_RAW or ALL.",
        },
        new("SEC-015", "seccomp-missing", Medium, "KS:container-seccomp-profile PSS",
            Every.LinuxContainer(c => HasSeccomp(c) ? null : c.Effective("seccompProfile").Says("has no seccomp profile")))
        {
            Title = "No seccomp profile",
            Remedy = "All system calls are open, also those that flaws are found in. Set seccompProfile.type: RuntimeDefault on the pod.",
        },
        new("SEC-016", "seccomp-unconfined", High, "SK PO:linuxHardening PSS",
            Every.PodAndContainer(s => s["seccompProfile"]["type"] is { Text: "Unconfined" } it ? [it.Says("turns seccomp off")] : []))
        {
            Title = "Seccomp is turned off",
            Remedy = "Use RuntimeDefault, or a profile of its own as Localhost.",
        },
        new("SEC-017", "no-linux-hardening", Medium, "PO:linuxHardening",
            Every.LinuxContainer(c => HasSeccomp(c) || AppArmor(c) is not null || c.Effective("seLinuxOptions").Exists || c.Security["capabilities"]["drop"].Items.Any()
                ? null
                : c.Security.Says("has neither seccomp, AppArmor, SELinux nor dropped capabilities")))
        {
            Title = "No hardening of Linux at all",
            Remedy = "Begin with seccompProfile.type: RuntimeDefault and capabilities.drop: [ALL].",
        },
        new("SEC-018", "apparmor-unconfined", Medium, "PSS",
            Every.LinuxContainer(c => AppArmor(c) is { Text: "Unconfined" or "unconfined" } it ? it.Says("turns AppArmor off") : null))
        {
            Title = "AppArmor is turned off",
            Remedy = "Remove the setting: RuntimeDefault is what nodes with AppArmor use by themselves.",
        },
        new("SEC-019", "selinux-custom", Low, "PSS",
            Every.PodAndContainer(s => ((Field[])[s["seLinuxOptions"]["user"], s["seLinuxOptions"]["role"]]).Where(it => it.Text is { Length: > 0 })
                .Concat(s["seLinuxOptions"]["type"] is { Exists: true } type && !s_seLinuxTypes.Contains(type.Text) ? [type] : [])
                .Select(it => it.Says($"sets the SELinux {it.Key} {it.Text}"))))
        {
            Title = "Unusual SELinux label",
            Remedy = "Other users, roles and types may be less confined. Leave user and role out; use container_t or a type derived from it.",
        },
        new("SEC-020", "unsafe-proc-mount", Medium, "KL:unsafe-proc-mount PO:procMount PSS",
            Every.Container(c => c.Security["procMount"] is { Exists: true, Text: not "Default" } it ? it.Says($"mounts /proc {it.Text}") : null))
        {
            Title = "/proc is not masked",
            Remedy = "Parts of /proc reach into the kernel of the node. Remove procMount.",
        },
        new("SEC-021", "unsafe-sysctl", Medium, "KL:unsafe-sysctls PSS",
            Every.Pod(p => p.Spec["securityContext"]["sysctls"].Items.Select(one => one["name"]).Where(it => IsUnsafe(it.Text ?? "")).Select(it => it.Says($"sets {it.Text}"))))
        {
            Title = "Kernel setting that is not safe for neighbours",
            Remedy = "It can starve other pods of the node. Remove it, or allow it for nodes that run nothing else.",
        },
        new("SEC-022", "host-process", High, "PO:hostProcess PSS", Every.PodAndContainer(s => IsTrue(s["windowsOptions"]["hostProcess"], "runs as a process of the Windows node") is { } spot ? [spot] : []))
        {
            Title = "Windows HostProcess container",
            Remedy = "It runs on the node itself, without isolation. Use it for agents of the node only.",
        },
        new("SEC-023", "share-process-ns", Low, "W", Every.Pod(p => IsTrue(p.Spec["shareProcessNamespace"], "lets its containers see each other's processes")))
        {
            Title = "Containers see each other's processes",
            Remedy = "Each container can signal the others and read their environment. Remove shareProcessNamespace unless a sidecar needs it.",
        },
        new("SEC-024", "host-aliases", Low, "SK", Every.Pod(p => p.Spec["hostAliases"] is { } it && it.Items.Any() ? it.Says("overrides names in /etc/hosts") : null))
        {
            Title = "Names are overridden in /etc/hosts",
            Remedy = "Addresses that are written down go stale and send traffic astray. Use DNS or a Service.",
        },
        new("SEC-025", "host-users", Info, "W",
            Every.Pod(p => !p.Spec["hostUsers"].IsFalse && p.Containers.Any(c => c.Effective("runAsUser").Integer == 0) ? p.Spec["hostUsers"].Says("runs as root without a user namespace") : null))
        {
            ByDefault = false,
            Title = "Root without a user namespace",
            Remedy = "Where root is needed, hostUsers: false makes it a nobody outside the pod (Kubernetes 1.33 and later).",
        },
    ]);

    private static Spot? IsTrue(Field field, string message) => field.IsTrue ? field.Says(message) : null;

    private static string Capability(Field field)
    {
        var name = (field.Text ?? "").ToUpperInvariant();
        return name.StartsWith("CAP_", StringComparison.Ordinal) ? name[4..] : name;
    }

    private static bool Drops(Container container, string name) => container.Security["capabilities"]["drop"].Items.Any(one => Capability(one) == name);

    private static bool HasSeccomp(Container container) =>
        container.Effective("seccompProfile").Exists || container.Pod.Annotations["seccomp.security.alpha.kubernetes.io/pod"].Exists;

    /// <summary>The profile that counts, or nothing.</summary>
    private static Field? AppArmor(Container container) =>
        ((Field[])[container.Effective("appArmorProfile")["type"], container.Pod.Annotations[AppArmorAnnotation + container.Name]]).FirstOrDefault(static field => field.Exists);

    private static bool IsUnsafe(string sysctl)
    {
        var name = sysctl.Replace('/', '.');
        return !s_safeSysctls.Contains(name) && s_unsafeSysctls.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));
    }
}
