using Weir.Manifests.Objects;

namespace Weir.Manifests.Schema;

/// <summary>API versions that Kubernetes removed or is about to (its deprecated API migration guide).</summary>
internal static class ApiVersions
{
    private const string Every = "*";

    /// <summary>First fit counts. Kinds between blanks; removed in that minor version of Kubernetes, 0 for deprecated only.</summary>
    private static readonly (string ApiVersion, string Kinds, int RemovedIn, string Instead)[] s_gone =
    [
        ("extensions/v1beta1", "Ingress", 22, "networking.k8s.io/v1"),
        ("extensions/v1beta1", "NetworkPolicy", 16, "networking.k8s.io/v1"),
        ("extensions/v1beta1", "PodSecurityPolicy", 16, "Pod Security Admission"),
        ("extensions/v1beta1", Every, 16, "apps/v1"),
        ("apps/v1beta1", Every, 16, "apps/v1"),
        ("apps/v1beta2", Every, 16, "apps/v1"),
        ("networking.k8s.io/v1beta1", "Ingress IngressClass", 22, "networking.k8s.io/v1"),
        ("batch/v1beta1", "CronJob", 25, "batch/v1"),
        ("batch/v2alpha1", "CronJob", 21, "batch/v1"),
        ("policy/v1beta1", "PodDisruptionBudget", 25, "policy/v1"),
        ("policy/v1beta1", "PodSecurityPolicy", 25, "Pod Security Admission"),
        ("autoscaling/v2beta1", Every, 25, "autoscaling/v2"),
        ("autoscaling/v2beta2", Every, 26, "autoscaling/v2"),
        ("rbac.authorization.k8s.io/v1alpha1", Every, 22, "rbac.authorization.k8s.io/v1"),
        ("rbac.authorization.k8s.io/v1beta1", Every, 22, "rbac.authorization.k8s.io/v1"),
        ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration MutatingWebhookConfiguration", 22, "admissionregistration.k8s.io/v1"),
        ("apiextensions.k8s.io/v1beta1", Every, 22, "apiextensions.k8s.io/v1"),
        ("apiregistration.k8s.io/v1beta1", Every, 22, "apiregistration.k8s.io/v1"),
        ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 22, "certificates.k8s.io/v1"),
        ("coordination.k8s.io/v1beta1", "Lease", 22, "coordination.k8s.io/v1"),
        ("scheduling.k8s.io/v1alpha1", "PriorityClass", 17, "scheduling.k8s.io/v1"),
        ("scheduling.k8s.io/v1beta1", "PriorityClass", 22, "scheduling.k8s.io/v1"),
        ("storage.k8s.io/v1beta1", "CSIStorageCapacity", 27, "storage.k8s.io/v1"),
        ("storage.k8s.io/v1beta1", "CSIDriver CSINode StorageClass VolumeAttachment", 22, "storage.k8s.io/v1"),
        ("authentication.k8s.io/v1beta1", "TokenReview", 22, "authentication.k8s.io/v1"),
        ("authorization.k8s.io/v1beta1", Every, 22, "authorization.k8s.io/v1"),
        ("events.k8s.io/v1beta1", Every, 25, "events.k8s.io/v1"),
        ("discovery.k8s.io/v1beta1", Every, 25, "discovery.k8s.io/v1"),
        ("node.k8s.io/v1beta1", Every, 25, "node.k8s.io/v1"),
        ("flowcontrol.apiserver.k8s.io/v1beta1", Every, 26, "flowcontrol.apiserver.k8s.io/v1"),
        ("flowcontrol.apiserver.k8s.io/v1beta2", Every, 29, "flowcontrol.apiserver.k8s.io/v1"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", Every, 32, "flowcontrol.apiserver.k8s.io/v1"),
        ("v1beta3", Every, 8, "v1"),
        ("v1", "Endpoints", 0, "discovery.k8s.io/v1 EndpointSlice"),
        ("v1", "ComponentStatus", 0, "the health endpoints of the components"),
    ];

    public static (string Message, Severity? Severity)? Deprecated(KubernetesObject one)
    {
        foreach (var (version, kinds, removedIn, instead) in s_gone)
        {
            if (version != one.ApiVersion || (kinds != Every && !kinds.Split(' ').Contains(one.Kind))) continue;
            return removedIn == 0
                ? ($"{one.Kind} of {one.ApiVersion} is deprecated; use {instead}", Severity.Low)
                : ($"{one.Kind} of {one.ApiVersion} is gone since Kubernetes 1.{removedIn}; use {instead}", null);
        }

        return null;
    }
}
