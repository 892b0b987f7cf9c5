using Weir.Manifests.Objects;
using static Weir.Manifests.Severity;

namespace Weir.Manifests.Checks;

/// <summary>What is mounted, and how much of the node with it.</summary>
internal static class VolumeChecks
{
    private const long DaySeconds = 86_400;

    private static readonly string[] s_sockets = ["docker.sock", "containerd.sock", "crio.sock", "podman.sock"];

    private static readonly string[] s_sensitive =
        ["/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var/run", "/run", "/var/lib/kubelet", "/root"];

    public static readonly CheckFamily Family = new("VOL", "Volumes",
    [
        new("VOL-001", "docker-socket", Critical, "KL:docker-sock RA SK",
            HostPath(it => IsSocket(it) ? it.Says($"mounts the container runtime's socket {it.Text}") : null))
        {
            Title = "Socket of the container runtime is mounted",
            Remedy = "Whoever reaches it starts any container on the node. Use the Kubernetes API, or a build tool that needs no daemon.",
        },
        new("VOL-002", "sensitive-host-path", High, "KL:sensitive-host-mounts",
            HostPath(it => IsSensitive(it) && !IsSocket(it) ? it.Says($"mounts {it.Text} of the node") : null))
        {
            Title = "System folder of the node is mounted",
            Remedy = "Its content allows to take over the node. Mount a folder of the application's own, or none.",
        },
        new("VOL-003", "host-path", Medium, "PO:hostPathSet S4 PSS", HostPath(it => it.Says($"mounts {it.Text} of the node")))
        {
            Title = "Folder of the node is mounted",
            Remedy = "Data depends on where the pod runs, and pods can reach each other's. Use a PersistentVolumeClaim, a ConfigMap or an emptyDir.",
        },
        new("VOL-004", "writable-host-path", High, "KL:writable-host-mount",
            Every.Container(c => from mount in c.Field["volumeMounts"].Items
                                 where !mount["readOnly"].IsTrue
                                 let volume = c.Pod.Spec["volumes"].Items.FirstOrDefault(one => one["name"].Text == mount["name"].Text)
                                 where volume is not null && volume["hostPath"].Exists
                                 select mount["readOnly"].Says($"can write to {volume["hostPath"]["path"].Text} of the node")))
        {
            Title = "Folder of the node is writable",
            Remedy = "What is written there is read by others on the node, perhaps with more rights. Set readOnly: true on the mount.",
        },
        new("VOL-005", "empty-dir-unbounded", Low, "W",
            Every.Pod(p => p.Spec["volumes"].Items.Where(one => one["emptyDir"].Node is not null && !one["emptyDir"]["sizeLimit"].Exists)
                .Select(one => one["emptyDir"].Says($"the volume {one["name"].Text} may fill the node"))))
        {
            Title = "emptyDir without a size limit",
            Remedy = "One pod can fill the node's disk (or memory) and have its neighbours evicted. Set sizeLimit.",
        },
        new("VOL-006", "subpath-expr-env", Info, "W",
            Every.Container(c => c.Field["volumeMounts"].Items.Select(mount => mount["subPathExpr"]).Where(it => it.Exists).Select(it => it.Says($"the mounted path depends on {it.Text}"))))
        {
            ByDefault = false,
            Title = "Mounted path depends on a variable",
            Remedy = "Whoever sets the variable chooses the folder. See that it comes from the downward API and not from a user.",
        },
        new("VOL-007", "projected-sa-token-long", Low, "W",
            Every.Pod(p => from volume in p.Spec["volumes"].Items
                           from source in volume["projected"]["sources"].Items
                           let it = source["serviceAccountToken"]["expirationSeconds"]
                           where it.Integer > DaySeconds
                           select it.Says($"the token is valid for {it.Integer / 3600} hours")))
        {
            Title = "Service account token that lives for long",
            Remedy = "A stolen token works until it ends. Leave expirationSeconds at an hour: the kubelet renews it.",
        },
    ]);

    /// <summary>Host paths of pods and of persistent volumes.</summary>
    private static Func<Bundle, IEnumerable<Hit>> HostPath(Func<Field, Spot?> look)
    {
        var ofPods = Every.Pod(p => p.Spec["volumes"].Items.Select(one => one["hostPath"]["path"]).Where(it => it.Exists).Select(look).OfType<Spot>());
        var ofVolumes = Every.Object("PersistentVolume", one => one.Spec["hostPath"]["path"] is { Exists: true } it ? look(it) : null);
        return bundle => ofPods(bundle).Concat(ofVolumes(bundle));
    }

    private static bool IsSocket(Field path) => s_sockets.Any(socket => Normal(path.Text).EndsWith("/" + socket, StringComparison.Ordinal));

    private static bool IsSensitive(Field path)
    {
        var normal = Normal(path.Text);
        return normal == "/" || s_sensitive.Any(folder => normal == folder || normal.StartsWith(folder + "/", StringComparison.Ordinal));
    }

    /// <summary>Without doubled or trailing slashes and steps back, as the kubelet opens it.</summary>
    private static string Normal(string? path)
    {
        var parts = new List<string>();
        foreach (var part in (path ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }

        return "/" + string.Join('/', parts);
    }
}
