namespace Weir.Kubernetes.TestServer;

/// <summary>A kind that the server serves.</summary>
public sealed record ApiType(string Group, string Version, string Plural, string Kind, bool Namespaced = true, params string[] ShortNames)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Prefix => Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";

    /// <summary>As messages name it.</summary>
    public string Resource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>What a cluster has of what Weir reads and changes; of an old server, as 1.20 had it.</summary>
    public static IReadOnlyList<ApiType> All(bool old) =>
    [
        new("", "v1", "pods", "Pod", true, "po"), new("", "v1", "services", "Service", true, "svc"), new("", "v1", "endpoints", "Endpoints", true, "ep"),
        new("", "v1", "nodes", "Node", false, "no"), new("", "v1", "namespaces", "Namespace", false, "ns"), new("", "v1", "configmaps", "ConfigMap", true, "cm"),
        new("apps", "v1", "replicasets", "ReplicaSet", true, "rs"), new("apps", "v1", "deployments", "Deployment", true, "deploy"),
        new("batch", "v1", "jobs", "Job"), new("networking.k8s.io", "v1", "ingresses", "Ingress", true, "ing"),
        new("", "v1", "events", "Event", true, "ev"), new("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false),
        new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false), new("gateway.networking.k8s.io", "v1", "gateways", "Gateway"),
        new("gateway.networking.k8s.io", "v1", "gatewayclasses", "GatewayClass", false), new("gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute"),
        new("gateway.networking.k8s.io", "v1", "grpcroutes", "GRPCRoute"), new("gateway.envoyproxy.io", "v1alpha1", "backendtrafficpolicies", "BackendTrafficPolicy"),
        new("gateway.nginx.org", "v1alpha1", "ratelimitpolicies", "RateLimitPolicy"), new("traefik.io", "v1alpha1", "middlewares", "Middleware"),
        new("apps", "v1", "statefulsets", "StatefulSet", true, "sts"), new("apps", "v1", "daemonsets", "DaemonSet", true, "ds"), new("batch", "v1", "cronjobs", "CronJob", true, "cj"),
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, "netpol"), new("", "v1", "serviceaccounts", "ServiceAccount", true, "sa"),
        new("", "v1", "secrets", "Secret"), new("rbac.authorization.k8s.io", "v1", "roles", "Role"), new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
        new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false), new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false),
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb"), new("cilium.io", "v1alpha1", "tracingpolicies", "TracingPolicy", false, "tgtp"),
        new("cilium.io", "v1alpha1", "tracingpoliciesnamespaced", "TracingPolicyNamespaced", true, "tgtpn"),
        new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc"), new("monitoring.coreos.com", "v1", "servicemonitors", "ServiceMonitor"),
        new("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule"),
        old ? new("discovery.k8s.io", "v1beta1", "endpointslices", "EndpointSlice") : new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
    ];
}

/// <summary>A failure in the server's words (meta/v1 Status).</summary>
public sealed class ApiException(int code, string reason, string message) : Exception(message)
{
    public int Code => code;

    public string Reason => reason;

    public System.Text.Json.Nodes.JsonObject? Details { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public System.Text.Json.Nodes.JsonObject ToStatus()
    {
        var status = new System.Text.Json.Nodes.JsonObject
        {
            ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new System.Text.Json.Nodes.JsonObject(), ["status"] = "Failure",
            ["message"] = Message, ["reason"] = reason, ["code"] = code,
        };
        var details = (System.Text.Json.Nodes.JsonObject?)Details?.DeepClone();
        if (RetryAfterSeconds is { } seconds) (details ??= [])["retryAfterSeconds"] = seconds;
        if (details is not null) status["details"] = details;
        return status;
    }

    public static ApiException NotFound(ApiType type, string name) => new(404, "NotFound", $"{type.Resource} \"{name}\" not found")
    {
        Details = new System.Text.Json.Nodes.JsonObject { ["name"] = name, ["group"] = type.Group, ["kind"] = type.Plural },
    };

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Expired(string message) => new(410, "Expired", message);
}
