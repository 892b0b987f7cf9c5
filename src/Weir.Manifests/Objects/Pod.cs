namespace Weir.Manifests.Objects;

/// <summary>How a container of a pod runs.</summary>
public enum ContainerRole : byte
{
    Main,
    Init,
    /// <summary>An init container that goes on running (<c>restartPolicy: Always</c>).</summary>
    Sidecar,
    Ephemeral,
}

/// <summary>A pod, or the template of the pods of a workload.</summary>
public sealed class Pod
{
    private static readonly (string Key, ContainerRole Role)[] s_lists =
        [("containers", ContainerRole.Main), ("initContainers", ContainerRole.Init), ("ephemeralContainers", ContainerRole.Ephemeral)];

    /// <summary>They have pods, also where the list of containers is missing.</summary>
    private static readonly HashSet<string> s_kinds =
    [
        "Pod", "PodTemplate", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "DeploymentConfig", "Rollout",
    ];

    private Pod(KubernetesObject owner, Field template)
    {
        (Owner, Template) = (owner, template);
        Spec = template["spec"];
        Labels = template["metadata"]["labels"];
        Containers =
        [
            .. from list in s_lists
               from field in Spec[list.Key].Items
               where field.IsMap
               select new Container(this, field, list.Role == ContainerRole.Init && field["restartPolicy"].Text == "Always" ? ContainerRole.Sidecar : list.Role),
        ];
    }

    /// <summary>The object that it stands in.</summary>
    public KubernetesObject Owner { get; }

    /// <summary>What has its metadata and spec.</summary>
    public Field Template { get; }

    public Field Spec { get; }

    public Field Labels { get; }

    public string Home => Owner.Home;

    public IReadOnlyList<Container> Containers { get; }

    public Field Annotations => Template["metadata"]["annotations"];

    public bool IsWindows => Spec["os"]["name"].Text == "windows" || Spec["nodeSelector"]["kubernetes.io/os"].Text == "windows";

    /// <summary>Ends by itself.</summary>
    public bool IsJob => Owner.Kind is "Job" or "CronJob" || (Owner.Kind == "Pod" && Spec["restartPolicy"].Text is "Never" or "OnFailure");

    public string ServiceAccount => ((string?[])[Spec["serviceAccountName"].Text, Spec["serviceAccount"].Text]).FirstOrDefault(static name => !string.IsNullOrEmpty(name)) ?? "default";

    /// <summary>Null for objects that run no pods. Kinds of others count when they have a pod template where workloads have it.</summary>
    internal static Pod? Of(KubernetesObject one)
    {
        var template = one.Kind switch
        {
            "Pod" => one.Root,
            "CronJob" => one.Spec["jobTemplate"]["spec"]["template"],
            "PodTemplate" => one.Root["template"],
            _ => one.Spec["template"],
        };
        return s_kinds.Contains(one.Kind) ? template.IsMap ? new Pod(one, template) : null
            : template["spec"]["containers"].IsList ? new Pod(one, template) : null;
    }
}

/// <summary>A container of a pod, of any role.</summary>
public sealed class Container
{
    internal Container(Pod pod, Field field, ContainerRole role) => (Pod, Field, Role) = (pod, field, role);

    public Pod Pod { get; }

    public Field Field { get; }

    public ContainerRole Role { get; }

    public string Name => Field["name"].Text ?? "";

    public string Image => Field["image"].Text ?? "";

    public Field Security => Field["securityContext"];

    /// <summary>Has resources of its own and counts for the scheduler.</summary>
    public bool HasResources => Role != ContainerRole.Ephemeral;

    /// <summary>Goes on until it is stopped, so probes make sense.</summary>
    public bool IsLongRunning => Role is ContainerRole.Main or ContainerRole.Sidecar && !Pod.IsJob;

    /// <summary>The container's own security setting, else the pod's; when there is neither, the place of the container's.</summary>
    public Field Effective(string key)
    {
        var own = Security[key];
        if (own.Exists) return own;
        var pods = Pod.Spec["securityContext"][key];
        return pods.Exists ? pods : own;
    }

    /// <summary><c>resources.requests.cpu</c> of the container, else the pod's own budget (pod-level resources).</summary>
    public Field Resource(string list, string name)
    {
        var own = Field["resources"][list][name];
        if (own.Exists) return own;
        var pods = Pod.Spec["resources"][list][name];
        return pods.Exists ? pods : own;
    }
}
